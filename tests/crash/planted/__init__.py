"""Mistakes on purpose, each of which `recado verify` must find: `python -m tests.crash.planted MISTAKE SERVICE` runs a
service that makes it."""
