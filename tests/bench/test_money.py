"""The benches of billing run, and count what they wait for; plain inserts get the rows and transactions of billing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from billing import main
from billing.settings import Settings
from recado_chassis.consuming.batch import Batch
from recado_chassis.consuming.decoding import Decoder
from recado_chassis.service import Service
from recado_chassis.store import InboxRow
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Toolbox
from recado_events.billing import PUBLISHED, ChargePosted

from deploy.local.credentials import settle_secrets
from deploy.local.provider import Kafka, Postgres
from deploy.local.state import State
from tests.bench import plain, rerating, statement
from tests.bench.campaign import FACTS, TOLD, Campaign
from tests.bench.figures import Findings, Size
from tests.bench.ground import Ground
from tests.bench.services import append
from tests.bench.wallets import PRICE, Ledger, opening
from tests.harness.on_database import SETTINGS, Record, prepare
from tests.servers.database_factory import DatabaseFactory

PREPARED = partial(prepare, main)
TINY = Size(rounds=1, seconds=0, messages=80, fewer=0, known=20, stored=(0, 0), wallets=3, lines=240)
PAIRS, WALLETS, BATCH = 30, 3, 20


@pytest.fixture
def dsn(database: DatabaseFactory) -> str:
    return database(PREPARED)


@pytest.fixture
def service(dsn: str) -> Iterator[Service]:
    with closing(PostgresStore(dsn)) as store:
        secrets = {"payments_key": "k" * 16, "payments_secrets": ["s" * 16]}
        settings = Settings.model_validate({"database": dsn, **secrets, **SETTINGS})
        yield main.build(settings, Toolbox(store, connection=store.connection))


def works_off(service: Service, campaign: Campaign, pairs: int) -> int:
    """In batches of `BATCH`; answers how many there were."""
    decoder, store = Decoder(service.hears), service.streams.store
    records = [
        Record(each.topic, 0, offset, each.key, each.value, each.headers)
        for offset, each in enumerate(campaign.next(pairs))
    ]
    row = InboxRow(records[0].topic, 0, topic_id="topic", next_offset=0)
    store.adopt(row)
    for place in range(0, len(records), BATCH):
        reads = [decoder.read(record) for record in records[place : place + BATCH]]
        batch = Batch(service.streams, {(row.topic, 0): row}, reads)
        batch.work_off()
        row = batch.rows[row.topic, 0]
    assert store.parked() == []
    return -(-len(records) // BATCH)


def test_a_campaign_leaves_as_many_facts_as_are_waited_for_and_plain_inserts_store_them_again(
    service: Service, dsn: str
) -> None:
    campaign = Campaign(WALLETS)
    append(service.streams, opening(WALLETS, campaign.begins))
    before = service.streams.store.end()
    batches = works_off(service, campaign, PAIRS)

    rows = service.streams.store.read(before, 10_000)
    told = {event.TYPE for event in PUBLISHED}
    assert len(rows) == FACTS * PAIRS
    assert sum(row.type in told for row in rows) == TOLD * PAIRS
    posted = [service.streams.mapper.fact(row.type, row.state) for row in rows if row.type == ChargePosted.TYPE]
    assert [fact.rated.amount for fact in posted if isinstance(fact, ChargePosted)] == [PRICE] * PAIRS

    found = plain.newest(dsn, len(rows))
    assert len(found) == batches
    assert [row[4] for events, _ in found for row in events] == [row.event_id for row in rows]
    assert sum(len(unique) for _, unique in found) == PAIRS
    assert plain.insert(dsn, found).seconds > 0


@pytest.mark.long
def test_statement_and_rerating_are_measured(
    service: Service, dsn: str, kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    campaign = Campaign(1)
    append(service.streams, opening(1, campaign.begins))
    works_off(service, campaign, TINY.lines // 2)
    state = State(tmp_path)
    state.prepare()
    ground = Ground(kafka, postgres, settle_secrets(state), tmp_path, TINY)
    ledger, findings = Ledger(dsn, "", campaign), Findings("", "")

    statement.read(ground, findings, ledger)
    rerating.add(ground, findings, ledger, [0.0])

    found = {figure.name: figure.value for figure in findings.figures}
    assert all(found[name] > 0 for name in ("the first page", "a page in the middle", "whole CSV", "rerating"))
