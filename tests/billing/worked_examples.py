"""Worked examples of the three policies, written from the rules: each a line of what is delivered and what it costs.

Prices: Brazil, marketing 62,500 and utility 6,800; elsewhere marketing 60,400, utility 7,700, authentication 7,600; a
service message 7,700 (R3), a customer's conversation beyond the allowance 1,000 (R1). All in micro-US$.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from billing.domain.rating import NOTHING_BEFORE, Before, Delivery, Policy, RateCard, Told, Window

NOON = datetime(2026, 10, 14, 12, 0, tzinfo=UTC)
ALWAYS = datetime(2026, 1, 1)  # noqa: DTZ001 - wall-clock time
CARD = RateCard(
    "examples",
    ALWAYS,
    MappingProxyType(
        {
            ("BR", "marketing"): 62_500,
            ("BR", "utility"): 6_800,
            ("latin_america", "marketing"): 74_000,
            ("rest_of_world", "marketing"): 60_400,
            ("rest_of_world", "utility"): 7_700,
            ("rest_of_world", "authentication"): 7_600,
            ("rest_of_world", "service"): 1_000,
            ("rest_of_world", "service_message"): 7_700,
        }
    ),
    MappingProxyType({"PY": "latin_america"}),
)
POLICIES = {name: Policy(name, ALWAYS) for name in ("R1", "R2", "R3")}
CHARGES_IN_REPLY_WINDOWS = Policy("R1", ALWAYS, reply_window_is_free=False)
_DAY = timedelta(hours=24)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Example:
    says: str
    policy: Policy
    delivery: Delivery
    amount: int
    reason: str
    before: Before = NOTHING_BEFORE


def template(category: str = "marketing", country: str | None = "BR", **more: object) -> Delivery:
    return replace(Delivery(template=True, category=category, country=country, at=NOON), **more)  # type: ignore[arg-type]


def reply(**more: object) -> Delivery:
    return replace(Delivery(template=False, category="service", country="BR", at=NOON), **more)  # type: ignore[arg-type]


def _open(ago: timedelta, category: str = "marketing") -> Before:
    return Before(MappingProxyType({category: NOON - ago}))


_CUSTOMERS = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=23))
"""A window that the customer opened."""
_REPLIED = replace(_CUSTOMERS, by_reply=True)
"""A window that a reply to a business-initiated conversation opened."""
_GIVEN = "free_customer_service"
R1, R2, R3 = POLICIES["R1"], POLICIES["R2"], POLICIES["R3"]

EXAMPLES = (
    # Conversations.
    Example("a first template opens a conversation", R1, template(), 62_500, "conversation_opened"),
    Example("utility has its own price", R1, template("utility"), 6_800, "conversation_opened"),
    Example("a second of the same category rides free", R1, template(), 0, "conversation_open", _open(_SECOND)),
    Example("a second before 24 h rides free", R1, template(), 0, "conversation_open", _open(_DAY - _SECOND)),
    Example("24 h exactly opens another", R1, template(), 62_500, "conversation_opened", _open(_DAY)),
    Example("another category opens its own", R1, template("utility"), 6_800, "conversation_opened", _open(_SECOND)),
    Example(
        "two categories open: each rides free",
        R1,
        template("utility"),
        0,
        "conversation_open",
        Before(MappingProxyType({"marketing": NOON - _SECOND, "utility": NOON - 2 * _SECOND})),
    ),
    Example("one told of late rides with the later one", R1, template(), 0, "conversation_open", _open(-_SECOND)),
    Example("a reply's window is free", R1, template("utility", window=_REPLIED), 0, "reply_window", _open(_DAY)),
    Example("in it another category too", R1, template("marketing", window=_REPLIED), 0, "reply_window"),
    Example(
        "with the flag off it opens its own",
        CHARGES_IN_REPLY_WINDOWS,
        template("utility", window=_REPLIED),
        6_800,
        "conversation_opened",
        _open(_SECOND),
    ),
    Example("a customer's own window is not", R1, template(window=_CUSTOMERS), 62_500, "conversation_opened"),
    Example("from an ad: free for 72 h", R1, template(free_entry=True), 0, "free_entry_point"),
    Example("in Meta's oldest age too", R1, template(told=Told("referral_conversion")), 0, "free_entry_point"),
    Example("Meta says free entry: free", R1, template(told=Told(type="free_entry_point")), 0, "free_entry_point"),
    Example(
        "changed on the way: Meta's", R1, template("utility", told=Told("marketing")), 62_500, "conversation_opened"
    ),
    Example(
        "changed, and that one is open",
        R1,
        template("utility", told=Told("MARKETING", "regular")),
        0,
        "conversation_open",
        _open(_SECOND),
    ),
    Example("a free reply", R1, reply(window=_CUSTOMERS), 0, "free_reply"),
    Example("a reply within the reply's window", R1, reply(window=_REPLIED), 0, "free_reply"),
    Example("conversation 1 of the month", R1, reply(window=_CUSTOMERS, begins=True), 0, "within_allowance"),
    Example("conversation 1,000", R1, reply(begins=True), 0, "within_allowance", Before(conversations=999)),
    Example("conversation 1,001", R1, reply(begins=True), 1_000, "beyond_allowance", Before(conversations=1_000)),
    Example("Paraguay has its region's price", R1, template(country="PY"), 74_000, "conversation_opened"),
    Example("where the region has none, the world's", R1, template("utility", "PY"), 7_700, "conversation_opened"),
    Example("an unknown market: rest of world", R1, template(country="FR"), 60_400, "conversation_opened"),
    Example("a recipient of no known market", R1, template(country=None), 60_400, "conversation_opened"),
    # Delivered templates.
    Example("marketing always", R2, template(window=_CUSTOMERS), 62_500, "delivered_template"),
    Example("and again", R2, template(), 62_500, "delivered_template", _open(_SECOND)),
    Example("authentication always", R2, template("authentication", window=_CUSTOMERS), 7_600, "delivered_template"),
    Example("utility outside the window", R2, template("utility"), 6_800, "delivered_template"),
    Example("utility inside the window", R2, template("utility", window=_CUSTOMERS), 0, "service_window"),
    Example("utility inside a reply's window", R2, template("utility", window=_REPLIED), 0, "service_window"),
    Example(
        "Meta says regular, as it does inside too since 2026-10: free",
        R2,
        template("utility", window=_CUSTOMERS, told=Told("utility", "regular")),
        0,
        "service_window",
    ),
    Example(
        "Meta says free: inside after all",
        R2,
        template("utility", told=Told("utility", "free_customer_service")),
        0,
        "told_free",
    ),
    Example("international: its wider one", R2, template("authentication_international"), 7_600, "delivered_template"),
    Example("service messages are free", R2, reply(window=_CUSTOMERS), 0, "free_reply", Before(messages=5_000)),
    Example("from an ad", R2, template(free_entry=True), 0, "free_entry_point"),
    # Templates and service messages.
    Example("utility inside the window too", R3, template("utility", window=_CUSTOMERS), 6_800, "delivered_template"),
    Example("marketing inside a reply's window", R3, template(window=_REPLIED), 62_500, "delivered_template"),
    Example("service message 1 of the month", R3, reply(window=_CUSTOMERS), 0, "within_allowance"),
    Example("service message 1,000", R3, reply(), 0, "within_allowance", Before(messages=999)),
    Example("service message 1,001", R3, reply(), 7_700, "beyond_allowance", Before(messages=1_000)),
    Example("from an ad it stays free", R3, reply(free_entry=True), 0, "free_entry_point", Before(messages=1_000)),
    Example("Meta charges it", R3, reply(told=Told("service", "regular")), 7_700, "beyond_allowance"),
    Example("Meta gives it: within", R3, reply(told=Told("service", _GIVEN)), 0, "within_allowance"),
    Example(
        "Meta gives it beyond our count",
        R3,
        reply(told=Told("service", _GIVEN)),
        0,
        "told_free",
        Before(messages=1_000),
    ),
    Example("Meta says free entry", R3, reply(told=Told("service", "free_entry_point")), 0, "free_entry_point"),
)
