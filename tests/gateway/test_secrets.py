"""Access tokens stand in one place, sealed: not in events, logs, answers, or any other column of the database."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import structlog
from gateway.application.accounts import Token
from recado_chassis import logs
from recado_events.gateway import MessageAccepted, MessageOutcomeUnknown, MessageRejected

from tests.gateway.claims import MESSAGES
from tests.gateway.stage import NUMBER, WABA, Stage
from tests.simulator.faults import Scope

TO, TEXT = "5511987650001", "Segredo do cliente"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the process would write to its log."""
    stream = io.StringIO()
    logs.configure("gateway", "DEBUG", stream)
    yield stream
    structlog.reset_defaults()


def token_of(stage: Stage) -> Token:
    (token,) = stage.tokens.find([(stage.organisation, NUMBER)]).values()
    return token


def everything(stage: Stage) -> str:
    """Every row of every table, as text."""
    with stage.on_database.store.connection() as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        rows: list[str] = []
        for schema, table in tables:
            found = connection.execute(f'SELECT row_to_json(each)::text FROM "{schema}"."{table}" AS each'.encode())
            rows += [row[0] for row in found]
    states = [bytes(row.state).decode(errors="replace") for row in stage.on_database.store.read(0, 100_000)]
    return "\n".join([*rows, *states])


def hexadecimal(text: str) -> str:
    return text.encode().hex()


async def test_a_dump_of_the_database_holds_no_token(stage: Stage) -> None:
    await stage.connect()
    text = token_of(stage).text
    dump = everything(stage)

    assert text.startswith("EAA")
    assert "channel_tokens" not in dump
    assert text not in dump
    assert hexadecimal(text) not in dump


async def test_a_dump_holds_no_token_that_only_waits_to_unsubscribe(stage: Stage) -> None:
    await stage.connect()
    text = token_of(stage).text
    await stage.meta.fault("drop", count=None, scope=Scope(operation="subscribed_apps"))
    async with stage.administrator() as client:
        await client.post(f"/channels/{NUMBER}/disconnect")
    dump = everything(stage)

    assert '"waba_id":"' + WABA in dump
    assert [told for told in (text, hexadecimal(text)) if told in dump] == []


async def test_a_ciphertext_moved_to_another_row_opens_nowhere(stage: Stage) -> None:
    await stage.connect()
    with stage.on_database.store.connection() as connection:
        connection.execute("UPDATE channel_tokens SET phone_number_id = '999'")

    assert stage.tokens.find([(stage.organisation, NUMBER)]) == {}
    assert stage.tokens.find([(stage.organisation, "999")]) == {}  # type: ignore[list-item]


async def test_neither_tokens_nor_texts_nor_numbers_of_people_are_logged(stage: Stage, written: io.StringIO) -> None:
    await stage.connect()
    await stage.person(TO)
    secrets = [token_of(stage).text, TEXT, TO]
    async with stage.dispatching():
        for kind in ("drop", "error"):
            await stage.meta.fault(kind, when="after", scope=MESSAGES)
            (message,) = stage.releases(stage.text(TO, TEXT))
            await stage.until_told(message, MessageOutcomeUnknown)
        await stage.meta.expire_tokens(WABA)
        (message,) = stage.releases(stage.text(TO, TEXT))
        await stage.until_told(message, MessageRejected, seconds=40)
    async with stage.administrator() as client:
        await client.post(f"/channels/{NUMBER}/reconnect", json={"code": "a-code-that-is-refused"})

    log = written.getvalue()
    assert log.count("outcome_unknown") == 2
    assert [secret for secret in [*secrets, "a-code-that-is-refused"] if secret in log] == []


async def test_a_number_whose_token_cannot_be_opened_waits_and_stops_nobody_else(stage: Stage) -> None:
    await stage.connect(NUMBER)
    to = await stage.person(TO)
    with stage.on_database.store.connection() as connection:
        connection.execute("UPDATE channel_tokens SET ciphertext = '\\x00'")
    async with stage.dispatching():
        (message,) = stage.releases(stage.text(to))
        await stage.until(stage.dispatcher.ready)
        assert stage.told(message) == ["MessageQueued"]
        async with stage.administrator() as client:
            body = {"code": await stage.meta.mint_code(WABA)}
            await client.post(f"/channels/{NUMBER}/reconnect", json=body)
        await stage.until_told(message, MessageAccepted)
