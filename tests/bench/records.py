"""Lists and search of contacts, companies and pipeline records, as people ask for them over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from crm import main as crm

from tests.bench.asking import Question, add_whole_reads, always, ask, on_ground, whole_reads, with_past
from tests.bench.book import Book
from tests.bench.figures import Findings
from tests.bench.ground import Ground
from tests.bench.past import FIRST
from tests.harness.on_database import ServiceOnDatabase, token

HOW = (
    "crm's own HTTP application in this process on a real PostgreSQL, asked by one person at a time: 10^5 contacts, "
    "5,000 companies and 50,000 pipeline records of one organisation with 20 users. Each question is asked many times "
    "with other users, words and numbers; a figure is the 95th percentile of the time until the whole answer is "
    "there, 50 of a page."
)
VIEWS = ("view_contacts", "view_entries")


def run(ground: Ground) -> Findings:
    return on_ground(ground, crm, ground.size.stored[1] // 10, measured)


def measured(dsn: str, contacts: int, rounds: int) -> Findings:
    book, findings = Book(contacts), Findings("Records", HOW)
    with_past(crm, dsn, book, lambda service: _measure(service, book, findings, rounds))
    return findings


async def _measure(service: ServiceOnDatabase, book: Book, findings: Findings, rounds: int) -> None:
    random, who = Random(7), [token("administrator", book.organisation, user) for user in book.users]
    async with service.http() as client:
        before = _whole(service.dsn)
        for question in questions(book):
            await ask(client, findings, question, who, random, rounds)
    add_whole_reads(findings, before, _whole(service.dsn))


def _whole(dsn: str) -> dict[str, int]:
    return {f"{view}.{table}": times for view in VIEWS for table, times in whole_reads(dsn, view).items()}


def questions(book: Book) -> list[Question]:
    return [*_contacts(book), *_companies(book), *_records(book)]


def _contacts(book: Book) -> list[Question]:
    words, path = book.vocabulary, "/contacts"
    searches: dict[str, Callable[[Random], str]] = {
        "a first name, bare": lambda random: random.choice(("joao", "ines", "zoe")),
        "a frequent word": lambda random: random.choice(words[:10]),
        "a rare word": lambda random: random.choice(words[5000:]),
        "a part of a word": lambda random: random.choice(words)[1:4],
        "two letters": lambda random: random.choice(words)[:2],
        "two letters that nobody has": lambda _: "xq",
        "a whole name": lambda random: f"{random.choice(FIRST)} {random.choice(words[:100])}",
        "what everybody has": lambda _: ".com",
        "an address": lambda _: "vendas@example.com",
        "a username": lambda random: f"@{random.choice(words[:1000])}",
        "five digits of a number": lambda random: str(random.randrange(60_000, 99_999)),
        "three digits of a number": lambda random: str(random.randrange(600, 999)),
        "what nobody has": lambda random: f"{random.choice(words)}xyz",
    }
    return [
        Question("contacts", always(), path=path),
        Question("contacts, fourth page", always(), path=path, deep=True),
        Question("contacts of an owner", lambda random: {"owner_id": random.choice(book.users)}, path=path),
        *[
            Question(f"contacts: {name}", partial(_searched, what), path=path)
            for name, what in searches.items()
        ],
        Question("contacts of an owner: a frequent word", lambda random: {
            "owner_id": random.choice(book.users), "search": random.choice(words[:10])}, path=path),
        Question("contacts that may be one", always(), path="/duplicates"),
    ]  # fmt: skip


def _searched(what: Callable[[Random], str], random: Random) -> dict[str, Any]:
    return {"search": what(random)}


def _companies(book: Book) -> list[Question]:
    words, path, big = book.vocabulary, "/companies", book.companies[0]
    return [
        Question("companies", always(), path=path),
        Question("companies: a frequent word", lambda random: {"search": random.choice(words[:10])}, path=path),
        Question("companies: a rare word", lambda random: {"search": random.choice(words[5000:])}, path=path),
        Question("contacts of a company", always(), path=f"{path}/{book.companies[1]}/contacts"),
        Question("contacts of a company of every fiftieth", always(), path=f"{path}/{big}/contacts"),
        Question("conversations of a company of every fiftieth", always(), path=f"{path}/{big}/conversations"),
    ]  # fmt: skip


def _records(book: Book) -> list[Question]:
    words, path = book.vocabulary, "/pipeline-records"
    return [
        Question("pipeline records", always(), path=path),
        Question("pipeline records of a stage of few", always(stage_id=book.stages[-1]), path=path),
        Question("pipeline records of a stage of many", always(stage_id=book.stages[0]), path=path),
        Question("pipeline records of an owner", lambda random: {"owner_id": random.choice(book.users)}, path=path),
        Question("pipeline records of a company of every fiftieth", always(company_id=book.companies[0]), path=path),
        Question("pipeline records of a contact", lambda random: {
            "contact_id": random.choice(book.contacts)}, path=path),
        Question("pipeline records: a frequent word", lambda random: {"search": random.choice(words[:10])}, path=path),
        Question("pipeline records: a rare word", lambda random: {"search": random.choice(words[5000:])}, path=path),
        Question("pipeline records of an owner at a stage of few", lambda random: {
            "owner_id": random.choice(book.users), "stage_id": book.stages[-1]}, path=path),
    ]  # fmt: skip
