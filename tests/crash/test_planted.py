"""`recado verify` finds the mistakes that matter: each is planted, does its harm, and is named."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from conversations import main as conversations
from crm import main as crm
from gateway import main as gateway
from recado_chassis.verifying.outside import JOURNAL
from recado_events.billing import OrganisationRegistered
from recado_events.content import Media, OutgoingText
from recado_events.conversations import (
    ConversationAssigned,
    ConversationOpened,
    CustomerIdentified,
    Identity,
    MessageReceived,
    MessageReleased,
    Received,
    Released,
)
from recado_events.event import Event
from recado_events.gateway import AcceptedAt, ChannelConnectionStarted, MessageAccepted
from recado_events.identity import Alias, Recipient
from recado_events.ids import (
    ConversationId,
    CustomerId,
    MessageId,
    PhoneNumberId,
    RequestId,
    TemplateId,
    UserId,
    WabaId,
)
from recado_events.inbound import InboundType
from recado_events.media import MediaStored
from recado_events.subscriptions import SubscriptionSecretRotated
from recado_events.templates import TemplateForm, TemplateSubmitted

from deploy.local.programs import clean_environment
from deploy.local.provider import Kafka
from deploy.local.state import REPOSITORY
from tests.crash.alone import Alone, Outside
from tests.crash.planted import offsets_first
from tests.gateway.hooks.receiver import Receiver
from tests.gateway.meta import APP_ID, APP_SECRET, VERIFY_TOKEN, SimulatorProcess
from tests.gateway.stage import KEYS, PIN
from tests.harness.on_database import prepare, token
from tests.samples import JPEG
from tests.servers.database_factory import DatabaseFactory
from tests.simulator.client import Simulator
from tests.simulator.faults import Scope

pytestmark = pytest.mark.timeout(240)
PREPARED = {each.__name__.partition(".")[0]: partial(prepare, each) for each in (gateway, conversations, crm)}
NUMBER, WABA, PERSON = PhoneNumberId("106540352242922"), WabaId("102290129340398"), "5511987650001"
Make = Callable[..., Alone]


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    with closing(Outside(tmp_path)) as outside:
        yield outside


@pytest.fixture
def alone(kafka: Kafka, database: DatabaseFactory, topic_prefix: str, tmp_path: Path) -> Iterator[Make]:
    with ExitStack() as stack:

        def make(service: str, simulator: str, **settings: str) -> Alone:
            dsn = database(PREPARED[service])
            made = Alone(service, dsn, kafka.bootstrap, topic_prefix, tmp_path, simulator=simulator, **settings)
            stack.callback(made.stop)
            return made

        yield make


# conversations ---------------------------------------------------------------------------------------


@pytest.fixture
def desk(alone: Make, outside: Outside) -> Alone:
    """conversations, with a number that is served."""
    service = alone("conversations", outside.url)
    service.tells("gateway", started(service))
    return service


def started(service: Alone) -> ChannelConnectionStarted:
    return ChannelConnectionStarted(
        organisation_id=service.organisation,
        phone_number_id=NUMBER,
        waba_id=WABA,
        country="BR",
        time_zone="America/Sao_Paulo",
        started_by=UserId(uuid4()),
        started_at=datetime.now(UTC),
    )


def write(service: Alone, outside: Outside, wamid: str, times: int = 1) -> None:
    """A customer's message, acknowledged as often as it comes."""
    now = str(int(time.time()))
    message = {"from": PERSON, "id": wamid, "timestamp": now, "type": "text", "text": {"body": "Olá"}}
    value = {"metadata": {"phone_number_id": NUMBER}, "messages": [message]}
    for _ in range(times):
        outside.acknowledged({"entry": [{"id": WABA, "changes": [{"field": "messages", "value": value}]}]})
        service.receives(InboundType.MESSAGE, NUMBER, message)


def reply(service: Alone) -> str:
    """An agent's answer in the one conversation; the message's id."""
    headers = token("administrator", service.organisation)
    (talk,) = httpx.get(f"{service.url}/conversations", headers=headers).json()["items"]
    path, body = f"/conversations/{talk['conversation_id']}/messages", {"type": "text", "text": "Bom dia"}
    answer = httpx.post(f"{service.url}{path}", json=body, headers={**headers, "Idempotency-Key": "once"})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["message_id"])


def accepted(service: Alone, message_id: str) -> MessageAccepted:
    return MessageAccepted(
        organisation_id=service.organisation,
        phone_number_id=NUMBER,
        customer_id=CustomerId(uuid4()),
        message_id=MessageId(UUID(message_id)),
        attempt=1,
        evidence="answer",
        accepted_at=datetime.now(UTC),
        personal=AcceptedAt(wamid="wamid.out"),
    )


@pytest.mark.long
def test_nothing_differs_where_nothing_is_planted(desk: Alone, outside: Outside) -> None:
    write(desk, outside, "wamid.1", times=3)
    desk.start()
    desk.rests()
    desk.tells("gateway", accepted(desk, reply(desk)))
    desk.rests()
    assert desk.differing() == {}


@pytest.mark.long
def test_offsets_before_effects_lose_what_was_acknowledged(desk: Alone, outside: Outside) -> None:
    desk.start()
    desk.rests()
    desk.stop()
    write(desk, outside, "wamid.1")
    desk.start("offsets_first", offsets_first.POINT)
    assert desk.dies()
    desk.start()
    desk.rests()
    assert desk.differing() == {"acknowledged messages lost": 1}


@pytest.mark.long
def test_an_inbound_wamid_that_is_not_looked_for_makes_two_messages_of_one(desk: Alone, outside: Outside) -> None:
    write(desk, outside, "wamid.1", times=2)
    desk.start("wamids_skipped")
    desk.rests()
    assert desk.differing() == {"messages received in more than one stream": 1}


@pytest.mark.long
def test_a_wamid_that_is_not_bound_is_named(desk: Alone, outside: Outside) -> None:
    write(desk, outside, "wamid.1")
    desk.start("wamids_unbound")
    desk.rests()
    desk.tells("gateway", accepted(desk, reply(desk)))
    desk.rests()
    assert desk.differing() == {"accepted messages that their wamid does not lead to": 1}


# crm -------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(
    ("mistakes", "found"),
    [([], {}), (["unfenced"], {"records that took effect in more than one transaction": 2})],
    ids=["fenced", "unfenced"],
)
def test_a_worker_that_wakes_up_does_its_work_once_more_unless_it_is_fenced(
    alone: Make, outside: Outside, mistakes: list[str], found: dict[str, int]
) -> None:
    service = alone("crm", outside.url)
    service.start()
    service.tells("conversations", *a_talk(service, 1))
    service.rests()
    frozen = zombie(service, mistakes, lambda: service.tells("conversations", *a_talk(service, 2)))
    service.start()
    service.rests()
    frozen()
    service.rests()
    assert service.differing() == found


def a_talk(service: Alone, part: int) -> list[Any]:
    """A customer's conversation, whose owner changes from one to the other and back."""
    place: Any = {"organisation_id": service.organisation, "phone_number_id": NUMBER, "customer_id": CustomerId(_id(1))}
    talk: Any = {**place, "conversation_id": ConversationId(_id(2))}
    now = datetime.now(UTC)
    identity = Identity(aliases=(Alias(kind="wa_id", value=PERSON),), profile_name="Marina")
    if part == 1:
        return [
            CustomerIdentified(**place, identified_at=now, personal=identity),
            ConversationOpened(**talk, initiated_by="customer", opened_at=now),
        ]
    return [ConversationAssigned(**talk, user_id=UserId(_id(owner)), how="person", assigned_at=now) for owner in (3, 4)]


def _id(number: int) -> UUID:
    return UUID(int=number)


def zombie(service: Alone, mistakes: list[str], meanwhile: Callable[[], None]) -> Callable[[], None]:
    """A frozen worker with what was told meanwhile in its hands; calling it lets it work that off."""
    service.stop()
    meanwhile()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.planted.zombie", "crm", *mistakes],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **clean_environment(),
            **service.told,
            "RECADO_ZOMBIE_TOPIC": f"{service.prefix}recado.conversations.v1",
        },
        cwd=REPOSITORY,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"

    def wake() -> None:
        try:
            assert process.communicate("wake up\n", timeout=60)[0] == "done\n"
        finally:
            process.kill()

    return wake


# gateway ---------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(
    ("mistake", "found"),
    [(None, {}), ("blind_resend", {"messages sent twice": 1, "attempts called not sent that Meta has": 1})],
    ids=["careful", "blind"],
)
async def test_a_blind_resend_is_named(alone: Make, tmp_path: Path, mistake: str | None, found: dict[str, int]) -> None:
    with closing(SimulatorProcess(tmp_path)) as meta:
        service = alone("gateway", meta.url, **options(meta.url))
        service.start(mistake)
        async with Simulator(meta.url) as simulator:
            await simulator.change_rules(auto_statuses=[])
            await connect(service, simulator)
            await simulator.customer_writes(PERSON, NUMBER, "Oi")
            await simulator.fault("drop", when="after")
            service.tells("conversations", a_release(service))
            wanted = 1 if mistake is None else 2
            async with asyncio.timeout(30):
                while len(await simulator.sends()) < wanted:
                    await asyncio.sleep(0.1)
            await asyncio.sleep(1.0)
        service.rests()
        differing = service.differing()
    assert {name: differing.get(name, 0) for name in found} == found
    assert bool(differing) == (mistake is not None)


async def test_a_template_that_is_submitted_twice_is_named(alone: Make, tmp_path: Path) -> None:
    with closing(SimulatorProcess(tmp_path)) as meta:
        service = alone("gateway", meta.url, **options(meta.url))
        service.start("blind_submission")
        async with Simulator(meta.url) as simulator:
            await connect(service, simulator)
            await simulator.fault("drop", when="after", scope=Scope(operation="message_templates", method="POST"))
            service.tells("templates", a_submission(service))
            async with asyncio.timeout(30):
                while len(await simulator.submissions()) < 2:
                    await asyncio.sleep(0.1)
        service.rests()
        differing = service.differing()
    assert differing == {"templates submitted twice": 1}


def a_submission(service: Alone) -> TemplateSubmitted:
    return TemplateSubmitted(
        organisation_id=service.organisation,
        waba_id=WABA,
        template_id=TemplateId(uuid4()),
        request_id=RequestId(uuid4()),
        form=TemplateForm(name="ready", language="pt_BR", category="UTILITY", body="Seu pedido está pronto."),
        submitted_by=UserId(uuid4()),
        submitted_at=datetime.now(UTC),
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("mistake", "found"),
    [
        ("refusals_passed", {"events passed over that a receiver did not take": 1}),
        ("pages_reversed", {"events that a receiver took after later ones": 1}),
    ],
)
async def test_webhooks_that_are_passed_over_or_told_out_of_order_are_named(
    alone: Make, outside: Outside, mistake: str, found: dict[str, int]
) -> None:
    answers = iter([500] if mistake == "refusals_passed" else [])
    async with Receiver(lambda _: next(answers, 200)) as receiver:
        allowed = {"RECADO_SUBSCRIPTION_ALLOWED_HOSTS": '["127.0.0.1"]'}
        service = alone("gateway", outside.url, **options(outside.url), **allowed)
        service.start(mistake)
        await two_rotations_are_told(service, receiver)
        service.rests()
        assert service.differing() == found


async def two_rotations_are_told(service: Alone, receiver: Receiver) -> None:
    """At once, for it was paused meanwhile; until the log of deliveries has both."""
    headers = token("administrator", service.organisation)
    async with httpx.AsyncClient(base_url=service.url, headers=headers) as client:

        async def asks(path: str, body: Any = None) -> Any:
            answer = await client.post(f"/subscriptions{path}", json=body)
            assert answer.is_success, answer.text
            return answer.json()

        made = await asks("", {"url": receiver.url, "event_types": [SubscriptionSecretRotated.TYPE]})
        one = f"/{made['subscription_id']}"
        for path, body in (("/pause", None), ("/rotate", {}), ("/rotate", {}), ("/resume", None)):
            await asks(one + path, body)
        async with asyncio.timeout(30):
            while len((await client.get(f"/subscriptions{one}/deliveries")).json()["items"]) < 2:
                await asyncio.sleep(0.1)


@pytest.mark.long
@pytest.mark.parametrize(
    ("mistake", "found"),
    [
        (None, {}),
        ("files_cut_short", {"kept files that are not what their hash says": 1}),
        ("files_unheard", {"files that Meta told of and that nobody fetches": 1}),
    ],
)
async def test_files_of_customers_that_are_cut_short_or_not_fetched_are_named(
    alone: Make, tmp_path: Path, mistake: str | None, found: dict[str, int]
) -> None:
    service = alone("gateway", "")
    journal = tmp_path / JOURNAL.parent
    journal.mkdir(parents=True)
    with closing(SimulatorProcess(journal, f"{service.url}/webhooks/whatsapp")) as meta:
        service.meets(meta.url, **options(meta.url), RECADO_FILES_FOLDER=str(tmp_path / "files"))
        service.start(mistake)
        async with Simulator(meta.url) as simulator:
            await connect(service, simulator)
            image = await at_meta(simulator)
            await simulator.customer_writes(PERSON, NUMBER, type="image", content=image)
            await simulator.settled()
        service.tells("conversations", a_file(service, image))
        service.until(lambda: _has_looked(service), "the gateway has looked at the number as Meta has it")
        if mistake != "files_unheard":
            service.until(lambda: is_told(service, MediaStored), "the file is kept")
        service.rests()
        assert service.differing() == found


async def at_meta(simulator: Simulator) -> dict[str, str]:
    """A file of a customer, as a webhook tells of it."""
    form, files = {"messaging_product": "whatsapp", "type": "image/jpeg"}, {"file": ("x", JPEG, "image/jpeg")}
    token = {"Authorization": f"Bearer {await simulator.mint_token([WABA])}"}
    async with httpx.AsyncClient(base_url=simulator.base_url, headers=token) as client:
        answer = await client.post(f"/v25.0/{NUMBER}/media", data=form, files=files)
    digest = b64encode(hashlib.sha256(JPEG).digest()).decode()
    return {"id": answer.json()["id"], "mime_type": "image/jpeg", "sha256": digest}


def a_file(service: Alone, image: dict[str, str]) -> MessageReceived:
    now = datetime.now(UTC)
    return MessageReceived(
        organisation_id=service.organisation,
        phone_number_id=NUMBER,
        customer_id=CustomerId(_id(1)),
        conversation_id=ConversationId(_id(2)),
        message_id=MessageId(uuid4()),
        kind="image",
        occurred_at=now,
        received_at=now,
        personal=Received(wamid="wamid.1", content=Media(kind="image", media_id=image["id"], sha256=image["sha256"])),
    )


def is_told(service: Alone, kind: type[Event]) -> bool:
    return _is_stored(service, "topic = %s", kind.TYPE)


def _has_looked(service: Alone) -> bool:
    return _is_stored(service, "originator_id LIKE %s", "number-at-meta-%")


def _is_stored(service: Alone, condition: LiteralString, value: str) -> bool:
    with psycopg.connect(service.dsn, autocommit=True) as connection:
        found = connection.execute(f"SELECT 1 FROM stored_events WHERE {condition}".encode(), [value]).fetchone()
    return found is not None


def options(url: str) -> dict[str, str]:
    told = {
        "app_id": APP_ID,
        "app_secrets": f'["{APP_SECRET}"]',
        "verify_token": VERIFY_TOKEN,
        "graph_url": url,
        **KEYS,
    }
    return {f"RECADO_{name.upper()}": value for name, value in told.items()}


async def connect(service: Alone, simulator: Simulator) -> None:
    org, at = service.organisation, datetime.now(UTC)
    registered = OrganisationRegistered(
        organisation_id=org, name="Aurora", locale="pt-BR", edition="premier", registered_at=at
    )
    service.tells("billing", registered)
    service.rests()
    async with httpx.AsyncClient(base_url=service.url, headers=token("administrator", service.organisation)) as client:
        asked = {"waba_id": WABA, "phone_number_id": NUMBER, "code": await simulator.mint_code(WABA), "pin": PIN}
        assert (await client.post("/channels", json=asked, timeout=30)).status_code == 200
        answer = await client.put(f"/channels/{NUMBER}/details", json={"name": "Front desk"})
        assert answer.json()["status"] == "connected", answer.text


def a_release(service: Alone) -> MessageReleased:
    now = datetime.now(UTC)
    return MessageReleased(
        organisation_id=service.organisation,
        phone_number_id=NUMBER,
        customer_id=CustomerId(_id(1)),
        conversation_id=ConversationId(_id(2)),
        message_id=MessageId(uuid4()),
        kind="text",
        released_by=UserId(uuid4()),
        released_at=now,
        send_by=now + timedelta(minutes=10),
        personal=Released(content=OutgoingText(body="Olá"), recipient=Recipient(wa_id=PERSON)),
    )
