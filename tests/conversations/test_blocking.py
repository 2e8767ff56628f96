"""Customers are blocked and unblocked by people: here at once, at Meta by the gateway; nothing is sent to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conversations.domain.refusals import CannotBeBlocked, ChannelIsDisconnected, CustomerIsBlocked, ViewOnly
from recado_events.content import Blocking
from recado_events.conversations import (
    BlockRefused,
    BlockReleased,
    ConversationOpened,
    CustomerBlocked,
    CustomerUnblocked,
    MessageReleased,
    MessageWithdrawn,
)
from recado_events.event import Event
from recado_events.inbound import InboundType

from tests.conversations.living import Living
from tests.conversations.office import Office
from tests.conversations.stage import number, user_alias


@pytest.fixture
def living() -> Living:
    living = Living()
    living.writes()
    return living


def names(facts: list[Event]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def test_who_is_blocked_is_told_with_whoever_did_it_and_meta_is_asked_once(living: Living) -> None:
    (ana,) = living.agents(1)
    assert names(living.blocks(by=ana)) == ["CustomerBlocked", "BlockReleased"]
    assert names(living.blocks(by=ana)) == []
    blocked, asked = living.one(CustomerBlocked), living.one(BlockReleased)
    assert (blocked.blocked_by, blocked.evidence) == (ana, "person")
    assert asked.personal is not None
    assert (asked.personal.content, asked.personal.recipient.wa_id) == (Blocking(blocked=True), "5511987654321")


def test_bad_input_81_nothing_is_sent_to_who_is_blocked(living: Living) -> None:
    living.blocks()
    acts: list[Callable[[], list[Event]]] = [
        lambda: living.replies(living.talk()),
        lambda: living.sends(contact__first_name="Rita"),
    ]
    for act in acts:
        with pytest.raises(CustomerIsBlocked):
            act()
    assert living.types() == []
    assert "ReadReceiptReleased" not in names(living.reads(notify=True))
    assert living.facts(MessageReleased) == []


def test_a_template_that_waits_for_its_credits_is_withdrawn(living: Living) -> None:
    living.sends(contact__first_name="Rita")
    living.blocks()
    living.reserves()
    assert living.one(MessageWithdrawn).reason == "customer_blocked"


def test_who_is_unblocked_may_be_written_to_again(living: Living) -> None:
    living.blocks()
    assert names(living.blocks(False)) == ["CustomerUnblocked", "BlockReleased"]
    assert [fact.blocked for fact in living.facts(BlockReleased)] == [True, False]
    assert names(living.replies(living.talk())) == ["MessageReleased"]


def test_only_who_wrote_within_a_day_can_be_blocked_as_at_meta_and_anybody_unblocked(living: Living) -> None:
    living.blocks()
    living.later(hours=25)
    living.blocks(False)
    with pytest.raises(CannotBeBlocked):
        living.blocks()


def test_rule_15_view_only_blocks_nobody(living: Living) -> None:
    (ana,) = living.agents(1)
    living.grant("view_only", "all")
    with pytest.raises(ViewOnly):
        living.blocks(by=ana)


def test_rule_36_a_disconnected_channel_blocks_nobody(living: Living) -> None:
    living.connects(False)
    with pytest.raises(ChannelIsDisconnected):
        living.blocks()


def test_what_meta_refuses_is_as_it_was_before(living: Living) -> None:
    living.blocks()
    assert names(living.meta_says("rejected", 139101)) == ["RejectionNoted", "BlockRefused"]
    refused = living.one(BlockRefused)
    assert (refused.blocked, refused.meta_code) == (True, 139101)
    assert names(living.replies(living.talk())) == ["MessageReleased"]


def test_a_refusal_that_comes_after_people_changed_their_mind_changes_nothing(living: Living) -> None:
    living.blocks()
    first = living.one(BlockReleased)
    living.blocks(False)
    living.meta_says("rejected", 139103, of=first)
    assert living.facts(BlockRefused) == []
    assert not living.customer(living.somebody()).is_blocked


def test_a_block_made_elsewhere_is_learnt_from_metas_refusal(living: Living) -> None:
    living.replies(living.talk())
    living.later(seconds=1)
    living.is_refused_by_meta(130403)
    blocked = living.one(CustomerBlocked)
    assert (blocked.evidence, blocked.blocked_by) == ("130403", None)
    with pytest.raises(CustomerIsBlocked):
        living.replies(living.talk())


def test_a_late_refusal_does_not_block_again_who_was_unblocked_since(living: Living) -> None:
    living.replies(living.talk())
    living.blocks()
    before = living.now
    living.later(minutes=1)
    living.blocks(False)
    living.now = before
    living.is_refused_by_meta(130403)
    assert len(living.facts(CustomerBlocked)) == 1


def test_rule_11_who_is_found_to_be_a_blocked_customer_is_blocked(living: Living) -> None:
    living.writes(user_alias("BR.1"))
    living.blocks()
    living.writes(number("5511987654321"), user_alias("BR.1"))
    survivor = living.facts(CustomerBlocked)[-1]
    assert survivor.evidence == "merged"
    assert living.customer(survivor.customer_id).is_blocked


async def test_rule_11_a_conversation_that_was_merged_shows_whether_who_they_are_now_is_blocked(office: Office) -> None:
    office.customer_writes()
    bsuid = {"from_user_id": "BR.1", "id": "wamid.b", "type": "text", "text": {"body": "x"}}
    office.meta_tells(InboundType.MESSAGE, **bsuid)
    survivor, merged = [fact.conversation_id for fact in office.service.facts(ConversationOpened)]
    both = {**bsuid, "from": "5511987654321", "id": "wamid.c"}
    office.meta_tells(InboundType.MESSAGE, **both)
    for talk in (merged, survivor):
        await office.does("POST", f"/conversations/{talk}/block", None, office.agent())
        assert [(await office.sees(f"/conversations/{each}"))["block"]["blocked"] for each in (merged, survivor)] == [
            True,
            True,
        ]
        await office.does("POST", f"/conversations/{talk}/unblock", None, office.agent())
        assert not (await office.sees(f"/conversations/{merged}"))["block"]["blocked"]


async def test_a_conversation_shows_who_blocked_its_customer_and_replies_are_refused_by_name(office: Office) -> None:
    office.customer_writes()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    at = f"/conversations/{talk}"
    assert (await office.sees(at))["block"] == {"blocked": False}
    assert (await office.does("POST", f"{at}/block", None, office.agent()))["blocked"]
    shown = (await office.sees(at))["block"]
    assert (shown["blocked"], shown["settled_by"]) == (True, str(office.agents[0]))
    headers = {**office.agent(), "Idempotency-Key": "k1"}
    refused = await office.client.post(f"{at}/messages", json={"type": "text", "text": "x"}, headers=headers)
    assert (refused.status_code, refused.json()["rule"]) == (409, "customer_blocked")
    await office.does("POST", f"{at}/unblock", None, office.agent())
    assert not (await office.sees(at))["block"]["blocked"]
    await office.sends(talk, type="text", text="Olá")
    assert [type(fact) for fact in office.service.facts(CustomerUnblocked)] == [CustomerUnblocked]
