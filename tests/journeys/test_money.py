"""The business writes first and pays for it: reserved before it leaves, posted when it is delivered, explained."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest

from tests.journeys.company import (
    CHILEAN_MARKETING,
    MARKETING,
    UTILITY,
    Company,
    chilean,
    end_of,
    frozen,
    newly_founded,
)
from tests.journeys.world import World, new_customer, until

pytestmark = pytest.mark.timeout(180)


async def test_s11_s15_s30_from_a_draft_to_a_statement_that_explains_every_line(company: Company) -> None:
    template, _ = await company.approved()
    await company.buys()
    wa_id, name, contact = await company.contact()
    before = (await company.wallet())["available"]
    earlier = (await company.conversation_of(name))["conversation_id"]
    await company.does("POST", "conversations", f"/conversations/{earlier}/close")
    seen = await company.preview_with(template, [], contact_id=contact["contact_id"])
    assert seen["body"] == "Hello Cliente, your order is ready."

    async with company.nothing_told():
        chat = await company.starts(template, contact_id=contact["contact_id"])
        assert chat["conversation_id"] != earlier
        await company.talk(chat["conversation_id"], "awaiting_reply")
        send = await company.sent_to(wa_id)
        assert "Cliente" in str(send.request["template"]["components"])
        held = await company.cost(chat["message_id"], "held")
        assert (held["held"], held["reason"]) == (UTILITY, "held")
        await company.wallet_with(available=before - UTILITY, held=UTILITY)
        await company.meta.status(send.id, "delivered")
        charged = await company.cost(chat["message_id"], "charged")
        await company.meta.status(send.id, "read")
    assert (charged["amount"], charged["reason"]) == (UTILITY, "conversation_opened")
    assert charged["text"].startswith("Abriu uma conversa")

    await company.meta.customer_writes(wa_id, company.number, "Obrigado!")
    talk = await company.talk(chat["conversation_id"], "open")
    assert talk["window"]["open"]
    reply = await company.replies(chat["conversation_id"])
    free = await company.cost(reply, "free")
    assert (free["amount"], free["reason"]) == (0, "free_reply")
    again = await company.starts(template, contact_id=contact["contact_id"])
    assert again["conversation_id"] == chat["conversation_id"], "the live one is used again (rule 4)"
    assert (await company.cost(again["message_id"], "free"))["reason"] == "reply_window"

    await company.wallet_with(available=before - UTILITY, held=0)
    lines = [line for line in await company.statement() if line["message_id"] == chat["message_id"]]
    assert [line["what"] for line in lines] == ["credits_reserved", "charge_posted"]
    assert [line["moved"] for line in lines] == [
        {"available": -UTILITY, "held": UTILITY},
        {"held": -UTILITY, "spent": UTILITY},
    ]


async def test_s16_a_template_restarts_an_expired_window(company: Company) -> None:
    template, _ = await company.approved()
    await company.buys()
    wa_id, name, _ = await company.contact()
    talk = (await company.conversation_of(name))["conversation_id"]
    path = f"/conversations/{talk}/messages"
    refused = await company.asks(
        "POST", "conversations", path, {"type": "text", "text": "Oi"}, key=secrets.token_hex(8)
    )
    assert (refused.status_code, refused.json()["rule"]) == (409, "window_closed")
    sent = await company.does(
        "POST", "conversations", path, {"type": "template", "template_id": template}, key=secrets.token_hex(8)
    )
    await company.message_shown(talk, sent["message_id"], "read")
    await company.meta.customer_writes(wa_id, company.number, "Oi de novo")
    await company.conversation_of(name, lambda item: item["window"]["open"])
    await company.message_shown(talk, await company.replies(talk), "read")


async def test_rule_38_who_stops_marketing_while_credits_are_waited_for_is_sent_none_and_the_hold_is_released(
    company: Company,
) -> None:
    template, _ = await company.approved("MARKETING")
    await company.buys()
    wa_id, _, contact = await company.contact()
    before = (await company.wallet())["available"]
    with frozen(company, "billing"):
        chat = await company.starts(template, contact_id=contact["contact_id"])
        await company.meta.customer_prefers(wa_id, company.number, "stop")
        await company.preview_with(template, ["marketing_stopped"], contact_id=contact["contact_id"])
    shown = await company.message_shown(chat["conversation_id"], chat["message_id"], "withdrawn")
    assert shown["failure"]["reason"] == "marketing_stopped"
    released = await company.cost(chat["message_id"], "released")
    assert (released["held"], released["reason"]) == (MARKETING, "withdrawn")
    await company.wallet_with(available=before, held=0)
    assert [send for send in await company.meta.sends(company.number) if send.wa_id == wa_id] == []
    refused = await company.asks(
        "POST",
        "conversations",
        "/conversations",
        {
            "phone_number_id": company.number,
            "contact_id": contact["contact_id"],
            "template": {"template_id": template},
        },
        key=secrets.token_hex(8),
    )
    assert (refused.status_code, refused.json()["rule"]) == (409, "marketing_stopped")


@pytest.mark.parametrize(("undeliverable", "status"), [("failed", "failed"), ("refused", "rejected")])
async def test_rule_28_a_message_that_is_not_delivered_releases_its_hold(
    company: Company, undeliverable: Any, status: str
) -> None:
    template, _ = await company.approved()
    await company.buys()
    wa_id, name = new_customer()
    await company.meta.create_customer(wa_id=wa_id, name=name, undeliverable=undeliverable)
    before = (await company.wallet())["available"]
    chat = await company.starts(template, number=f"+{wa_id}")
    released = await company.cost(chat["message_id"], "released")
    assert (released["held"], released["amount"], released["reason"]) == (UTILITY, 0, status)
    shown = await company.message_shown(chat["conversation_id"], chat["message_id"], status)
    assert (shown["failure"]["reason"], shown["failure"]["code"]) == ("undeliverable", 131026)
    await company.wallet_with(available=before, held=0)


async def test_rule_28_metas_pricing_wins_over_ours_and_the_difference_is_told(company: Company) -> None:
    """Meta has made it a marketing template, and nobody here has heard of it."""
    template, name = await company.approved()
    await company.buys()
    wa_id, _ = new_customer()
    before = (await company.wallet())["available"]
    await company.meta.change_template(company.endpoints["waba_id"], name, category="MARKETING", told=False)
    chat = await company.starts(template, number=f"+{wa_id}")
    charged = await company.cost(chat["message_id"], "charged")
    assert (charged["held"], charged["amount"], charged["category"]) == (UTILITY, MARKETING, "marketing")
    await company.wallet_with(available=before - MARKETING, held=0)

    kind, about = "rating-discrepancy-found", {"message_id": chat["message_id"]}
    (difference,) = await until(lambda: company.told_by_billing(kind, **about), "the difference is told")
    assert (difference["difference"], difference["applied"]) == (MARKETING - UTILITY, True)
    assert (difference["expected"]["category"], difference["meta_category"]) == ("utility", "marketing")


async def test_rule_24_fifty_concurrent_sends_on_a_wallet_with_credit_for_twenty(world: World) -> None:
    """Exactly 20 leave; the other 30 are refused before Meta is called."""
    company = await newly_founded(world)
    template, _ = await company.approved("MARKETING")
    await company.buys(1)
    for _ in range(2):
        await company.starts(template, number=chilean())
    left = 2_000_000 - 2 * CHILEAN_MARKETING
    await company.wallet_with(available=left, held=0)
    assert left // CHILEAN_MARKETING == 20

    chats = await asyncio.gather(*(company.starts(template, number=chilean()) for _ in range(50)))
    ends = await asyncio.gather(*(end_of(company, chat, {"refused", "read"}) for chat in chats))
    refused = [end for end in ends if end["status"] == "refused"]
    assert sum(end["status"] == "read" for end in ends) == 20
    assert len(refused) == 30
    assert {end["failure"]["reason"] for end in refused} == {"insufficient_credits"}
    await company.wallet_with(available=left - 20 * CHILEAN_MARKETING, held=0, spent=22 * CHILEAN_MARKETING)
    assert len(await company.meta.sends(company.number)) == 22, "Meta was never asked for the others"
    costs = [await company.cost(end["message_id"], "refused") for end in refused]
    assert {cost["reason"] for cost in costs} == {"insufficient_credits"}
    await company.books_balance()
