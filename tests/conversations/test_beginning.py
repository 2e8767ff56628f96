"""The business writes first (S11, S15, S16): rules 2, 4, 15, 36, 37 and 38 where a template message is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from conversations.domain.beginning_refusals import (
    EditionFrozen,
    MarketingRefused,
    TemplateNotApproved,
    TemplateUnsupported,
    UnknownContact,
    UnknownTemplate,
)
from conversations.domain.refusals import (
    AwaitingReply,
    ChannelIsDisconnected,
    ConversationIsClosed,
    NoPermission,
    NoRecipient,
    NumberNeeded,
    OutOfScope,
    UnknownChannel,
    ViewOnly,
    WindowClosed,
)
from recado_events import templates
from recado_events.content import Referral
from recado_events.conversations import (
    ConversationAnswered,
    ConversationAssigned,
    ConversationClosed,
    ConversationOpened,
    CustomerIdentified,
    MarketingStopped,
    MessageReceived,
    MessageReleased,
    MessageRequested,
)
from recado_events.ids import PhoneNumberId, TemplateId, UserId, WabaId

from tests.conversations.business import FORM, MARIA, TEMPLATE, WABA, Business
from tests.conversations.stage import OTHER_NUMBER, number, user_alias


@pytest.fixture
def stage() -> Business:
    return Business()


def names(facts: Sequence[object]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


# Whom a chat is with ---------------------------------------------------------------------------------------


def test_s15_a_chat_from_a_contact_opens_a_conversation_that_awaits_a_reply_and_is_the_agents(stage: Business) -> None:
    (ana,) = stage.agents(1)
    stage.knows()
    facts = stage.starts(by=ana)
    assert names(facts) == [
        "CustomerIdentified",
        "ContactStandingNoted",
        "ConversationOpened",
        "ConversationAssigned",
        "MessageRequested",
        "RequestTermsNoted",
    ]
    opened, assigned, asked = (
        stage.one(ConversationOpened),
        stage.one(ConversationAssigned),
        stage.one(MessageRequested),
    )
    assert opened.initiated_by == "business"
    assert (assigned.user_id, assigned.how, assigned.assigned_by) == (ana, "person", ana)
    assert (asked.template.template_id, asked.template.waba_id, asked.template.category) == (TEMPLATE, WABA, "UTILITY")
    assert asked.personal is not None
    assert asked.personal.recipient.wa_id == MARIA.value
    assert (asked.send_by - asked.requested_at).total_seconds() == 15 * 60
    assert stage.facts(MessageReleased) == []


def test_s15_the_chat_becomes_available_when_the_customer_answers(stage: Business) -> None:
    stage.knows()
    stage.starts()
    talk = stage.one(ConversationOpened).conversation_id
    with pytest.raises(AwaitingReply):
        stage.replies(talk)
    stage.writes(MARIA)
    assert stage.one(ConversationAnswered).conversation_id == talk
    assert stage.replies(talk)
    assert len(stage.facts(ConversationOpened)) == 1


def test_pain_16_rule_4_a_chat_goes_on_in_the_live_conversation_whoever_has_it(stage: Business) -> None:
    ana, bia = stage.agents(2)
    stage.rota([ana])
    stage.writes(MARIA)
    talk = stage.one(ConversationOpened).conversation_id
    stage.knows()
    assert names(stage.starts(by=bia)) == ["MessageRequested", "RequestTermsNoted"]
    assert stage.one(MessageRequested).conversation_id == talk
    assert stage.one(ConversationAssigned).user_id == ana


def test_rule_4_after_the_last_one_was_closed_a_chat_begins_a_new_one(stage: Business) -> None:
    stage.writes(MARIA)
    first = stage.one(ConversationOpened).conversation_id
    stage.closes(first)
    stage.starts(MARIA.value)
    assert stage.facts(ConversationOpened)[-1].previous_id == first
    assert stage.one(CustomerIdentified).customer_id == stage.one(MessageRequested).customer_id


def test_a_typed_number_of_somebody_new_makes_a_customer_who_is_sent_to_as_typed(stage: Business) -> None:
    stage.starts("5511900001111", contact__first_name="Rita")
    identified, asked = stage.one(CustomerIdentified), stage.one(MessageRequested)
    assert identified.personal is not None
    assert asked.personal is not None
    assert [alias.value for alias in identified.personal.aliases] == ["5511900001111"]
    assert asked.personal.recipient.wa_id == "5511900001111"


def test_rule_10_a_typed_number_finds_its_customer_by_any_spelling_and_is_sent_to_as_meta_gave_it(
    stage: Business,
) -> None:
    stage.writes(number("551187654321"))
    stage.starts("5511987654321")
    asked = stage.one(MessageRequested)
    assert asked.customer_id == stage.one(CustomerIdentified).customer_id
    assert asked.personal is not None
    assert asked.personal.recipient.wa_id == "551187654321"


def test_metas_answer_to_a_typed_number_becomes_an_alias_of_the_same_customer(stage: Business) -> None:
    stage.starts("5511987654321", contact__first_name="Rita")
    stage.reserves()
    released = stage.one(MessageReleased)
    stage.accepted(released.message_id, released.customer_id, "wamid.1", number("551187654321"))
    stage.writes(number("551187654321"))
    assert len(stage.facts(CustomerIdentified)) == 1
    assert stage.one(ConversationAnswered).customer_id == released.customer_id


def test_s9_a_contact_whose_customer_is_known_by_its_link_alone_is_written_to(stage: Business) -> None:
    stage.writes(user_alias("BR.1"))
    customer_id = stage.one(CustomerIdentified).customer_id
    stage.knows("Maria", number("5511900000000"))
    stage.links(customer_id)
    stage.starts()
    assert stage.one(MessageRequested).customer_id == customer_id


def test_a_contact_that_whatsapp_cannot_reach_is_refused(stage: Business) -> None:
    stage.knows("Maria", number("variant").model_copy(update={"kind": "variant", "value": "5511"}))
    with pytest.raises(NoRecipient):
        stage.starts()


def test_a_contact_of_another_organisation_or_of_nobody_is_unknown(stage: Business) -> None:
    with pytest.raises(UnknownContact):
        stage.starts()


def test_pain_11_an_authentication_template_is_refused_before_it_costs_where_no_number_is_known(
    stage: Business,
) -> None:
    stage.approves(category="AUTHENTICATION")
    stage.writes(user_alias("BR.1"))
    with pytest.raises(NumberNeeded):
        stage.sends()
    stage.knows("Maria", number("5511900000000"))
    stage.links(stage.one(CustomerIdentified).customer_id)
    with pytest.raises(NumberNeeded):
        stage.starts()
    assert isinstance(stage.previews()[1], NumberNeeded)
    assert stage.facts(MessageRequested) == []
    stage.approves(category="UTILITY")
    assert stage.sends()
    stage.approves(category="AUTHENTICATION")
    stage.writes(user_alias("BR.1"), MARIA)
    assert stage.sends()
    assert stage.starts("5511900004444", contact__first_name="Rita")


def test_who_may_not_own_conversations_starts_one_for_its_contacts_owner(stage: Business) -> None:
    (ana,) = stage.agents(1)
    stage.writes(MARIA, number=OTHER_NUMBER)
    stage.owns(ana)
    stage.starts(MARIA.value, contact__first_name="Maria")
    assigned = stage.facts(ConversationAssigned)[-1]
    assert (assigned.user_id, assigned.how) == (ana, "contact_owner")


# Who may ----------------------------------------------------------------------------------------------------


def test_rule_15_only_who_may_reply_sends_templates(stage: Business) -> None:
    stage.knows()
    stage.starts()
    stage.grant("view_only", "all")
    viewer = UserId(uuid4())
    stage.register(viewer)
    with pytest.raises(ViewOnly):
        stage.starts(by=viewer)
    with pytest.raises(ViewOnly):
        stage.sends(by=viewer)
    stage.register(viewer, active=False)
    with pytest.raises(NoPermission):
        stage.starts(by=viewer)


def test_rule_15_scope_own_starts_chats_with_ones_own_contacts_and_with_new_people(stage: Business) -> None:
    stage.grant("view_reply", "own")
    mine, theirs = UserId(uuid4()), UserId(uuid4())
    for agent in (mine, theirs):
        stage.register(agent)
    stage.knows(owner=theirs)
    with pytest.raises(UnknownContact):
        stage.starts(by=mine)
    stage.writes(MARIA)
    stage.closes(stage.one(ConversationOpened).conversation_id)
    stage.owns(theirs)
    with pytest.raises(OutOfScope):
        stage.starts(MARIA.value, by=mine)
    assert stage.starts(MARIA.value, by=theirs)
    with pytest.raises(OutOfScope):
        stage.starts(MARIA.value, by=mine)
    assert stage.starts("5511900002222", by=mine, contact__first_name="Rita")


def test_rule_15_scope_own_a_preview_shows_nothing_of_somebody_elses_customer(stage: Business) -> None:
    stage.grant("view_reply", "own")
    mine, theirs = UserId(uuid4()), UserId(uuid4())
    for agent in (mine, theirs):
        stage.register(agent)
    stage.knows(owner=theirs)
    stage.writes(MARIA)
    stage.closes(stage.one(ConversationOpened).conversation_id)
    stage.owns(theirs)
    assert "Sofia" in stage.previews(MARIA.value, by=theirs)[0].content.body
    with pytest.raises(OutOfScope):
        stage.previews(MARIA.value, by=mine)


# What may be sent ---------------------------------------------------------------------------------------------


def test_rule_20_only_an_approved_template_may_be_sent(stage: Business) -> None:
    stage.knows()
    ends: list[tuple[type[templates.OfTemplate], dict[str, Any]]] = [
        (templates.TemplatePaused, {"paused_at": stage.now}),
        (templates.TemplateRejected, {"reason": "other", "rejected_at": stage.now}),
        (templates.TemplateDisabled, {"disabled_at": stage.now}),
        (templates.TemplateArchived, {"archived_at": stage.now}),
        (templates.TemplateReviewStarted, {"meta_template_id": "1", "category": "UTILITY", "started_at": stage.now}),
        (templates.TemplateDeleted, {"deleted_at": stage.now}),
    ]
    for kind, about in ends:
        stage.template(kind, **about)
        with pytest.raises(TemplateNotApproved):
            stage.starts()
        stage.approves()
    assert stage.starts()


def test_a_template_of_another_account_or_never_approved_is_unknown(stage: Business) -> None:
    stage.knows()
    stage.approves(template_id=TEMPLATE, waba_id=WabaId("999"))
    with pytest.raises(UnknownTemplate):
        stage.starts()
    stage.template(templates.TemplatePaused, template_id=TemplateId(uuid4()), paused_at=stage.now)
    with pytest.raises(UnknownTemplate):
        stage.starts()


def test_a_template_with_parts_that_cannot_be_filled_here_is_refused(stage: Business) -> None:
    stage.knows()
    stage.approves(FORM.model_copy(update={"unsupported": ("carousel",)}))
    with pytest.raises(TemplateUnsupported):
        stage.starts()


def test_rule_36_nothing_is_asked_for_at_a_channel_that_is_not_connected(stage: Business) -> None:
    stage.knows()
    with pytest.raises(UnknownChannel):
        stage.starts(at=PhoneNumberId("1"))
    stage.connects(False)
    with pytest.raises(ChannelIsDisconnected):
        stage.starts()
    stage.connects()
    assert stage.starts()


def test_rule_37_an_edition_without_whatsapp_freezes_sending_and_one_with_it_thaws(stage: Business) -> None:
    stage.writes(MARIA)
    talk = stage.one(ConversationOpened).conversation_id
    stage.edition("free")
    with pytest.raises(EditionFrozen):
        stage.starts(MARIA.value)
    with pytest.raises(EditionFrozen):
        stage.replies(talk)
    assert stage.writes(MARIA), "receiving goes on"
    stage.edition("premier")
    assert stage.starts(MARIA.value)
    assert stage.replies(talk)


def test_rule_37_an_organisation_that_nobody_registered_is_not_frozen(stage: Business) -> None:
    stage.knows()
    assert stage.starts()


def test_rule_38_marketing_never_goes_to_who_stopped_it_until_they_resume(stage: Business) -> None:
    stage.approves(category="MARKETING")
    stage.writes(MARIA)
    stage.wishes(False, MARIA)
    with pytest.raises(MarketingRefused):
        stage.starts(MARIA.value)
    stage.later(minutes=1)
    stage.wishes(True, MARIA)
    assert stage.starts(MARIA.value)


def test_rule_38_what_is_not_marketing_still_goes(stage: Business) -> None:
    stage.writes(MARIA)
    stage.wishes(False, MARIA)
    assert stage.starts(MARIA.value)


def test_rule_38_a_wish_counts_for_all_numbers_of_the_account(stage: Business) -> None:
    stage.approves(category="MARKETING")
    stage.connects(at=OTHER_NUMBER)
    stage.knows()
    stage.writes(MARIA, number=OTHER_NUMBER)
    elsewhere = stage.one(CustomerIdentified).customer_id
    stage.links(elsewhere, at=OTHER_NUMBER)
    stage.wishes(False, MARIA, at=OTHER_NUMBER)
    assert stage.one(MarketingStopped).customer_id == elsewhere
    with pytest.raises(MarketingRefused):
        stage.starts()
    stage.connects(at=OTHER_NUMBER, waba=WabaId("another"))
    assert stage.starts()


def test_rule_38_a_wish_at_another_number_counts_also_before_crm_has_told_who_it_is(stage: Business) -> None:
    stage.approves(category="MARKETING")
    stage.connects(at=OTHER_NUMBER)
    stage.wishes(False, MARIA, at=OTHER_NUMBER)
    with pytest.raises(MarketingRefused):
        stage.starts(MARIA.value, contact__first_name="Maria")


# In a conversation --------------------------------------------------------------------------------------------


def test_s16_a_template_restarts_an_expired_window_and_the_answer_opens_it_again(stage: Business) -> None:
    stage.writes(MARIA)
    talk = stage.one(ConversationOpened).conversation_id
    stage.later(hours=24)
    with pytest.raises(WindowClosed):
        stage.replies(talk)
    stage.sends(talk)
    stage.reserves()
    assert stage.one(MessageReleased).conversation_id == talk
    with pytest.raises(WindowClosed):
        stage.replies(talk)
    stage.writes(MARIA)
    assert stage.replies(talk)


def test_pain_16_rule_2_a_chat_begun_in_an_open_window_awaits_a_reply_and_takes_free_form_while_it_is_open(
    stage: Business,
) -> None:
    stage.writes(MARIA)
    stage.closes(stage.one(ConversationOpened).conversation_id)
    stage.starts(MARIA.value)
    talk = stage.facts(ConversationOpened)[-1]
    assert talk.initiated_by == "business"
    assert stage.replies(talk.conversation_id)
    assert stage.customer(talk.customer_id).conversations[talk.conversation_id].state == "awaiting_reply"
    stage.later(hours=24)
    with pytest.raises(AwaitingReply):
        stage.replies(talk.conversation_id)
    stage.writes(MARIA)
    assert stage.customer(talk.customer_id).conversations[talk.conversation_id].state == "open"
    assert stage.replies(talk.conversation_id)


def test_rule_9_an_ad_makes_replies_free_of_charge_and_free_form_still_ends_after_24_hours(stage: Business) -> None:
    stage.writes(MARIA, referral=Referral(source_type="ad"))
    talk = stage.one(ConversationOpened).conversation_id
    assert stage.one(MessageReceived).from_ad, "billing hears of it"
    stage.replies(talk)
    stage.later(hours=24)
    with pytest.raises(WindowClosed):
        stage.replies(talk)
    assert stage.sends(talk)


def test_a_template_may_be_sent_inside_the_window_too(stage: Business) -> None:
    stage.writes(MARIA)
    stage.sends()
    stage.reserves()
    assert stage.one(MessageReleased).kind == "template"


def test_another_template_may_be_sent_while_a_reply_is_awaited(stage: Business) -> None:
    stage.knows()
    stage.starts()
    assert names(stage.sends()) == ["MessageRequested", "RequestTermsNoted"]
    assert names(stage.starts()) == ["MessageRequested", "RequestTermsNoted"]


def test_a_closed_conversation_is_reopened_first(stage: Business) -> None:
    stage.writes(MARIA)
    talk = stage.one(ConversationOpened).conversation_id
    stage.closes(talk)
    with pytest.raises(ConversationIsClosed):
        stage.sends(talk)
    stage.reopens(talk)
    assert stage.sends(talk)


def test_a_conversation_that_was_merged_away_is_not_begun_again(stage: Business) -> None:
    stage.starts("5511900003333", contact__first_name="Rita")
    stage.writes(user_alias("BR.9"))
    stage.reserves()
    released = stage.one(MessageReleased)
    stage.accepted(released.message_id, released.customer_id, "wamid.1", user_alias("BR.9"))
    assert stage.one(ConversationClosed).reason == "merged"
    stage.starts("5511900003333", contact__first_name="Rita")
    assert stage.facts(MessageRequested)[-1].conversation_id == released.conversation_id


# Values -------------------------------------------------------------------------------------------------------


def test_rule_18_values_come_from_what_crm_told_the_agents_own_name_and_the_organisation(stage: Business) -> None:
    (ana,) = stage.agents(1)
    stage.edition("express", name="Padaria Aurora")
    stage.knows()
    stage.edits(company="ACME\nLtda.", email="maria@example.com")
    texts = ("contact.first_name", "contact.last_name", "contact.phone", "contact.email", "company.name", "agent.name")
    body = "Oi " + ", ".join(f"#{{{name}}}" for name in (*texts, "organisation.name")) + "."
    stage.approves(FORM.model_copy(update={"body": body}))
    stage.starts(by=ana)
    asked = stage.one(MessageRequested)
    assert asked.personal is not None
    assert asked.personal.content.model_dump()["body"] == (
        "Oi Maria, Silva, +5511912345678, maria@example.com, ACME Ltda., Agent 0, Padaria Aurora."
    )


def test_a_name_follows_what_crm_tells_later(stage: Business) -> None:
    stage.knows("M.")
    stage.edits(name="Mariana")
    rendering, refusal = stage.previews()
    assert (rendering.content.body, refusal) == ("Olá Mariana, seu pedido está pronto.", None)
