"""The rules of crm: pure, without clock, chance or storage."""
