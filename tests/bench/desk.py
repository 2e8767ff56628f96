"""Lists, filters, search and counters of a desk with a long past, as its people ask for them over HTTP."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID, uuid4

from conversations import main as conversations

from tests.bench.asking import Ask, Question, add_whole_reads, always, ask, on_ground, whole_reads, with_past
from tests.bench.crowd import CHANNELS, EACH, PAST, Crowd
from tests.bench.figures import Findings
from tests.bench.ground import Ground
from tests.harness.on_database import ServiceOnDatabase, token

HOW = (
    "conversations' own HTTP application in this process on a real PostgreSQL, asked by one person at a time: 10^6 "
    "messages in 10^5 conversations of one organisation with 20 users, over 180 days, most of them recent. Each "
    "question is asked many times with other users, words and numbers; a figure is the 95th percentile of the time "
    "until the whole answer is there, 50 conversations a page. A page may come short where few conversations fit; it "
    "says where to go on, and the note says how often that happened."
)
VIEW = "view_inbox"


def run(ground: Ground) -> Findings:
    return on_ground(ground, conversations, ground.size.stored[1] // EACH, measured)


def measured(dsn: str, talks: int, rounds: int) -> Findings:
    crowd, findings = Crowd(talks), Findings("The desk", HOW)
    with_past(conversations, dsn, crowd, lambda service: _measure(service, crowd, findings, rounds))
    return findings


async def _measure(service: ServiceOnDatabase, crowd: Crowd, findings: Findings, rounds: int) -> None:
    profile, random = uuid4(), Random(7)
    async with service.http() as client:
        headers = token("administrator", crowd.organisation)
        grant = await client.put(
            f"/profiles/{profile}/grant", json={"level": "view_reply", "scope": "own"}, headers=headers
        )
        assert grant.is_success, grant.text
        await service.shown()
        member = token("member", crowd.organisation, crowd.users[5], profile)
        before = whole_reads(service.dsn, VIEW)
        for question in questions(crowd):
            who = [token("administrator", crowd.organisation, user) for user in _readers(crowd, question)]
            await ask(client, findings, question, who, random, rounds)
        for question in (MINE, UNREAD, Question("counters", always(), path="/counters")):
            own = Question(f"scope own: {question.name}", question.query, path=question.path)
            await ask(client, findings, own, [member], random, rounds)
    add_whole_reads(findings, before, whole_reads(service.dsn, VIEW))


def _readers(crowd: Crowd, question: Question) -> list[UUID]:
    return crowd.users if question.reader is None else [crowd.users[question.reader]]


MINE = Question("view: mine", always(view="mine"))
UNREAD = Question("filter: unread", always(unread=True))


def questions(crowd: Crowd) -> list[Question]:
    return [*_lists(crowd), *_filters(crowd), *_searches(crowd), *_counters()]


def _lists(crowd: Crowd) -> list[Question]:
    return [
        Question("view: all", always(view="all")),
        Question("view: all, fourth page", always(view="all"), deep=True),
        MINE,
        *[Question(f"view: {each}", always(view=each)) for each in ("unassigned", "awaiting", "closed")],
        Question("filters: none, a hundred days ago", lambda _: {"active_until": _ago(crowd, 100)}),
    ]  # fmt: skip


def _filters(crowd: Crowd) -> list[Question]:
    someone: Ask = lambda random: {"owner": random.choice(crowd.users)}  # noqa: E731
    return [
        Question("filter: state", lambda random: {"state": random.choice(("open", "closed", "awaiting_reply"))}),
        Question("filter: owner", someone),
        Question("filter: a rare channel", lambda _: {"channel": CHANNELS[2]}),
        *[Question(f"filter: window {each}", always(window=each)) for each in ("open", "closing", "closed")],
        Question("filter: window open, fourth page", always(window="open"), deep=True),
        UNREAD,
        Question("filter: unread, by who has read everything", always(unread=True), reader=0),
        Question("filter: unread, by who has read nothing", always(unread=True), reader=1),
        Question("filter: unread, by who missed some long ago", always(unread=True), reader=2),
        Question("filter: read, by who has read nothing", always(unread=False), reader=1),
        Question("filter: dates", lambda random: {"opened_from": _ago(crowd, 2 + (day := random.randrange(150))),
                                                  "opened_until": _ago(crowd, day)}),
        Question("filter: contact", lambda random: {"contact": random.choice(crowd.contacts)}),
        Question("filter: company", lambda random: {"company": random.choice(crowd.companies[1:])}),
        Question("filter: a company of every fifth contact", lambda _: {"company": crowd.companies[0]}),
        Question("filter: a pipeline stage of few", lambda _: {"stage": crowd.stages[-1]}),
        Question("filter: a pipeline stage of many", lambda _: {"stage": crowd.stages[0]}),
        Question("filters: pipeline stage, unread", lambda _: {"stage": crowd.stages[1], "unread": True}, reader=1),
        Question("filter: failed sends", always(failed=True)),
        Question("filter: no failed sends", always(failed=False)),
        Question("filters: owner, state, window, unread", lambda random: {
            **someone(random), "state": "open", "window": "closing", "unread": True}),
        Question("filters: channel, failed sends, dates", lambda random: {
            "channel": CHANNELS[1], "failed": True, "active_from": _ago(crowd, random.randrange(5, 60))}),
    ]  # fmt: skip


def _searches(crowd: Crowd) -> list[Question]:
    words = crowd.vocabulary
    return [
        Question("text: a frequent word", lambda random: {"text": random.choice(words[:10])}),
        Question("text: a word", lambda random: {"text": random.choice(words[50:2000])}),
        Question("text: a rare word", lambda random: {"text": random.choice(words[5000:])}),
        Question("text: two words", lambda random: {"text": " ".join(random.sample(words[:500], 2))}),
        Question("text: a word begun", lambda random: {"text": random.choice(words)[:3]}),
        Question("text: a first name, bare", lambda random: {"text": random.choice(("joao", "ines", "zoe"))}),
        Question("text: a whole name", lambda random: {"text": f"joao goncalves {random.choice(words)}"}),
        Question("text: five digits of a number", lambda random: {"text": str(random.randrange(60_000, 99_999))}),
        Question("text: three digits of a number", lambda random: {"text": str(random.randrange(600, 999))}),
        Question("text: a frequent word, owner, state", lambda random: {
            "text": random.choice(words[:10]), "owner": random.choice(crowd.users), "state": "open"}),
    ]  # fmt: skip


def _counters() -> list[Question]:
    readers = {"who has read everything": 0, "who has read nothing": 1, "who missed some long ago": 2, "an agent": 9}
    return [
        Question(f"counters of {name}", always(), reader=reader, path="/counters") for name, reader in readers.items()
    ]


def _ago(crowd: Crowd, days: int) -> str:
    assert days < PAST.days
    return (crowd.now - timedelta(days=days)).isoformat()
