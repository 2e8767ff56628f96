"""The bench of the desk runs, and its crowd is one that the projection could have made."""

from __future__ import annotations

import asyncio
from functools import partial

import psycopg
import pytest
from conversations import main
from psycopg.rows import dict_row

from tests.bench.crowd import EACH, Crowd
from tests.bench.desk import measured, questions
from tests.harness.on_database import prepare
from tests.servers.database_factory import DatabaseFactory

PREPARED = partial(prepare, main)
_BADGES = """
    SELECT u.user_id, coalesce(sum(c.received - coalesce(r.seen, 0)), 0) AS recounted,
           (SELECT sum(received) - coalesce(sum(seen) FILTER (WHERE user_id = u.user_id), 0) FROM counts) AS shown
    FROM unnest(%s::uuid[]) AS u (user_id) CROSS JOIN conversations c
    LEFT JOIN read_marks r ON r.user_id = u.user_id AND r.conversation_id = c.conversation_id GROUP BY 1"""
_MARKS = """
    SELECT count(*) FILTER (WHERE r.seen <> (SELECT count(*) FROM messages m WHERE m.conversation_id = r.conversation_id
                                             AND m.direction = 'in' AND m.position <= r.position)) AS wrong
    FROM read_marks r"""


@pytest.mark.long
async def test_the_desk_is_asked_every_question_and_each_has_a_figure(database: DatabaseFactory) -> None:
    findings = await asyncio.to_thread(measured, database(PREPARED), 120, rounds=1)
    named = {figure.name for figure in findings.figures}
    assert named >= {question.name for question in questions(Crowd(1))}
    assert all(figure.target is not None for figure in findings.figures)


def test_the_crowd_has_as_many_messages_as_it_says_and_counters_that_add_up(database: DatabaseFactory) -> None:
    crowd, dsn = Crowd(150), database(PREPARED)
    crowd.load(dsn)
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        connection.execute("SET search_path TO view_inbox")
        badges = connection.execute(_BADGES, [crowd.users]).fetchall()
        (marks,) = connection.execute(_MARKS).fetchall()
        (messages,) = connection.execute("SELECT count(*) FROM messages").fetchall()
    assert [badge for badge in badges if badge["recounted"] != badge["shown"]] == []
    assert (marks["wrong"], messages["count"]) == (0, 150 * EACH)
