"""The rules of conversations: pure, without clock, chance or storage."""
