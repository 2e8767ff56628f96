"""The business writes first: a template, a chat with a contact, and what it cost."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from deploy.local.simulated_meta import accepted_sends, customer_exists, customer_writes
from deploy.local.story.characters import Customer
from deploy.local.story.telling import Json, Teller

EARLIER = "Could you repair my bicycle until Thursday?"
BODY = "Hello #{contact.first_name}, your bicycle is repaired and can be picked up until six."
REPLY = "Wonderful, I will be there at five!"
TWO_DAYS = 2 * 86_400


@dataclass(frozen=True)
class Chat:
    agent: str
    conversation_id: str
    message_id: str


class BusinessWrites:
    """`agents`: the name of the header file of each, by user id."""

    def __init__(self, teller: Teller, agents: Mapping[str, str]) -> None:
        self._teller = teller
        self._agents = agents

    def play(self, customer: Customer) -> None:
        template_id = self._template_is_drafted()
        self._template_is_approved(template_id)
        contact = self._contact_is_there(customer)
        agent = self._agents[contact["owner_id"]]
        about = {
            "phone_number_id": self._teller.endpoints["phone_number_id"],
            "contact_id": contact["contact_id"],
            "template": {"template_id": template_id},
        }
        self._looks_right(agent, about)
        sent_before = len(self._teller.quietly(accepted_sends(self._teller.endpoints)))
        chat = self._chat_is_started(agent, about)
        self._credits_are_reserved(chat)
        self._platform_accepts(customer, sent_before)
        self._delivery_is_posted(chat)
        self._reply_opens_the_window(chat, customer)
        self._statement_explains(chat)

    def _template_is_drafted(self) -> str:
        self._teller.tell("The administrator drafts a template; #{contact.first_name} is a merge field")
        form = {
            "waba_id": self._teller.endpoints["waba_id"],
            "name": f"repair_done_{secrets.token_hex(3)}",
            "language": "en_US",
            "category": "UTILITY",
            "body": BODY,
            "fields": [{"name": "contact.first_name", "sample": "Maria", "fallback": "there"}],
            "draft": True,
        }
        return str(self._teller.does("templates", "/templates", "administrator", form)["template_id"])

    def _template_is_approved(self, template_id: str) -> None:
        self._teller.tell("It is submitted: the gateway brings it to Meta's platform, which approves it")
        self._teller.does("templates", f"/templates/{template_id}/submit", "administrator")

        def approved(answer: Json) -> bool:
            return bool(answer["state"] == "approved")

        self._teller.shows("templates", f"/templates/{template_id}", "administrator", approved)

    def _contact_is_there(self, customer: Customer) -> Json:
        """Their window is over and their conversation closed, as with most contacts of a company."""
        teller = self._teller
        teller.tell("crm has the contact of somebody who wrote two days ago; their conversation is closed by now")
        teller.quietly(customer_exists(teller.endpoints, customer.wa_id, customer.name))
        at = int(time.time()) - TWO_DAYS
        teller.show(customer_writes(teller.endpoints, customer.wa_id, EARLIER, timestamp=at))

        def owned(answer: Json) -> bool:
            return any(item["name"] == customer.name and item["owner_id"] for item in answer["items"])

        query = urlencode({"search": customer.wa_id, "limit": 1})
        contact: Json = teller.shows("crm", f"/contacts?{query}", "administrator", owned)["items"][0]
        history = f"/contacts/{contact['contact_id']}/conversations"
        (talk,) = teller.shows("crm", history, "administrator", lambda answer: len(answer["items"]) == 1)["items"]
        agent = self._agents[contact["owner_id"]]
        teller.does("conversations", f"/conversations/{talk['conversation_id']}/close", agent)
        return contact

    def _looks_right(self, agent: str, about: Json) -> None:
        self._teller.tell(f"{agent} picks the contact and the template, and sees what the customer would read")
        self._teller.tries("conversations", "/previews", agent, about, lambda answer: not answer["errors"])

    def _chat_is_started(self, agent: str, about: Json) -> Chat:
        self._teller.tell(f"{agent} starts the chat")
        started = self._teller.does("conversations", "/conversations", agent, about)
        return Chat(agent, started["conversation_id"], started["message_id"])

    def _credits_are_reserved(self, chat: Chat) -> None:
        self._teller.tell("Before it may leave, billing reserves its credits: a line of the statement, in micro-US$")
        self._statement(chat, "credits_reserved")

    def _platform_accepts(self, customer: Customer, sent_before: int) -> None:
        self._teller.tell("Only then the gateway hands it to Meta's platform, with the contact's name as parameter")

        def accepted(answer: list[Json]) -> bool:
            return any(send["wa_id"] == customer.wa_id for send in answer)

        self._teller.show(accepted_sends(self._teller.endpoints, after=sent_before), accepted)

    def _delivery_is_posted(self, chat: Chat) -> None:
        self._teller.tell("It is delivered: what was held is posted, once, with the reason for its price")
        self._statement(chat, "charge_posted")

    def _reply_opens_the_window(self, chat: Chat, customer: Customer) -> None:
        self._teller.tell("The customer replies: the chat is available, and its window of 24 hours costs nothing more")
        self._teller.show(customer_writes(self._teller.endpoints, customer.wa_id, REPLY))

        def available(answer: Json) -> bool:
            return bool(answer["state"] == "open" and answer["window"]["open"])

        self._teller.shows("conversations", f"/conversations/{chat.conversation_id}", chat.agent, available)

    def _statement_explains(self, chat: Chat) -> None:
        self._teller.tell("What did this message cost, and why? billing says so, in the organisation's language")
        self._teller.shows("billing", f"/messages/{chat.message_id}/cost", "administrator")
        self._teller.tell("The wallet: bought, minus spent; nothing is held any more")
        self._teller.shows("billing", "/wallet", "administrator", lambda answer: answer["held"] == 0)

    def _statement(self, chat: Chat, what: str) -> None:
        def has_line(answer: Json) -> bool:
            return any(line["what"] == what and line["message_id"] == chat.message_id for line in answer["items"])

        self._teller.shows("billing", "/wallet/statement?limit=2", "administrator", has_line)
