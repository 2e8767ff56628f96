"""A template message waits for its credits and is decided once more then: it leaves, is withdrawn or refused, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest
from conversations.application import Expiring, Listening
from conversations.commands import ExpireRequest
from conversations.domain.beginning_refusals import MarketingRefused
from conversations.domain.refusals import NotYetAccepted
from recado_chassis.work import Work
from recado_events import templates
from recado_events.conversations import (
    ConversationOpened,
    MarketingStopped,
    MessageRefused,
    MessageReleased,
    MessageRequested,
    MessageSent,
    MessageWithdrawn,
)
from recado_events.envelope import Cause
from recado_events.ids import MessageId, OrganisationId, UserId

from tests.conversations.business import FORM, MARIA, Business
from tests.conversations.stage import user_alias


@pytest.fixture
def stage() -> Business:
    """A chat was started by an agent, and waits for its credits."""
    stage = Business()
    stage.agents(1)
    stage.knows()
    return stage


def agent(stage: Business) -> UserId:
    """One who may reply, and started a chat."""
    (ana,) = stage.agents(1)
    stage.starts(by=ana)
    return ana


def withdrawn(stage: Business) -> str:
    """Why, after its credits were reserved."""
    stage.reserves()
    assert stage.facts(MessageReleased) == []
    return stage.one(MessageWithdrawn).reason


def test_s11_reserved_credits_let_the_message_go_as_it_was_asked_for(stage: Business) -> None:
    ana = agent(stage)
    asked = stage.one(MessageRequested)
    stage.later(minutes=5)
    stage.reserves()
    released = stage.one(MessageReleased)
    assert (released.template, released.personal, released.send_by) == (asked.template, asked.personal, asked.send_by)
    assert (released.kind, released.released_by, released.released_at) == ("template", ana, stage.now)
    assert released.conversation_id == asked.conversation_id


def test_rule_29_refused_credits_refuse_the_message_with_billings_reason(stage: Business) -> None:
    agent(stage)
    stage.refuses("insufficient_credits")
    assert stage.one(MessageRefused).reason == "insufficient_credits"
    assert stage.reserves() == []
    assert stage.facts(MessageReleased) == []


def test_a_message_that_billing_never_heard_of_here_is_passed_over(stage: Business) -> None:
    agent(stage)
    asked = stage.one(MessageRequested)
    assert stage.reserves(asked.model_copy(update={"message_id": uuid4()})) == []


def test_billing_may_answer_twice_and_only_its_first_answer_counts(stage: Business) -> None:
    agent(stage)
    stage.reserves()
    assert stage.reserves() == []
    assert stage.refuses() == []


def test_bad_input_75_a_template_paused_between_check_and_release_withdraws_the_message(stage: Business) -> None:
    agent(stage)
    stage.pauses()
    assert withdrawn(stage) == "template_not_approved"


def test_a_template_paused_and_approved_again_meanwhile_is_what_it_was(stage: Business) -> None:
    agent(stage)
    stage.pauses()
    stage.approves()
    stage.reserves()
    assert stage.one(MessageReleased).kind == "template"


def test_pain_20_rule_21_a_changed_category_withdraws_what_was_priced_by_the_old_one(stage: Business) -> None:
    agent(stage)
    stage.template(
        templates.TemplateRecategorised, previous="UTILITY", category="MARKETING", recategorised_at=stage.now
    )
    assert withdrawn(stage) == "template_changed"


def test_pain_20_what_became_marketing_is_asked_for_at_its_new_price_and_of_nobody_who_stopped_it(
    stage: Business,
) -> None:
    """Whatever the template was called when somebody wrote it."""
    ana = agent(stage)
    stage.template(
        templates.TemplateRecategorised, previous="UTILITY", category="MARKETING", recategorised_at=stage.now
    )
    stage.starts(by=ana)
    assert [each.template.category for each in stage.facts(MessageRequested)] == ["UTILITY", "MARKETING"]
    stage.wishes(False, MARIA)
    with pytest.raises(MarketingRefused):
        stage.starts(by=ana)
    stage.reserves()
    assert stage.one(MessageWithdrawn).reason == "marketing_stopped"
    assert stage.facts(MessageReleased) == []


def test_pain_19_a_changed_form_withdraws_what_was_rendered_from_the_old_one(stage: Business) -> None:
    agent(stage)
    stage.approves(FORM.model_copy(update={"footer": "Padaria Aurora"}))
    assert withdrawn(stage) == "template_changed"


def test_rule_36_a_disconnected_channel_withdraws_what_waits(stage: Business) -> None:
    agent(stage)
    stage.connects(False)
    assert withdrawn(stage) == "channel_disconnected"


def test_rule_37_a_frozen_edition_withdraws_what_waits(stage: Business) -> None:
    agent(stage)
    stage.edition("free")
    assert withdrawn(stage) == "edition_frozen"


def test_rule_38_who_stops_marketing_meanwhile_is_not_sent_any(stage: Business) -> None:
    stage.approves(category="MARKETING")
    agent(stage)
    stage.wishes(False, MARIA)
    assert withdrawn(stage) == "marketing_stopped"


def test_rule_38_the_wish_of_a_customer_found_to_be_the_same_person_counts(stage: Business) -> None:
    stage.approves(category="MARKETING")
    agent(stage)
    asked = stage.one(MessageRequested)
    stage.writes(user_alias("BR.1"))
    stage.wishes(False, user_alias("BR.1"))
    stage.writes(MARIA, user_alias("BR.1"))
    stage.reserves(asked)
    assert stage.one(MessageWithdrawn).reason == "marketing_stopped"


def test_rule_15_who_may_not_reply_any_more_does_not_send_what_they_asked_for(stage: Business) -> None:
    ana = agent(stage)
    stage.register(ana, active=False)
    assert withdrawn(stage) == "not_permitted"


def test_rule_15_a_conversation_given_to_somebody_else_leaves_the_scope_own(stage: Business) -> None:
    ana, bia = stage.agents(2)
    stage.starts(by=ana)
    stage.assigns(stage.one(ConversationOpened).conversation_id, bia)
    stage.grant("view_reply", "own")
    assert withdrawn(stage) == "not_permitted"


def test_an_administrator_whom_nobody_registered_still_may(stage: Business) -> None:
    stage.starts()
    stage.reserves()
    assert stage.one(MessageReleased).kind == "template"


def test_credits_that_come_too_late_withdraw_the_message(stage: Business) -> None:
    agent(stage)
    asked = stage.one(MessageRequested)
    stage.reserves(now=asked.send_by - timedelta(milliseconds=1))
    assert stage.one(MessageReleased).kind == "template"
    stage.starts()
    stage.reserves(now=stage.facts(MessageRequested)[-1].send_by)
    assert stage.one(MessageWithdrawn).reason == "expired"


def test_a_request_that_billing_never_answers_is_withdrawn_when_it_could_not_leave_any_more(stage: Business) -> None:
    agent(stage)
    asked = stage.one(MessageRequested)
    assert stage.expires(asked.send_by - timedelta(milliseconds=1)) == []
    stage.expires(asked.send_by)
    assert stage.one(MessageWithdrawn).reason == "expired"
    assert stage.expires(asked.send_by) == []
    assert stage.reserves(now=asked.send_by) == [], "billing hears of the withdrawal, and releases"
    assert stage.refuses() == []


def test_a_request_that_cannot_be_ended_stops_no_other_and_is_told(stage: Business) -> None:
    class Poisoned(Listening):
        def expire_request(self, work: Work, command: ExpireRequest, cause: Cause) -> None:
            if command.message_id == poison:
                raise ZeroDivisionError
            super().expire_request(work, command, cause)

    class Due:
        def unanswered(self, now: datetime, limit: int) -> list[tuple[OrganisationId, MessageId]]:
            return [(asked.organisation_id, poison), (asked.organisation_id, asked.message_id)]

    poison, questions = MessageId(uuid4()), cast(Any, Due())
    stage.starts()
    asked = stage.one(MessageRequested)
    stage.later(minutes=16)
    with pytest.raises(ZeroDivisionError):
        Expiring(stage.streams, Poisoned(stage.scene), questions).expire()
    assert stage.one(MessageWithdrawn).message_id == asked.message_id


def test_a_request_that_was_answered_does_not_expire(stage: Business) -> None:
    agent(stage)
    stage.reserves()
    assert stage.expires(stage.one(MessageRequested).send_by) == []


def test_rule_8_statuses_that_come_before_the_answer_join_the_message(stage: Business) -> None:
    agent(stage)
    stage.reserves()
    released = stage.one(MessageReleased)
    stage.status("sent", "wamid.t")
    assert stage.facts(MessageSent) == []
    stage.accepted(released.message_id, released.customer_id, "wamid.t")
    assert stage.one(MessageSent).message_id == released.message_id


def test_rule_8_no_status_is_believed_of_a_message_that_has_not_left(stage: Business) -> None:
    agent(stage)
    asked = stage.one(MessageRequested)
    stage.status("delivered", "wamid.t", tag=asked.message_id)
    assert [type(fact).__name__ for fact in stage.facts()][-1] == "StatusOfUnknownMessage"


def test_what_has_not_left_cannot_be_quoted(stage: Business) -> None:
    agent(stage)
    stage.writes(MARIA)
    asked = stage.one(MessageRequested)
    with pytest.raises(NotYetAccepted):
        stage.replies(asked.conversation_id, reply_to=asked.message_id)


def test_rule_38_error_131050_in_metas_answer_stops_marketing(stage: Business) -> None:
    stage.approves(category="MARKETING")
    agent(stage)
    stage.reserves()
    stage.is_refused_by_meta(131050)
    assert stage.one(MarketingStopped).evidence == "131050"
