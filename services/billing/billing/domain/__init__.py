"""The rules of billing: pure, without clock, chance or storage."""
