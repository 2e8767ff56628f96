"""The rules of outgoing webhooks, by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

import pytest
from gateway.commands.subscriptions import (
    ChangeSubscription,
    CreateSubscription,
    DeleteSubscription,
    PauseSubscription,
    ReplaySubscription,
    ResumeSubscription,
    RotateSecret,
    SubscriptionCommand,
)
from gateway.domain.receiver import PAUSES, is_public, may_be_reached, outcome_of, parts_of, pause_after
from gateway.domain.refusals import (
    PositionBeyondEnd,
    SourceNotSubscribed,
    TooManySubscriptions,
    UnknownSubscription,
)
from gateway.domain.signing import headers_of, secret_of
from gateway.domain.subscribing import decide
from gateway.domain.subscription import Subscriptions, evolve, is_meant_for
from hypothesis import given
from hypothesis import strategies as st
from recado_events.ids import OrganisationId, SubscriptionId, UserId

ORGANISATION = OrganisationId(UUID(int=1))
IDS = [SubscriptionId(UUID(int=number)) for number in (2, 3, 4)]
NOW = datetime(2026, 11, 26, tzinfo=UTC)
BY = UserId(UUID(int=9))
TYPES = ("crm.contact-created.v1", "gateway.channel-renamed.v1")


def asked(kind: type, which: int = 0, **values: object) -> SubscriptionCommand:
    on = {"organisation_id": ORGANISATION, "subscription_id": IDS[which], "now": NOW, "by": BY}
    command: SubscriptionCommand = kind(**on, **values)
    return command


def create(which: int = 0, most: int = 2) -> SubscriptionCommand:
    return asked(CreateSubscription, which, url="https://hooks.example/", event_types=TYPES, most=most)


def after(*commands: SubscriptionCommand) -> Subscriptions:
    state = Subscriptions()
    for command in commands:
        for fact in decide(command, state):
            state = evolve(state, fact)
    return state


COMMANDS = st.builds(
    lambda make, which: make(which),
    st.sampled_from(
        [
            create,
            lambda which: asked(ChangeSubscription, which, url="https://other.example/", event_types=TYPES[:1]),
            lambda which: asked(PauseSubscription, which, reason="person"),
            lambda which: asked(ResumeSubscription, which),
            lambda which: asked(RotateSecret, which, overlap=timedelta(days=1)),
            lambda which: asked(ReplaySubscription, which, source="crm", after=0, end=7),
            lambda which: asked(DeleteSubscription, which),
        ]
    ),
    st.integers(0, 2),
)


@given(st.lists(COMMANDS, max_size=12))
def test_any_sequence_of_commands_keeps_the_limit_and_a_repeated_change_changes_nothing(
    commands: list[SubscriptionCommand],
) -> None:
    state = Subscriptions()
    for command in commands:
        try:
            facts = decide(command, state)
        except (UnknownSubscription, TooManySubscriptions):
            continue
        for fact in facts:
            state = evolve(state, fact)
        assert len(state.kept) <= 2
        if not isinstance(command, RotateSecret | ReplaySubscription | DeleteSubscription):
            assert list(decide(command, state)) == []


def test_it_is_created_active_with_its_receiver_and_types() -> None:
    (mine,) = after(create()).kept.values()
    assert (mine.url, mine.event_types, mine.status) == ("https://hooks.example/", TYPES, "active")


def test_subscriptions_stand_in_the_order_of_their_creation() -> None:
    state = after(create(1), create(0), asked(PauseSubscription, 1, reason="person"))
    assert list(state.kept) == [IDS[1], IDS[0]]


def test_one_too_many_is_refused() -> None:
    with pytest.raises(TooManySubscriptions):
        after(create(0), create(1), create(2))


def test_a_deleted_one_makes_room() -> None:
    assert list(after(create(0), create(1), asked(DeleteSubscription), create(2)).kept) == [IDS[1], IDS[2]]


@pytest.mark.parametrize("kind", [ResumeSubscription, DeleteSubscription, ChangeSubscription])
def test_nothing_is_done_to_what_is_not_there(kind: type) -> None:
    with pytest.raises(UnknownSubscription):
        after(asked(kind))


def test_a_replay_is_of_a_service_that_is_heard_and_of_what_is_there() -> None:
    with pytest.raises(SourceNotSubscribed):
        after(create(), asked(ReplaySubscription, source="billing", after=0, end=7))
    with pytest.raises(PositionBeyondEnd):
        after(create(), asked(ReplaySubscription, source="crm", after=8, end=7))


def test_an_event_is_meant_for_its_organisation_and_those_who_chose_its_type() -> None:
    told = {"tenantid": str(ORGANISATION), "type": TYPES[0]}
    assert is_meant_for(ORGANISATION, TYPES, told)
    assert not is_meant_for(ORGANISATION, TYPES[1:], told)
    assert not is_meant_for(OrganisationId(UUID(int=7)), TYPES, told)
    assert not is_meant_for(ORGANISATION, TYPES, {"type": TYPES[0]})


# Signing ---------------------------------------------------------------------------------------------


def test_it_signs_as_the_specifications_own_libraries_do() -> None:
    """The example of their tests."""
    told = headers_of(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )
    assert told == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_secret_signs() -> None:
    secrets = [secret_of(bytes([number]) * 32) for number in (1, 2)]
    both = headers_of("1", 2, b"{}", secrets)["webhook-signature"].split(" ")
    assert both == [headers_of("1", 2, b"{}", [secret])["webhook-signature"] for secret in secrets]


# Receivers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "168.63.129.16", "169.254.169.254", "172.16.0.1",
        "192.168.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1", "203.0.113.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "::", "::1",
        "::7f00:1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2001::1", "2001:db8::1", "2002:a00:1::", "3fff::1", "fc00::1",
        "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "localhost", "",
    ],
)  # fmt: skip
def test_no_private_or_reserved_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_what_is_public_is_global_however_it_is_written(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(str(address)) or address.is_global or getattr(address, "ipv4_mapped", None)
    if isinstance(address, IPv4Address):
        assert is_public(f"::ffff:{address}") == is_public(str(address))


def test_every_address_of_a_host_has_to_be_public_unless_it_is_allowed() -> None:
    assert may_be_reached("a.example", ["1.1.1.1", "8.8.8.8"], [])
    assert not may_be_reached("a.example", ["1.1.1.1", "10.0.0.1"], [])
    assert not may_be_reached("a.example", [], [])
    assert may_be_reached("a.example", ["10.0.0.1"], ["a.example"])
    assert not may_be_reached("b.a.example", ["10.0.0.1"], ["a.example"])


@given(st.text())
def test_any_text_is_a_receivers_address_or_is_refused_with_a_reason(text: str) -> None:
    try:
        parts = parts_of(text)
    except ValueError as refused:
        reason = str(refused)
    else:
        reason = parts.scheme if parts.hostname else ""
    assert reason


def test_pauses_grow_and_heed_the_receiver_within_reason() -> None:
    assert [pause_after(attempts) for attempts in range(1, 10)] == list(PAUSES) == sorted(PAUSES)
    assert pause_after(99) == PAUSES[-1]
    assert pause_after(1, timedelta(minutes=2)) == timedelta(minutes=2)
    assert pause_after(1, timedelta(days=365)) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "delivered"), (204, "delivered"), (301, "redirected"), (304, "redirected"), (400, "refused"),
     (410, "gone"), (429, "refused"), (500, "refused"), (199, "refused")],
)  # fmt: skip
def test_what_an_answer_means(status: int, outcome: str) -> None:
    assert outcome_of(status) == outcome


def test_a_state_that_is_kept_is_not_changed_by_what_follows() -> None:
    before = after(create())
    kept = replace(before)
    for fact in decide(asked(DeleteSubscription), before):
        evolve(before, fact)
    assert before == kept
