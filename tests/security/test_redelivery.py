"""Bad input 17: Meta sends again what it sent before, up to a month later, and nothing comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from recado_chassis.following.rebuild import digest

from tests.security.chain import Chain
from tests.simulator.bodies import PEOPLE, Line, Person, every_kind, message_body, preference_body
from tests.simulator.signing import meta_json

LATER = {
    "a_second": timedelta(seconds=1),
    "a_day": timedelta(days=1),
    "almost_a_week": timedelta(days=6.9),
    "29_days": timedelta(days=29),
}


@pytest.mark.parametrize("person", [PEOPLE[0], PEOPLE[10]], ids=["with_a_number", "without_a_number"])
def test_17_every_kind_of_body_again_after_a_month_has_no_effect(chains: Callable[[], Chain], person: Person) -> None:
    chain, now = chains(), datetime.now(UTC)
    made = every_kind(Line(), person, int(now.timestamp()), start=PEOPLE.index(person) * 1000)
    bodies = [meta_json(body) for name, body in made.items() if not name.startswith("user_preferences")]
    before = len(chain.facts())
    for body in bodies:
        chain.takes(body, now)
    facts, views = Counter(chain.facts()), shown(chain)
    assert facts.total() - before > len(bodies) / 2
    for after in LATER.values():
        for body in bodies:
            chain.takes(body, now + after)
        assert Counter(chain.facts()) - facts == Counter(), after
    assert shown(chain) == views
    assert chain.is_conserved


@pytest.mark.parametrize("order", [("stop", "resume"), ("resume", "stop", "resume")])
def test_17_a_wish_about_marketing_again_after_a_later_one_has_no_effect(
    chains: Callable[[], Chain], order: tuple[str, ...]
) -> None:
    chain, now = chains(), datetime.now(UTC)
    at, person = int(now.timestamp()) - 600, Person(f"551195555000{len(order)}", None, "Rui")
    wishes = [preference_body(Line(), person, at + place * 60, value) for place, value in enumerate(order)]
    bodies = [
        meta_json(body) for body in (message_body(Line(), person, "wamid.wish", at, content={"body": "x"}), *wishes)
    ]
    for body in bodies:
        chain.takes(body, now)
    facts = Counter(chain.facts())
    for after in LATER.values():
        for body in bodies:
            chain.takes(body, now + after)
    assert Counter(chain.facts()) - facts == Counter()


def shown(chain: Chain) -> list[str]:
    """What the views of both services hold."""
    assert chain.is_shown()
    services = (chain.conversations, chain.crm)
    return [digest(service.dsn, view) for service in services for view in service.service.shows]
