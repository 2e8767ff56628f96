"""D1, invariants 14 and 15: the log alone gives the same states and views, in whatever process it is folded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from crm import main as crm_main
from recado_events.billing import CreditsReserved, ReservationRefused
from recado_events.conversations import (
    ConversationClosed,
    ConversationOpened,
    CustomersMerged,
    MessageEdited,
    MessageFailed,
    MessageRefused,
    MessageReleased,
    MessageRequested,
)
from recado_events.crm import ContactOwnerChanged
from recado_events.gateway import AcceptedAt, MessageAccepted
from recado_events.inbound import InboundType

from tests.conversations.office import CONTACT, NUMBER, TEMPLATE, Office
from tests.harness import digest_of_states
from tests.harness.on_database import PUBLIC_KEY, SETTINGS, ServiceOnDatabase, prepare, told
from tests.servers.database_factory import DatabaseFactory

CRM_PREPARED = partial(prepare, crm_main)
RECADO = Path(sys.executable).with_name("recado")
PLACES = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Chatham", "LC_ALL": "C.UTF-8", "PYTHONOPTIMIZE": "1"},
]
"""Where a log may be folded: what must not matter."""


@pytest.fixture
def crm(database: DatabaseFactory) -> Iterator[ServiceOnDatabase]:
    running = ServiceOnDatabase(crm_main, database(CRM_PREPARED))
    yield running
    running.close()


class Day:
    """Some hours of a business: customers write in all their ways, agents answer, crm listens and is listened to."""

    def __init__(self, office: Office, crm: ServiceOnDatabase, random: Random) -> None:
        self.office, self.crm, self.random = office, crm, random
        self.business = Random(38)
        self.wamids: list[str] = []
        self.accepted: set[UUID] = set()
        self.heard = {"conversations": 0, "crm": 0}

    def customer_does_something(self) -> None:
        person = self.random.randrange(3)
        phone, user = f"551198765{person:04d}", f"BR.{person}"
        seen = self.random.choice([{"from": phone}, {"from_user_id": user}, {"from": phone, "from_user_id": user}])
        at = str(int(datetime.now(UTC).timestamp()) - self.random.randrange(600))
        wamid = f"wamid.{uuid4().hex}"
        update = {**seen, "id": wamid, "timestamp": at, **self._content()}
        contact = {"profile": {"name": self.random.choice(["João", "Sofia", "محمد"])}, "wa_id": seen.get("from", "")}
        self.office.service.receives(
            InboundType.MESSAGE, self.office.organisation, self.office.inbound(update, [contact])
        )
        self.wamids.append(wamid)

    def _content(self) -> dict[str, Any]:
        known = self.random.choice([*self.wamids, "wamid.unknown"])
        text = {"type": "text", "text": {"body": "Olá\x00!"}}
        return self.random.choice(
            [
                text,
                text,
                {"type": "reaction", "reaction": {"message_id": known, "emoji": "👍"}},
                {"type": "edit", "edit": {"original_message_id": known, "message": text}},
                {"type": "image", "image": {"id": "1", "mime_type": "image/jpeg"}},
            ]
        )

    def status_comes(self) -> None:
        status = self.random.choice(["sent", "delivered", "read", "failed"])
        update = {"id": f"wamid.out{self.random.randrange(5)}", "status": status, "timestamp": "1760000000"}
        self.office.service.receives(InboundType.STATUS, self.office.organisation, self.office.inbound(update))

    def gateway_accepts(self) -> None:
        """Its wamids are those that statuses come for, perhaps before this is told."""
        for released in self.office.service.facts(MessageReleased):
            if released.message_id in self.accepted:
                continue
            accepted = MessageAccepted(
                organisation_id=released.organisation_id,
                phone_number_id=released.phone_number_id,
                customer_id=released.customer_id,
                message_id=released.message_id,
                attempt=1,
                evidence="answer",
                accepted_at=datetime.now(UTC),
                personal=AcceptedAt(wamid=f"wamid.out{len(self.accepted)}"),
            )
            self.office.service.hears(told(accepted))
            self.accepted.add(released.message_id)

    async def agent_does_something(self) -> None:
        items = (await self.office.sees("/conversations"))["items"]
        if not items:
            return
        path = f"/conversations/{self.random.choice(items)['conversation_id']}"
        agent = str(self.random.choice(self.office.agents))
        calls: list[tuple[str, str, Any]] = [
            ("POST", f"{path}/messages", {"type": "text", "text": "Bom dia!"}),
            ("POST", f"{path}/close", None),
            ("POST", f"{path}/reopen", None),
            ("POST", f"{path}/assign", {"user_id": agent}),
            ("POST", f"{path}/read", {}),
            ("PUT", f"/users/{agent}/availability", {"online": self.random.random() < 0.5}),
            ("PUT", f"/channels/{NUMBER}/rota", {"members": [agent], "only_online": self.random.random() < 0.5}),
        ]
        await self._asks(*self.random.choice(calls))

    async def agent_writes_first(self) -> None:
        talks = self.office.service.facts(ConversationOpened)
        path = f"/conversations/{self.business.choice(talks).conversation_id}/messages"
        template = {"template_id": str(TEMPLATE)}
        about = {"phone_number_id": NUMBER, "template": template}
        typed = f"(11) 98765-{self.business.randrange(5):04d}"
        calls: list[tuple[str, str, Any]] = [
            ("POST", "/conversations", {**about, "number": typed}),
            ("POST", "/conversations", {**about, "contact_id": str(CONTACT)}),
            ("POST", path, {"type": "template", **template}),
        ]
        await self._asks(*self.business.choice(calls))

    async def _asks(self, method: str, at: str, body: Any) -> None:
        headers = {**self.office.administrator, "Idempotency-Key": str(uuid4())}
        answer = await self.office.client.request(method, at, json=body, headers=headers)
        assert answer.status_code < 500

    def billing_answers(self) -> None:
        """In whatever order, some of them twice."""
        asked = self.office.service.facts(MessageRequested)
        for each in self.business.sample(asked, min(len(asked), 3)):
            names = ("organisation_id", "phone_number_id", "customer_id", "message_id")
            charge: dict[str, Any] = {name: getattr(each, name) for name in names}
            now = datetime.now(UTC)
            if self.business.random() < 0.7:
                self.office.service.hears(
                    told(CreditsReserved(**charge, amount=1, category="UTILITY", reserved_at=now))
                )
            else:
                self.office.service.hears(
                    told(ReservationRefused(**charge, reason="insufficient_credits", refused_at=now))
                )

    def both_hear(self) -> None:
        for speaker, listener in ((self.office.service, self.crm), (self.crm, self.office.service)):
            name, tells = speaker.service.name, set(speaker.service.tells)
            rows = list(speaker.store.read(self.heard[name], 10_000))
            mapper = speaker.service.streams.mapper
            log = [mapper.decode(row.state, row.position) for row in rows]
            listener.hears(*[recorded for recorded in log if type(recorded.event) in tells])
            self.heard[name] += len(rows)

    async def goes_by(self) -> None:
        for _ in range(40):
            self.customer_does_something()
            self.status_comes()
            await self.agent_does_something()
            await self.agent_writes_first()
            self.billing_answers()
            if self.random.random() < 0.3:
                self.gateway_accepts()
                self.both_hear()
        self.both_hear()


@pytest.fixture
async def day(office: Office, crm: ServiceOnDatabase) -> Day:
    """Played, and rich enough to be worth folding."""
    office.may_write_first()
    day = Day(office, crm, Random(20261123))
    await day.goes_by()
    for kind in (CustomersMerged, ConversationClosed, MessageEdited, MessageFailed, MessageRequested, MessageRefused):
        assert office.service.facts(kind), kind.__name__
    assert crm.facts(ContactOwnerChanged)
    return day


async def test_invariant_14_any_process_folds_the_log_to_the_states_that_decided(day: Day) -> None:
    for service in (day.office.service, day.crm):
        name = service.service.name
        fold = digest_of_states.fold_of(name)
        streams = digest_of_states.states(name, service.dsn)
        lived = {stream: service.service.streams.read(stream, fold(stream)) for stream in streams}
        elsewhere = [_run(sys.executable, "-m", digest_of_states.__name__, name, service.dsn, **at) for at in PLACES]
        assert len(streams) > 5
        assert elsewhere == [digest_of_states.digest(lived)] * len(PLACES)


async def test_invariant_15_views_rebuilt_anywhere_are_the_views_that_followed(day: Day) -> None:
    for service in (day.office.service, day.crm):
        await service.shown()
        followed = service.digests()
        settings = {"RECADO_DATABASE": service.dsn, "RECADO_JWT_PUBLIC_KEY": PUBLIC_KEY}
        settings |= {"RECADO_KAFKA": SETTINGS["kafka"], "RECADO_ALIAS_KEY": SETTINGS["alias_key"]}
        for at in PLACES:
            _run(str(RECADO), "rebuild", service.service.name, **at, **settings)
            assert service.digests() == followed


def _run(*command: str, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECADO_")}
    done = subprocess.run(
        command, env=kept | environment, capture_output=True, text=True, check=False, timeout=60, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
