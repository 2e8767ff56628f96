"""A company of its own in the running system: its people, its number, its wallet; and what it does with money."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.api import Api
from deploy.local.credentials import Organisation, tokens
from deploy.local.endpoints import people
from deploy.local.launcher import Launcher
from deploy.local.seed import seed
from tests.journeys.world import Json, World, new_customer, until
from tests.simulator.entities import Send

TWO_DAYS = 2 * 86_400
UTILITY, MARKETING, CHILEAN_MARKETING = 6_800, 62_500, 88_900
"""micro-US$, of the sample card."""
BODY = "Hello #{contact.first_name}, your order is ready."
FIELDS = [{"name": "contact.first_name", "sample": "Maria", "fallback": "there"}]
ACCOUNTS = ("available", "held", "spent", "purchases", "payment_fees", "free_allowance", "receivable")


def found(launcher: Launcher, endpoints: Json) -> Json:
    """Registers one, connects its number and arranges its people; answers the endpoints with its own ids and tokens."""
    digits = [str(secrets.randbelow(9 * 10**14) + 10**14) for _ in range(2)]
    organisation = Organisation(
        organisation_id=str(uuid4()),
        operator=launcher.organisation.operator,
        administrator=str(uuid4()),
        agents=[str(uuid4()) for _ in range(3)],
        profile_id=str(uuid4()),
        waba_id=digits[0],
        phone_number_id=digits[1],
    )
    own = {
        **endpoints,
        "organisation": organisation.organisation_id,
        "waba_id": organisation.waba_id,
        "phone_number_id": organisation.phone_number_id,
        "tokens": tokens(launcher.secrets, organisation),
    }
    display = f"+1 555-{secrets.randbelow(900) + 100}-{secrets.randbelow(9000) + 1000}"
    number = {"id": organisation.phone_number_id, "waba_id": organisation.waba_id, "display": display}
    with httpx.Client(timeout=30) as client:
        for path, body in (("wabas", {"id": organisation.waba_id}), ("phone_numbers", number)):
            client.post(f"{endpoints['simulator']}/control/{path}", json=body).raise_for_status()
        seed(Api(client, people(own)), own, organisation)
    return own


class Company(World):
    """Amounts are micro-US$."""

    async def buys(self, credits: int = 1) -> None:
        before = (await self.wallet())["available"]
        _, amount = await self.pays(credits)
        await self.wallet_with(available=before + amount)

    async def pays(self, credits: int = 1, **how: Any) -> tuple[str, int]:
        """The provider's id of the payment, and what it credits once the notice of it is in."""
        bought = await self.does("POST", "billing", "/purchases", {"credits": credits}, key=secrets.token_hex(8))
        session = bought["checkout_url"].rpartition("/")[2]
        paid = await self.provider("POST", f"/sessions/{session}/pay", **how)
        return paid["payment_intent"], bought["amount"]

    async def provider(self, method: str, path: str, **body: Any) -> Any:
        """What the payment provider does, or is told to do."""
        url = f"{self.endpoints['payments']}/control{path}"
        answer = await self._http.request(method, url, json=body if method != "GET" else None)
        assert answer.is_success, answer.text
        return answer.json()

    async def wallet(self) -> Json:
        wallet: Json = await self.does("GET", "billing", "/wallet")
        return wallet

    async def wallet_with(self, **balances: int) -> Json:
        async def find() -> Json | None:
            wallet = await self.wallet()
            return wallet if all(wallet["balances"][name] == value for name, value in balances.items()) else None

        return await until(find, f"the wallet has {balances}")

    async def approved(self, category: str = "UTILITY") -> tuple[str, str]:
        """A template's id and name: drafted, submitted, approved by Meta, and known to conversations."""
        name = f"order_{secrets.token_hex(4)}"
        form = {"name": name, "language": "en_US", "category": category, "body": BODY, "fields": FIELDS}
        body = {**form, "waba_id": self.endpoints["waba_id"], "draft": True}
        made = await self.does("POST", "templates", "/templates", body, key=secrets.token_hex(8))
        assert made["state"] == "draft"
        template = made["template_id"]
        await self.does("POST", "templates", f"/templates/{template}/submit", key=secrets.token_hex(8))
        await self.preview_with(template, [], number="+55 11 98765-4321")
        shown = await self.does("GET", "templates", f"/templates/{template}")
        assert shown["state"] == "approved"
        return template, name

    async def contact(self) -> tuple[str, str, Json]:
        """Somebody who wrote two days ago: their number, their name, and their contact in crm with its owner."""
        wa_id, name = new_customer()
        await self.meta.create_customer(wa_id=wa_id, name=name)
        await self.meta.customer_writes(wa_id, self.number, "Oi", timestamp=int(time.time()) - TWO_DAYS)

        async def find() -> Json | None:
            known = await self.contacts_named(name)
            return known[0] if known and known[0]["owner_id"] else None

        return wa_id, name, await until(find, f"{name} is a contact with an owner")

    async def preview_with(self, template: str, errors: list[str], **somebody: Any) -> Json:
        """Once what is in the way of it is just this."""

        async def find() -> Json | None:
            answer = await self.asks("POST", "conversations", "/previews", self._to(template, somebody))
            seen: Json = answer.json()
            return seen if answer.is_success and [each["kind"] for each in seen["errors"]] == errors else None

        return await until(find, f"a preview has the errors {errors}")

    async def starts(self, template: str, **somebody: Any) -> Json:
        """The first agent writes first; answers the ids of conversation and message, once they are shown."""
        body, key = self._to(template, somebody), secrets.token_hex(8)
        answer = await self.asks("POST", "conversations", "/conversations", body, who="0", key=key)
        assert answer.is_success, answer.text
        chat: Json = answer.json()
        position = answer.headers["Recado-Position"]
        path = f"/conversations/{chat['conversation_id']}?min_position={position}"
        await self.does("GET", "conversations", path)
        return chat

    def _to(self, template: str, somebody: Json) -> Json:
        return {"phone_number_id": self.number, "template": {"template_id": template}, **somebody}

    async def talk(self, conversation_id: str, state: str) -> Json:
        async def find() -> Json | None:
            talk: Json = await self.does("GET", "conversations", f"/conversations/{conversation_id}")
            return talk if talk["state"] == state else None

        return await until(find, f"conversation {conversation_id} is {state}")

    async def cost(self, message_id: str, state: str) -> Json:
        async def find() -> Json | None:
            answer = await self.asks("GET", "billing", f"/messages/{message_id}/cost")
            return answer.json() if answer.is_success and answer.json()["state"] == state else None

        return await until(find, f"message {message_id} is {state} at billing")

    async def statement(self) -> list[Json]:
        """All of it, oldest first."""
        lines: list[Json] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await self.does("GET", "billing", f"/wallet/statement?limit=100{cursor and f'&cursor={cursor}'}")
            lines += page["items"]
            cursor = page["next_cursor"]
        return lines[::-1]

    async def sent_to(self, wa_id: str) -> Send:
        async def find() -> Send | None:
            return next((each for each in await self.meta.sends(self.number) if each.wa_id == wa_id), None)

        return await until(find, f"a message to {wa_id} reached Meta")

    async def told_by_billing(self, kind: str, **about: Any) -> list[Json]:
        """The events of this kind about this company, with these members."""
        ours = {"organisation_id": self.endpoints["organisation"], **about}
        topic = await self.told("recado.billing.v1")
        return [each.data for each in topic if each.type == f"billing.{kind}.v1" and ours.items() <= each.data.items()]

    @asynccontextmanager
    async def nothing_told(self) -> AsyncIterator[None]:
        """Meta takes messages, and tells nothing of them by itself."""
        await self.meta.change_rules(auto_statuses=[])
        try:
            yield
        finally:
            await self.meta.change_rules(auto_statuses=["sent", "delivered", "read"])

    async def books_balance(self) -> None:
        """Every line of the statement sums to zero and says why, they add up to the balances, nothing is below zero."""

        async def find() -> list[Json] | None:
            lines, wallet = await self.statement(), await self.wallet()
            sums = {account: sum(line["moved"].get(account, 0) for line in lines) for account in ACCOUNTS}
            return lines if sums == wallet["balances"] else None

        lines = await until(find, "the statement adds up to the balances")
        assert [line for line in lines if sum(line["moved"].values())] == []
        assert min(line["available_after"] for line in lines) >= 0
        unexplained = [line for line in lines if not line["text"] or line["text"] == line["what"]]
        assert unexplained == [], unexplained


async def newly_founded(world: World) -> Company:
    own = await asyncio.to_thread(found, world.launcher, world.endpoints)
    return Company(world.launcher, own, world._http, world.meta, world._databases)


async def end_of(company: Company, chat: Json, ends: set[str]) -> Json:
    """The first message of a chat, once it has one of these statuses."""

    async def find() -> Json | None:
        line = (await company.timeline(chat["conversation_id"]))[-1]
        return line if line["status"] in ends else None

    return await until(find, f"message {chat['message_id']} is one of {ends}")


def chilean() -> str:
    return f"+56 9 62{secrets.randbelow(10**6):06d}"


@contextmanager
def frozen(world: World, service: str) -> Iterator[None]:
    """It does nothing, and is not gone: shorter than its session lasts."""
    pid = world.component(service).pid
    assert pid is not None, "it runs"
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
