"""A customer writes first: an agent answers, they read it, and crm knows them."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from deploy.local.simulated_meta import accepted_sends, customer_exists, customer_writes
from deploy.local.story.characters import Customer
from deploy.local.story.telling import Json, Teller

QUESTION = "Good morning! Is the blue bicycle still for sale?"


class CustomerWrites:
    """`agents`: the name of the header file of each, by user id."""

    def __init__(self, teller: Teller, agents: Mapping[str, str]) -> None:
        self._teller = teller
        self._agents = agents

    def play(self, customer: Customer) -> None:
        sent_before = len(self._teller.quietly(accepted_sends(self._teller.endpoints)))
        self._organisation_is_there()
        self._customer_writes(customer)
        conversation = self._conversation_comes(customer)
        messages = f"/conversations/{conversation['conversation_id']}/messages"
        agent = self._agents[conversation["assignee"]]
        text = f"Good morning, {customer.first_name}! It is, and you can try it today until six."
        message_id = self._agent_answers(messages, agent, text)
        self._platform_accepts(text, sent_before)
        self._timeline_shows_read(messages, agent, message_id)
        self._contact_appears(conversation["assignee"], customer)

    def _organisation_is_there(self) -> None:
        self._teller.tell("billing: the platform's operator registered an organisation; its edition includes WhatsApp")
        self._teller.shows("billing", f"/organisations/{self._teller.endpoints['organisation']}", "operator")

    def _customer_writes(self, customer: Customer) -> None:
        self._teller.tell("A customer writes on WhatsApp; Meta's platform sends a signed webhook to the gateway")
        self._teller.quietly(customer_exists(self._teller.endpoints, customer.wa_id, customer.name))
        self._teller.show(customer_writes(self._teller.endpoints, customer.wa_id, QUESTION))

    def _conversation_comes(self, customer: Customer) -> Json:
        self._teller.tell("conversations opened a conversation and gave it to an agent of the rota")

        def owned(answer: Json) -> bool:
            return any(
                item["customer"]["name"] == customer.name and item["assignee"] and not item["answered"]
                for item in answer["items"]
            )

        answer: Json = self._teller.shows("conversations", "/conversations?view=all&limit=1", "administrator", owned)
        conversation: Json = answer["items"][0]
        return conversation

    def _agent_answers(self, messages: str, agent: str, text: str) -> str:
        self._teller.tell(f"{agent} owns the conversation and answers")
        answer = self._teller.does("conversations", messages, agent, {"type": "text", "text": text})
        return str(answer["message_id"])

    def _platform_accepts(self, text: str, sent_before: int) -> None:
        self._teller.tell("The gateway handed the answer to Meta's platform, which accepted it")

        def accepted(answer: list[Json]) -> bool:
            return any(text in json.dumps(send, ensure_ascii=False) for send in answer)

        self._teller.show(accepted_sends(self._teller.endpoints, after=sent_before), accepted)

    def _timeline_shows_read(self, messages: str, agent: str, message_id: str) -> None:
        self._teller.tell("Its statuses came back as webhooks: the timeline shows the answer as read")

        def read(answer: Json) -> bool:
            return any(item["message_id"] == message_id and item["status"] == "read" for item in answer["items"])

        self._teller.shows("conversations", messages, agent, read)

    def _contact_appears(self, owner: str, customer: Customer) -> None:
        self._teller.tell("crm made a contact of the customer, owned by the same agent")

        def owned(answer: Json) -> bool:
            return any(item["name"] == customer.name and item["owner_id"] == owner for item in answer["items"])

        query = urlencode({"search": customer.wa_id, "limit": 5})
        self._teller.shows("crm", f"/contacts?{query}", self._agents[owner], owned)
