"""Consuming topics: each batch in the database before the next, parked records, partitions that fit or wait."""
