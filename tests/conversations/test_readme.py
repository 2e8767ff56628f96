"""What services/conversations/README.md says is so: every route has a command there that works."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import conversations

from tests.conversations.filing import FilingOffice, puts_aside_for_replies
from tests.conversations.listening import served
from tests.conversations.office import CONTACT, NUMBER, TEMPLATE, Office
from tests.conversations.test_past_files import History
from tests.harness.readme import curls, readme, uncalled


async def test_every_command_of_the_page_works_and_every_route_has_one(shop: Office) -> None:
    office = shop
    talk, message, past, attachment = await with_files(office)
    body = {"shortcut": "first", "title": "x", "text": "x"}
    reply = await office.does("POST", "/quick-replies", body, office.agent(0))
    put = (await puts_aside_for_replies(office)).json()["attachment_id"]
    pictured = await office.does("POST", "/quick-replies", {**body, "shortcut": "with-it", "attachment_id": put})
    view = await office.does("POST", "/views", {"name": "Mine", "filters": {"view": "mine"}}, office.agent(0))
    people = {"agent-1": office.agent(0), "administrator": office.administrator}
    known = {
        "CONVERSATIONS": "",
        "CONVERSATION": talk,
        "MESSAGE": message,
        "PAST_MESSAGE": past,
        "ATTACHMENT": attachment,
        "AGENT": office.agents[0],
        "PROFILE": office.profile,
        "OLD_PROFILE": uuid4(),
        "NUMBER": NUMBER,
        "CONTACT": CONTACT,
        "TEMPLATE": TEMPLATE,
        "QUICK_REPLY": reply["quick_reply_id"],
        "REPLY_FILE": put,
        "QUICK_REPLY_WITH_FILE": pictured["quick_reply_id"],
        "VIEW": view["view_id"],
    }
    made = list(curls(readme(conversations), known))
    await office.service.shown()
    for call in made:
        if call.path == "/stream":
            await _is_followed(office, people[call.who])
            continue
        answer = await office.client.request(
            call.method, call.path, content=call.body, headers={**people[call.who], **call.headers}
        )
        assert answer.is_success, (call, answer.text)
    assert uncalled(office.service.service, made) == set()


async def _is_followed(office: Office, who: dict[str, str]) -> None:
    async with served(office.service) as address, address.reader(who):
        pass


def test_every_type_that_is_heard_of_the_other_services_is_named(office: Office) -> None:
    page = readme(conversations)
    heard = [kind for hears in office.service.service.hears for kind in hears.reactions]
    names = ["".join(map(str.capitalize, kind.split(".")[1].split("-"))) for kind in heard if "inbound" not in kind]
    assert [name for name in names if f"`{name}`" not in page] == []


async def with_files(office: Office) -> tuple[Any, Any, Any, Any]:
    """A conversation, a message in it with a file that was fetched, one of the past, and a file put aside there."""
    filing = FilingOffice.of(office)
    message = await filing.customer_sends()
    filing.fetched(message, thumbnail=filing.kept())
    talk = (await office.sees("/conversations"))["items"][0]["conversation_id"]
    past = await History.of(filing)
    past.fetched()
    return talk, message, past.image, (await filing.uploads(talk)).json()["attachment_id"]
