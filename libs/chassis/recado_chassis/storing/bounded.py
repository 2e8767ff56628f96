"""Lists that look up a bounded number of rows, each by its key (docs/decisions/0015)."""

from __future__ import annotations

from typing import Final

BOUNDED: Final = """
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SET LOCAL jit = off"""
"""Begins a transaction in which no guess about how many rows there are makes PostgreSQL read a table as a whole, or
compile what takes a moment."""
