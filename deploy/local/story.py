"""One story played through the running system, each step with the command that shows it and what it answered."""

import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from rich.console import Console
from rich.json import JSON

from deploy.local.api import Api, Call
from deploy.local.simulated_meta import accepted_sends, customer_exists, customer_writes
from deploy.local.simulated_payments import page_is_paid
from deploy.local.state import State

Json = dict[str, Any]
FIRST_NAMES = ("Marina", "Otavio", "Luiza", "Renato", "Irene", "Fabio", "Clara", "Hugo", "Paula", "Simone")
LAST_NAMES = ("Lopes", "Barros", "Nunes", "Freitas", "Prado", "Viana", "Moura", "Salles", "Tavares", "Reis")
QUESTION = "Good morning! Is the blue bicycle still for sale?"
STEP_SECONDS = 30


@dataclass(frozen=True)
class Customer:
    wa_id: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def answer(self) -> str:
        """What the agent writes to them."""
        return f"Good morning, {self.first_name}! It is, and you can try it today until six."


def new_customer() -> Customer:
    """Somebody who has not written before, so that the story can be played again and again."""
    number = f"55119{secrets.randbelow(10**8):08d}"
    return Customer(number, secrets.choice(FIRST_NAMES), secrets.choice(LAST_NAMES))


class Story:
    """A customer asks, an agent answers, they read it; credits are bought. Raises LocalError at the step that fails."""

    def __init__(self, api: Api, endpoints: Json, state: State, console: Console) -> None:
        self._api = api
        self._endpoints = endpoints
        self._headers = state.headers
        self._agents = {user: f"agent-{number}" for number, user in enumerate(state.read("organisation")["agents"], 1)}
        self._console = console
        self._step = 0

    def play(self, customer: Customer) -> None:
        sent_before = len(self._api.get(accepted_sends(self._endpoints)))
        self._customer_writes(customer)
        conversation = self._conversation_comes(customer)
        messages = f"{self._endpoints['conversations']}/conversations/{conversation['conversation_id']}/messages"
        agent = self._agents[conversation["assignee"]]
        message_id = self._agent_answers(messages, agent, customer)
        self._platform_accepts(customer, sent_before)
        self._timeline_shows_read(messages, agent, message_id)
        self._contact_appears(conversation["assignee"], customer)
        self._credits_are_bought()
        self._console.print("\n[bold green]The story went through.[/]")

    def _customer_writes(self, customer: Customer) -> None:
        self._tell("A customer writes on WhatsApp; Meta's platform sends a signed webhook to the gateway")
        self._api.get(customer_exists(self._endpoints, customer.wa_id, customer.name))
        self._show(customer_writes(self._endpoints, customer.wa_id, QUESTION))

    def _conversation_comes(self, customer: Customer) -> Json:
        self._tell("conversations opened a conversation and gave it to an agent of the rota")
        call = Call("GET", f"{self._endpoints['conversations']}/conversations?view=all&limit=1", "administrator")

        def owned(answer: Json) -> bool:
            return any(
                item["customer"]["name"] == customer.name and item["assignee"] and not item["answered"]
                for item in answer["items"]
            )

        answer: Json = self._show(call, owned, "the conversation is there and has an owner")
        conversation: Json = answer["items"][0]
        return conversation

    def _agent_answers(self, messages: str, agent: str, customer: Customer) -> str:
        self._tell(f"{agent} owns the conversation and answers")
        body = {"type": "text", "text": customer.answer}
        answer = self._show(Call("POST", messages, agent, body, idempotency_key=str(uuid.uuid4())))
        return str(answer["message_id"])

    def _platform_accepts(self, customer: Customer, sent_before: int) -> None:
        self._tell("The gateway handed the answer to Meta's platform, which accepted it")

        def accepted(answer: list[Json]) -> bool:
            return any(customer.answer in json.dumps(send, ensure_ascii=False) for send in answer)

        self._show(accepted_sends(self._endpoints, after=sent_before), accepted, "the send is accepted")

    def _timeline_shows_read(self, messages: str, agent: str, message_id: str) -> None:
        self._tell("Its statuses came back as webhooks (sent, delivered, read): the timeline shows the answer as read")

        def read(answer: Json) -> bool:
            return any(item["message_id"] == message_id and item["status"] == "read" for item in answer["items"])

        self._show(Call("GET", messages, agent), read, "the answer is shown as read")

    def _contact_appears(self, owner: str, customer: Customer) -> None:
        self._tell("crm made a contact of the customer, owned by the same agent")
        query = urlencode({"search": customer.name, "limit": 5})
        call = Call("GET", f"{self._endpoints['crm']}/contacts?{query}", self._agents[owner])

        def owned(answer: Json) -> bool:
            return any(item["name"] == customer.name and item["owner_id"] == owner for item in answer["items"])

        self._show(call, owned, "the contact is there and has its owner")

    def _credits_are_bought(self) -> None:
        self._tell("The administrator buys credits on the payment provider's page; its signed notice credits them")
        wallet = Call("GET", f"{self._endpoints['billing']}/wallet", "administrator")
        before = self._api.get(wallet)["available"]
        buy = Call(
            "POST", f"{self._endpoints['billing']}/purchases", "administrator", {"credits": 10}, str(uuid.uuid4())
        )
        bought = self._show(buy)
        self._show(page_is_paid(self._endpoints, bought["checkout_url"]))

        def credited(answer: Json) -> bool:
            return bool(answer["available"] == before + bought["amount"])

        self._show(wallet, credited, "the credits are in the wallet")

    def _tell(self, text: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold]{self._step}. {text}[/]", soft_wrap=True)

    def _show(self, call: Call, fits: Callable[[Any], bool] = lambda _: True, what: str = "it is answered") -> Any:
        """Print the command and its answer, once the answer fits."""
        command = call.curl(self._headers)
        self._console.print(f"$ {command}", style="cyan", highlight=False, markup=False, soft_wrap=True)
        if call.method == "GET":
            answer = self._api.until(call, fits, seconds=STEP_SECONDS, what=what)
        else:
            answer = self._api.get(call)
        self._console.print(JSON.from_data(answer), soft_wrap=True)
        return answer


def play_story(api: Api, endpoints: Json, state: State, console: Console) -> None:
    Story(api, endpoints, state, console).play(new_customer())
