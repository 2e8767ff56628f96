"""What customers see of who answers: read receipts and typing, each once a message, as the number's rules allow."""

from __future__ import annotations

from uuid import uuid4

import pytest
from conversations.commands import ShowTyping
from conversations.domain.refusals import UnknownMessage, ViewOnly
from recado_events.content import ReadReceipt
from recado_events.conversations import ConversationOpened, ConversationRead, ReadReceiptReleased
from recado_events.ids import MessageId, UserId

from tests.conversations.living import Living
from tests.conversations.office import NUMBER, Office


@pytest.fixture
def living() -> Living:
    living = Living()
    living.writes()
    return living


def test_the_customer_sees_that_somebody_is_typing_and_sees_it_once_a_message(living: Living) -> None:
    first, second = living.agents(2)
    for agent in (first, first, second):
        living.types(agent)
    shown = living.one(ReadReceiptReleased)
    assert shown.personal is not None
    assert isinstance(shown.personal.content, ReadReceipt)
    assert shown.personal.content.typing
    assert (shown.target_id, shown.released_by) == (living.last_message(), first)
    assert (shown.send_by - shown.released_at).total_seconds() == 25, "later it would be a lie"
    living.writes()
    living.types(first)
    assert len(living.facts(ReadReceiptReleased)) == 2


def test_who_has_seen_that_somebody_types_needs_no_receipt_besides(living: Living) -> None:
    living.types()
    living.reads(notify=True)
    assert len(living.facts(ReadReceiptReleased)) == 1
    assert len(living.facts(ConversationRead)) == 1


def test_who_was_told_of_a_read_message_may_still_see_typing(living: Living) -> None:
    living.reads(notify=True)
    living.types()
    assert [fact.personal.content.typing for fact in living.facts(ReadReceiptReleased)] == [False, True]


def test_typing_is_not_shown_where_the_number_s_rule_or_the_window_allows_none(living: Living) -> None:
    living.rules(typing=False)
    assert living.types() == []
    living.rules(typing=True)
    living.later(hours=24)
    assert living.types() == []


def test_typing_is_not_shown_where_nobody_is_to_see_what_was_read(living: Living) -> None:
    living.rules(read_receipts=False, typing=True)
    assert living.types() == [], "Meta takes it for a receipt"
    living.rules(read_receipts=None, typing=True)
    assert living.types() != []


def test_rule_15_view_only_types_nothing(living: Living) -> None:
    (ana,) = living.agents(1)
    living.grant("view_only", "all")
    with pytest.raises(ViewOnly):
        living.types(ana)


def test_typing_is_about_a_message_of_that_customer(living: Living) -> None:
    living.echoes()
    with pytest.raises(UnknownMessage):
        living.do(living.talking.show_typing, ShowTyping(**living.on(living.talk()), answering=MessageId(uuid4())))


@pytest.mark.parametrize(
    ("rule", "asked", "told"),
    [
        (None, None, 0),
        (None, True, 1),
        (None, False, 0),
        (True, None, 1),
        (True, True, 1),
        (True, False, 0),
        (False, None, 0),
        (False, True, 0),
    ],
)
def test_read_receipts_follow_the_number_s_rule_then_whoever_reads(
    living: Living, rule: bool | None, asked: bool | None, told: int
) -> None:
    living.rules(read_receipts=rule)
    living.reads(notify=asked)
    assert len(living.facts(ReadReceiptReleased)) == told
    assert len(living.facts(ConversationRead)) == 1


def test_rule_15_who_may_only_view_reads_for_themselves_whatever_the_rule_says(living: Living) -> None:
    (ana,) = living.agents(1)
    living.grant("view_only", "all")
    living.rules(read_receipts=True)
    living.reads(ana)
    assert living.facts(ReadReceiptReleased) == []
    assert living.one(ConversationRead).user_id == ana


async def test_typing_over_http_is_released_once_and_not_where_the_rule_forbids_it(office: Office) -> None:
    office.customer_writes()
    talk = office.service.facts(ConversationOpened)[0].conversation_id
    await office.service.shown()
    await office.does("PUT", f"/channels/{NUMBER}/conversation-rules", {"typing": False})
    await office.does("POST", f"/conversations/{talk}/typing", None, office.agent())
    assert office.service.facts(ReadReceiptReleased) == []
    await office.does("PUT", f"/channels/{NUMBER}/conversation-rules", {"read_receipts": "always"})
    for _ in range(2):
        await office.does("POST", f"/conversations/{talk}/typing", None, office.agent())
    await office.does("POST", f"/conversations/{talk}/read", {}, office.agent())
    (told,) = office.service.facts(ReadReceiptReleased)
    assert (told.released_by, told.personal.content.typing) == (UserId(office.agents[0]), True)
    unknown = await office.client.post(f"/conversations/{uuid4()}/typing", headers=office.agent())
    assert unknown.status_code == 404
