"""`recado verify ledger`: every balance recomputed; a planted wrong posting is found."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from billing.application.books import fold_of

from tests.billing.office import Office, new_customer
from tests.harness.nursery import run

RECADO = Path(sys.executable).with_name("recado")


def verify(office: Office, tmp_path: Path, *more: str) -> tuple[int, dict[str, int]]:
    """The exit code, and the figures that are not what they should be."""
    environment = {"PATH": os.environ["PATH"], "RECADO_DATABASE": office.dsn}
    command = [str(RECADO), "verify", "ledger", "--json", "--endpoints", str(tmp_path / "none.json"), *more]
    done = run(command, environment)
    assert done.returncode in (0, 1), done.stderr
    figures = json.loads(done.stdout)["figures"]
    assert len(figures) > 25
    return done.returncode, {each["name"]: each["value"] for each in figures if each["differs"]}


@pytest.fixture
async def busy(office: Office) -> Office:
    """Bought, sent, failed, replied, recharged."""
    await office.buys(2)
    customer, _ = office.sends()
    office.sends("UTILITY", customer)
    office.sends("MARKETING", customer)
    failing = office.request(new_customer())
    office.hears(failing, office.request(new_customer()))
    office.hears(_failed(office, failing))
    await office.does("PUT", "/wallet/recharge", {"on": True, "floor": 2, "amount": 1, "daily_cap": 3})
    await office.service.shown()
    return office


def _failed(office: Office, asked: Any) -> Any:
    from recado_events.conversations import MessageFailed

    now = office.clock.now()
    place = office.on(asked.customer_id, asked.message_id)
    return MessageFailed(**place, joined_by="tag", occurred_at=now, received_at=now)


async def test_a_ledger_that_was_kept_well_has_no_difference(busy: Office, tmp_path: Path) -> None:
    assert verify(busy, tmp_path) == (0, {})


async def test_it_is_printed_for_people_and_told_where_there_is_nothing(busy: Office, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "RECADO_DATABASE": busy.dsn}
    command = [str(RECADO), "verify", "ledger", "--endpoints", str(tmp_path / "none.json")]
    told = run(command, environment)
    assert "0 of" in told.stdout.splitlines()[-1]
    wrong = run([str(RECADO), "verify", "weather"], environment)
    assert (wrong.returncode, "There is: ledger" in wrong.stderr) == (1, True)


def forged(dsn: str, kind: str, change: Any) -> None:
    """One event of this type becomes another, behind everybody's back."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER ALL")
        found = connection.execute(
            "SELECT notification_id, state FROM stored_events WHERE topic = %s ORDER BY 1 LIMIT 1", [kind]
        ).fetchone()
        assert found is not None
        state = orjson.loads(found[1])
        change(state["data"])
        again = orjson.dumps({name: value for name, value in state.items() if name != "data"})[:-1]
        raw = again + b',"data":' + orjson.dumps(state["data"]) + b"}"
        connection.execute("UPDATE stored_events SET state = %s WHERE notification_id = %s", [raw, found[0]])


def _one_more(data: Any) -> None:
    data["postings"][0]["amount"] += 1


def _dearer(data: Any) -> None:
    data["rated"]["amount"] += 1_000
    data["postings"] = [{"account": "held", "amount": -62_500}, {"account": "spent", "amount": 62_500}]


def _more_held(data: Any) -> None:
    data["amount"] += 1_000
    data["postings"] = [{"account": "available", "amount": -63_500}, {"account": "held", "amount": 63_500}]


def _other_reason(data: Any) -> None:
    data["rated"]["reason"] = "reply_window"


def _more_bought(data: Any) -> None:
    data["amount"] += 10
    data["postings"][0]["amount"] += 10
    data["postings"][2]["amount"] -= 10


@pytest.mark.parametrize(
    ("kind", "change", "found"),
    [
        ("billing.charge-posted.v1", _one_more, "entries that do not sum to zero"),
        ("billing.charge-posted.v1", _dearer, "charges without a delivery that was rated so"),
        ("billing.credits-reserved.v1", _more_held, "holds that ended with another amount than they began with"),
        ("billing.charge-rated.v1", _other_reason, "messages that rating says something else of"),
        ("billing.credits-purchased.v1", _more_bought, "purchases credited with something else than was asked"),
    ],
)
async def test_a_planted_wrong_entry_makes_it_fail(
    busy: Office, tmp_path: Path, kind: str, change: Any, found: str
) -> None:
    forged(busy.dsn, kind, change)
    code, differing = verify(busy, tmp_path)
    assert code == 1
    assert found in differing


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE view_wallets.balances SET available = available + 1", "balances shown that are not the log's"),
        (
            "UPDATE view_wallets.statement SET available_after = 5 WHERE what = 'charge_posted'",
            "lines of the statement whose balance is another one",
        ),
        ("DELETE FROM view_wallets.statement WHERE what = 'hold_released'", "lines of the statement"),
        ("DELETE FROM unique_rows WHERE kind = 'charge'", "charges without their key, keys without their charge"),
        ("UPDATE view_wallets.statement SET spent = spent + 1", "balances that the statement does not sum to"),
    ],
)
async def test_a_view_or_a_key_that_was_tampered_with_makes_it_fail(
    busy: Office, tmp_path: Path, statement: str, found: str
) -> None:
    with psycopg.connect(busy.dsn, autocommit=True) as connection:
        connection.execute(statement.encode())
    code, differing = verify(busy, tmp_path)
    assert code == 1
    assert found in differing


async def test_a_snapshot_of_another_state_makes_it_fail(busy: Office, tmp_path: Path) -> None:
    stream = f"wallet-{busy.organisation}"
    keeping, initial = fold_of(stream).keeping, fold_of(stream).initial
    assert keeping is not None
    row = [stream, 3, keeping.code, keeping.encode(initial)]
    with psycopg.connect(busy.dsn, autocommit=True) as connection:
        connection.execute("INSERT INTO snapshots (stream, version, code, state) VALUES (%s, %s, %s, %s)", row)
    assert verify(busy, tmp_path) == (1, {"snapshots that are not the fold of their stream": 1})


async def test_a_message_that_was_charged_twice_is_found(busy: Office, tmp_path: Path) -> None:
    kind = "billing.charge-posted.v1"
    with psycopg.connect(busy.dsn, autocommit=True) as connection:
        rows = connection.execute("SELECT state FROM stored_events WHERE topic = %s ORDER BY notification_id", [kind])
        last = orjson.loads(rows.fetchall()[-1][0])["data"]["message_id"]
    forged(busy.dsn, kind, lambda data: data.update(message_id=last))
    code, differing = verify(busy, tmp_path)
    assert (code, differing["messages charged more than once"]) == (1, 1)


async def test_a_hold_that_nobody_ended_in_time_is_found(office: Office, tmp_path: Path) -> None:
    await office.buys(1)
    office.clock.ahead = -timedelta(days=40)
    office.hears(office.request(new_customer()))
    office.clock.ahead = timedelta()
    await office.service.shown()
    assert verify(office, tmp_path) == (1, {"holds past their deadline": 1})
    await office.looks_after("holds")
    await office.service.shown()
    assert verify(office, tmp_path) == (0, {})
