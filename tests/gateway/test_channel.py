"""Whose number it is: connected step by step, renamed, disconnected, connected again, and never two organisations'."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gateway import commands
from gateway.domain.connecting import decide
from gateway.domain.connection import STEPS
from gateway.domain.refusals import ChannelIsDisconnected, NumberTaken, StepsPending, UnknownChannel
from recado_events.gateway import ChannelConnected, ChannelConnectionStarted, ChannelDisconnected, ChannelRenamed

from tests.gateway.story import NUMBER, OURS, THEIRS, ChannelStory, names


@pytest.fixture
def channel() -> ChannelStory:
    return ChannelStory()


def test_a_number_is_ours_once_its_token_is_checked_and_before_meta_is_asked_to_send(channel: ChannelStory) -> None:
    assert names(channel.requests()) == ["ChannelConnectionRequested"]
    assert names(channel.completes("code_exchange")) == ["ChannelStepCompleted"]
    assert channel.state.serving is None

    facts = channel.completes("token_check")

    assert names(facts) == ["ChannelStepCompleted", "ChannelConnectionStarted"]
    assert channel.state.serving == OURS
    assert channel.state.connections[OURS].next_step == "webhook_subscription"


def test_saving_the_details_connects_and_saving_them_again_renames(channel: ChannelStory) -> None:
    channel.requests()
    channel.completes()

    assert names(channel.saves("Front desk")) == ["ChannelConnected"]
    assert names(channel.saves("Sales")) == ["ChannelRenamed"]


def test_details_cannot_be_saved_before_all_steps_are_done(channel: ChannelStory) -> None:
    channel.requests()
    channel.completes("code_exchange")

    with pytest.raises(StepsPending) as refused:
        channel.saves("Front desk")

    assert refused.value.details == {"step": "token_check"}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_is_named_and_the_next_one_to_do(channel: ChannelStory, step: str) -> None:
    channel.requests()
    done = STEPS[: STEPS.index(step)]
    channel.completes(*done) if done else None

    assert names(channel.fails(step, "refused_by_meta", 100)) == ["ChannelStepFailed"]

    mine = channel.state.connections[OURS]
    assert (mine.failure and mine.failure.step, mine.next_step, mine.status) == (step, step, "connecting")
    assert names(channel.completes(step))[0] == "ChannelStepCompleted"
    assert channel.state.connections[OURS].failure is None


def test_a_step_out_of_turn_changes_nothing(channel: ChannelStory) -> None:
    channel.requests()

    assert channel.completes("number_registration") == []
    assert channel.fails("token_check", "refused_by_meta") == []


def test_a_dead_token_sends_back_to_the_first_step(channel: ChannelStory) -> None:
    channel.requests()
    channel.completes("code_exchange", "token_check")

    channel.fails("webhook_subscription", "token_invalid", 190)

    assert channel.state.connections[OURS].next_step == "code_exchange"
    assert names(channel.completes())[:3] == [
        "ChannelStepCompleted",
        "ChannelStepCompleted",
        "ChannelConnectionStarted",
    ]
    assert channel.state.connections[OURS].authorisation == 2


def test_a_fresh_code_replaces_a_token_that_failed_its_check(channel: ChannelStory) -> None:
    channel.requests()
    channel.completes("code_exchange")
    assert channel.completes("code_exchange") == [], "nothing is wrong with the token yet"
    channel.fails("token_check", "business_account_missing")

    assert names(channel.completes("code_exchange")) == ["ChannelStepCompleted"]

    mine = channel.state.connections[OURS]
    assert (mine.next_step, mine.failure, mine.authorisation) == ("token_check", None, 2)


def test_a_token_that_failed_its_check_may_be_checked_again(channel: ChannelStory) -> None:
    channel.requests()
    channel.completes("code_exchange")
    channel.fails("token_check", "business_account_missing")

    assert names(channel.completes("token_check"))[-1] == "ChannelConnectionStarted"
    assert channel.completes("code_exchange") == [], "it is good, and no code replaces it"


def test_a_fresh_code_that_meta_refuses_asks_for_another_one(channel: ChannelStory) -> None:
    channel.requests()
    channel.completes("code_exchange")
    channel.fails("token_check", "business_account_missing")

    assert names(channel.fails("code_exchange", "code_refused", 100)) == ["ChannelStepFailed"]
    assert channel.state.connections[OURS].next_step == "code_exchange"


def test_what_was_checked_with_another_token_says_nothing_of_this_one(channel: ChannelStory) -> None:
    channel.requests()
    channel.completes("code_exchange")
    seen = channel.state.connections[OURS]
    channel.fails("token_check", "business_account_missing")
    channel.completes("code_exchange")

    assert channel.completes_late("token_check", seen) == []
    assert channel.fails("token_check", "token_invalid", 190, seen) == []
    assert channel.state.serving is None


def test_what_was_checked_for_another_account_says_nothing_of_this_one(channel: ChannelStory) -> None:
    channel.requests()
    channel.completes("code_exchange")
    seen = channel.state.connections[OURS]
    channel.requests(waba_id="999")
    channel.completes("code_exchange")

    assert channel.completes_late("token_check", replace(seen, authorisation=2)) == []
    assert channel.state.serving is None


def test_a_number_that_somebody_serves_goes_to_nobody_else(channel: ChannelStory) -> None:
    channel.connected()
    channel.requests(THEIRS)
    channel.completes("code_exchange", organisation=THEIRS)

    with pytest.raises(NumberTaken):
        channel.completes("token_check", organisation=THEIRS)

    assert channel.state.serving == OURS


def test_naming_a_number_takes_it_from_nobody(channel: ChannelStory) -> None:
    channel.requests(THEIRS)
    channel.requests(OURS)
    channel.completes()

    assert channel.state.serving == OURS
    assert channel.state.connections[THEIRS].status == "connecting"


def test_a_freed_number_goes_to_another_organisation_after_five_minutes(channel: ChannelStory) -> None:
    channel.connected()
    channel.disconnects()
    channel.requests(THEIRS)
    channel.completes("code_exchange", organisation=THEIRS)
    channel.later(minutes=4, seconds=59)
    with pytest.raises(NumberTaken):
        channel.completes("token_check", organisation=THEIRS)

    channel.later(seconds=1)

    assert names(channel.completes("token_check", organisation=THEIRS))[-1] == "ChannelConnectionStarted"
    assert channel.state.serving == THEIRS


def test_the_same_organisation_connects_again_at_once_under_its_old_name(channel: ChannelStory) -> None:
    channel.connected()
    channel.disconnects()

    assert names(channel.reconnects()) == ["ChannelConnectionRequested"]
    facts = channel.completes()

    started = next(fact for fact in facts if isinstance(fact, ChannelConnectionStarted))
    connected = next(fact for fact in facts if isinstance(fact, ChannelConnected))
    assert (started.waba_id, connected.name) == (connected.waba_id, "Front desk")
    assert channel.state.passage(OURS) == "open"


def test_disconnecting_shuts_the_passage_at_once(channel: ChannelStory) -> None:
    channel.connected()

    assert names(channel.disconnects()) == ["ChannelDisconnected"]

    assert channel.state.passage(OURS) == "shut"
    with pytest.raises(ChannelIsDisconnected):
        channel.saves("Sales")


def test_a_number_that_was_never_proven_is_withdrawn_without_anybody_hearing_of_it(channel: ChannelStory) -> None:
    channel.requests()
    command = commands.DisconnectChannel(
        organisation_id=OURS, phone_number_id=NUMBER, reason="person", by=channel.state.connections[OURS].requested_by,
        now=channel.now,
    )  # fmt: skip

    facts = decide(command, channel.state)

    assert names(facts) == ["ChannelRequestWithdrawn"]


def test_disconnecting_a_request_leaves_the_number_with_whom_it_serves(channel: ChannelStory) -> None:
    channel.connected(THEIRS)
    channel.disconnects(THEIRS)
    channel.later(minutes=6)
    channel.connected(OURS)
    channel.reconnects(THEIRS)

    channel.disconnects(THEIRS)

    assert channel.state.serving == OURS
    assert channel.state.passage(OURS) == "open"
    assert channel.state.connections[THEIRS].status == "disconnected"


def test_lost_authorisation_makes_messages_wait_until_it_is_connected_anew(channel: ChannelStory) -> None:
    channel.connected()

    assert names(channel.loses_authorisation()) == ["ChannelAuthorisationLost"]
    assert channel.state.passage(OURS) == "wait"
    channel.reconnects()
    assert channel.state.passage(OURS) == "wait"
    channel.completes()
    assert channel.state.passage(OURS) == "open"


def test_a_refusal_of_an_old_token_does_not_lose_the_new_one(channel: ChannelStory) -> None:
    channel.connected()
    channel.loses_authorisation()
    channel.reconnects()
    channel.completes()

    assert channel.loses_authorisation(authorisation=1) == []
    assert channel.state.passage(OURS) == "open"


def test_asking_for_what_is_connected_changes_nothing(channel: ChannelStory) -> None:
    channel.connected()

    assert channel.requests() == []


def test_a_healthy_channel_that_renews_its_authorisation_sends_all_the_time(channel: ChannelStory) -> None:
    channel.connected()

    channel.reconnects()
    channel.fails("code_exchange", "code_refused", 100)
    assert channel.state.passage(OURS) == "open"
    for step in STEPS:
        channel.completes(step)
        assert channel.state.passage(OURS) == "open", step

    mine = channel.state.connections[OURS]
    assert (mine.status, mine.authorisation, mine.checked) == ("connected", 2, 2)


def test_a_renewal_that_fails_leaves_the_channel_its_old_token(channel: ChannelStory) -> None:
    channel.connected()
    channel.reconnects()
    channel.completes("code_exchange")

    channel.fails("token_check", "token_invalid", 190)

    mine = channel.state.connections[OURS]
    assert (mine.authorisation, mine.checked) == (2, 1)
    assert channel.state.passage(OURS) == "open"


def test_a_renewed_token_that_dies_before_the_end_makes_messages_wait(channel: ChannelStory) -> None:
    channel.connected()
    channel.reconnects()
    channel.completes("code_exchange", "token_check")

    channel.fails("webhook_subscription", "token_invalid", 190)

    assert channel.state.passage(OURS) == "wait"


def test_an_authorisation_lost_while_it_is_renewed_makes_messages_wait(channel: ChannelStory) -> None:
    channel.connected()
    channel.reconnects()
    channel.completes("code_exchange")

    assert names(channel.loses_authorisation(authorisation=1)) == ["ChannelAuthorisationLost"]

    assert channel.state.passage(OURS) == "wait"
    channel.completes("token_check")
    assert channel.loses_authorisation(authorisation=1) == []
    channel.completes("webhook_subscription", "number_registration")
    assert channel.state.passage(OURS) == "open"


def test_asking_again_for_what_was_lost_while_it_is_connected_anew_changes_nothing(channel: ChannelStory) -> None:
    channel.connected()
    channel.loses_authorisation()
    channel.requests()

    assert channel.requests() == []


def test_a_lost_authorisation_is_not_found_again_by_asking(channel: ChannelStory) -> None:
    channel.connected()
    channel.loses_authorisation()
    channel.reconnects()
    channel.fails("code_exchange", "code_refused", 100)

    assert channel.state.passage(OURS) == "wait"


def test_another_account_of_the_same_number_is_a_new_request(channel: ChannelStory) -> None:
    channel.connected()

    assert names(channel.requests(waba_id="999")) == ["ChannelConnectionRequested"]
    assert channel.state.connections[OURS].waba_id == "999"


def test_others_know_nothing_of_a_channel_that_is_not_theirs(channel: ChannelStory) -> None:
    channel.connected()

    with pytest.raises(UnknownChannel):
        channel.saves("Mine", THEIRS)
    with pytest.raises(UnknownChannel):
        channel.disconnects(THEIRS)
    assert channel.state.passage(THEIRS) == "shut"


def test_the_facts_say_who_did_it(channel: ChannelStory) -> None:
    channel.requests()
    channel.completes()
    connected = channel.saves("Front desk")[0]
    renamed = channel.saves("Sales")[0]
    disconnected = channel.disconnects()[0]

    assert isinstance(connected, ChannelConnected)
    assert isinstance(renamed, ChannelRenamed)
    assert isinstance(disconnected, ChannelDisconnected)
    assert connected.connected_by == renamed.renamed_by == disconnected.disconnected_by
