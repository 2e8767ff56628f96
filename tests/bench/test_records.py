"""The bench of records runs, and each of its questions has a figure."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from crm import main

from tests.bench.book import Book
from tests.bench.records import measured, questions
from tests.harness.on_database import prepare
from tests.servers.database_factory import DatabaseFactory


@pytest.mark.long
async def test_records_are_asked_every_question_and_each_has_a_figure(database: DatabaseFactory) -> None:
    findings = await asyncio.to_thread(measured, database(partial(prepare, main)), 400, rounds=1)
    assert {figure.name for figure in findings.figures} >= {question.name for question in questions(Book(1))}
    assert all(figure.target is not None for figure in findings.figures)
