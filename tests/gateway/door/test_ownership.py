"""Who serves a number follows from proven facts alone, and an organisation never gets what was another's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from gateway.adapters.door.ownership import Owner, Ownership, Place
from gateway.domain.private import ChannelConnectionRequested
from recado_events.event import Event
from recado_events.gateway import ChannelConnected, ChannelConnectionStarted, ChannelDisconnected
from recado_events.ids import OrganisationId, PhoneNumberId, UserId, WabaId

ADA, BEA = OrganisationId(UUID(int=1)), OrganisationId(UUID(int=2))
SOMEBODY = UserId(UUID(int=9))
NOON = datetime(2027, 1, 2, 12, tzinfo=UTC)
NUMBER, ACCOUNT = Place("9001", "7001"), Place("9001")


def started(organisation: OrganisationId, number: str = "7001", account: str = "9001", minute: int = 0) -> Event:
    return ChannelConnectionStarted(
        organisation_id=organisation,
        phone_number_id=PhoneNumberId(number),
        waba_id=WabaId(account),
        country="BR",
        time_zone="UTC",
        started_by=SOMEBODY,
        started_at=NOON + timedelta(minutes=minute),
    )


def freed(organisation: OrganisationId, number: str = "7001", minute: int = 0) -> Event:
    at = NOON + timedelta(minutes=minute)
    return ChannelDisconnected(
        organisation_id=organisation, phone_number_id=PhoneNumberId(number), reason="asked", disconnected_at=at
    )


def after(*facts: Event) -> Ownership:
    ownership = Ownership()
    for fact in facts:
        ownership.fold(fact)
    return ownership


def test_a_number_is_served_from_its_start_to_its_end() -> None:
    assert after().owner(NUMBER) is None
    assert after(started(ADA)).owner(NUMBER) == Owner(ADA)
    assert after(started(ADA), freed(ADA)).owner(NUMBER) is None
    assert after(started(ADA), freed(ADA), started(ADA)).owner(NUMBER) == Owner(ADA)
    assert after(started(ADA), started(ADA)).owner(NUMBER) == Owner(ADA)


def test_a_number_is_served_under_its_own_account_only() -> None:
    ownership = after(started(ADA), started(BEA, "7002", "9002"))
    assert ownership.owner(Place("9002", "7001")) is None
    assert ownership.owner(Place("9001", "7002")) is None
    assert ownership.owner(Place("9009", "7001")) is None


def test_what_was_only_asked_for_says_nothing() -> None:
    asked = ChannelConnectionRequested(
        organisation_id=BEA,
        phone_number_id=PhoneNumberId("7001"),
        waba_id=WabaId("9002"),
        country="BR",
        time_zone="UTC",
        requested_by=SOMEBODY,
        requested_at=NOON,
    )
    connected = ChannelConnected(
        organisation_id=BEA,
        phone_number_id=PhoneNumberId("7001"),
        waba_id=WabaId("9002"),
        name="Bea",
        connected_by=SOMEBODY,
        connected_at=NOON,
    )
    ownership = after(started(ADA), asked, connected, freed(BEA))
    assert ownership.owner(NUMBER) == Owner(ADA)
    assert ownership.owner(Place("9002")) is None


def test_a_number_that_moves_to_another_account_leaves_the_old_one() -> None:
    ownership = after(started(ADA), started(ADA, account="9002"))
    assert ownership.owner(Place("9002", "7001")) == Owner(ADA)
    assert ownership.owner(NUMBER) is None
    assert (ownership.owner(ACCOUNT), ownership.owner(Place("9002"))) == (None, Owner(ADA))


@pytest.mark.parametrize(
    ("facts", "owner"),
    [
        ([started(ADA)], Owner(ADA)),
        ([started(ADA), started(ADA, "7002")], Owner(ADA)),
        ([started(ADA), started(ADA, "7002"), freed(ADA)], Owner(ADA)),
        ([started(ADA), started(ADA, "7002"), freed(ADA), freed(ADA, "7002")], None),
        ([started(ADA), started(BEA, "7002")], None),
        ([started(ADA), started(BEA, "7002"), freed(ADA)], Owner(BEA)),
        ([freed(ADA), freed(ADA), started(ADA)], Owner(ADA)),
    ],
)
def test_an_account_belongs_to_the_only_organisation_with_numbers_in_it(
    facts: list[Event], owner: Owner | None
) -> None:
    assert after(*facts).owner(ACCOUNT) == owner


@pytest.mark.parametrize(
    ("facts", "since"),
    [
        ([started(ADA), freed(ADA, minute=10), started(BEA, minute=20)], 15),
        ([started(ADA), freed(ADA, minute=10), started(ADA, minute=20)], None),
        ([started(ADA), freed(ADA, minute=10), started(BEA, account="9002", minute=20)], None),
        ([started(ADA), freed(ADA, minute=10), started(BEA, minute=20), started(BEA, minute=30)], 15),
        ([started(ADA), freed(ADA, minute=10), started(BEA), freed(BEA, minute=30), started(ADA, minute=40)], 35),
    ],
)
def test_what_came_while_a_number_was_anothers_or_just_freed_is_not_the_next_ones(
    facts: list[Event], since: int | None
) -> None:
    account = "9002" if getattr(facts[-1], "waba_id", "") == "9002" else "9001"
    owner = after(*facts).owner(Place(account, "7001"))
    assert owner is not None
    assert owner.since == (None if since is None else NOON + timedelta(minutes=since))
