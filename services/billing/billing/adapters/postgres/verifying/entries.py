"""Double entry: what moves sums to zero, and what is available or held is never below it, at no time (25, 26)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from recado_chassis.mapper import Recorded
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.billing import (
    ChargePosted,
    DisputeClosed,
    LateChargeRecorded,
    OfWallet,
    PaymentDisputed,
    PurchaseRefunded,
)
from recado_events.ids import OrganisationId

from billing.domain.wallet import ACCOUNTS
from billing.views.ledger import ENTRIES

OWED = "micro-US$ owed, by entries that were late, found too little, or took back what was spent"
Balances = dict[OrganisationId, Counter[str]]


@dataclass(slots=True)
class Books:
    """What the log says, added up."""

    balances: Balances = field(default_factory=dict)
    after: dict[tuple[OrganisationId, int], tuple[int, int]] = field(default_factory=dict)
    """Organisation and position → what was available and held after that entry."""
    entries: int = 0
    unbalanced: list[str] = field(default_factory=list)
    owed: int = 0
    """By what the entries are about, whatever their postings on receivable say."""
    below_zero: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Postings on accounts that there are not, and postings beside the entries that the statement shows."""


def read(log: Sequence[Recorded]) -> Books:
    books = Books()
    for each in log:
        event, position = each.event, each.envelope.position or 0
        if not isinstance(event, OfWallet):
            continue
        postings = getattr(event, "postings", ())
        if isinstance(event, ENTRIES):
            books.entries += 1
        elif postings:
            books.unknown.append(f"{event.TYPE} at {position}")
        _enter(books, event, position)
    return books


def _enter(books: Books, event: OfWallet, position: int) -> None:
    balances = books.balances.setdefault(event.organisation_id, Counter())
    books.owed += _left_open(event, balances["available"])
    total = 0
    for posting in getattr(event, "postings", ()):
        balances[posting.account] += posting.amount
        total += posting.amount
        if posting.account not in ACCOUNTS:
            books.unknown.append(f"{posting.account} at {position}")
    if total:
        books.unbalanced.append(f"position {position}")
    if balances["available"] < 0 or balances["held"] < 0:
        books.below_zero.append(f"position {position}")
    books.after[event.organisation_id, position] = balances["available"], balances["held"]


def _left_open(event: OfWallet, available: int) -> int:
    """What this entry leaves owed, where so much was available before it: all that comes late, else what is missing."""
    match event:
        case LateChargeRecorded():
            return event.rated.amount
        case ChargePosted():
            return max(0, event.rated.amount - event.held - available)
        case PurchaseRefunded() | PaymentDisputed():
            worth = -sum(posting.amount for posting in event.postings if posting.account in ("available", "receivable"))
            return max(0, worth - available)
        case DisputeClosed():
            return -sum(posting.amount for posting in event.postings if posting.account == "receivable")
    return 0


def figures(of: str, books: Books) -> Iterator[Figure]:
    total: Counter[str] = Counter()
    for balances in books.balances.values():
        total.update(balances)
    yield told(of, "wallets", len(books.balances))
    yield told(of, "entries of the ledger", books.entries)
    for account in ACCOUNTS:
        yield told(of, f"micro-US$ {account}", total[account])
    yield Figure(of, "micro-US$ that all accounts sum to", sum(total.values()))
    yield Figure(of, OWED, -total["receivable"], books.owed)
    yield none_of(of, "entries that do not sum to zero", books.unbalanced)
    yield none_of(of, "entries after which available or held is below zero", books.below_zero)
    yield none_of(of, "postings outside the ledger's accounts and entries", books.unknown)
