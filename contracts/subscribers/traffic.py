"""Customers who write, and people who assign, close and reopen what comes of it."""

import secrets
from collections.abc import Iterator
from typing import Any

from deploy.local.api import Api, Call
from deploy.local.simulated_meta import customer_exists, customer_writes

Json = dict[str, Any]
PAGE = 100
ARRIVAL_SECONDS = 30


class Traffic:
    def __init__(self, api: Api, endpoints: Json, agents: list[str]) -> None:
        self._api = api
        self._endpoints = endpoints
        self._agents = agents
        self._url = f"{endpoints['conversations']}/conversations"

    def customers_write(self, count: int) -> list[Json]:
        """New ones; gives their conversations."""
        names = {f"Customer {secrets.token_hex(4)}": f"55119{secrets.randbelow(10**8):08d}" for _ in range(count)}
        for name, wa_id in names.items():
            self._api.get(customer_exists(self._endpoints, wa_id, name))
            self._api.get(customer_writes(self._endpoints, wa_id, "Are you open today?"))

        def come(answer: Json) -> bool:
            return len(_of(names, answer)) == count and all(talk["assignee"] for talk in _of(names, answer))

        newest = Call("GET", f"{self._url}?limit={PAGE}", "administrator")
        answer = self._api.until(newest, come, seconds=ARRIVAL_SECONDS, what="each conversation has its owner")
        return _of(names, answer)

    def hand_over(self, talk: Json) -> None:
        other = next(agent for agent in self._agents if agent != talk["assignee"])
        self._act(talk, "assign", {"user_id": other})

    def close(self, talk: Json) -> None:
        self._act(talk, "close")

    def reopen(self, talk: Json) -> None:
        self._act(talk, "reopen")

    def shown(self) -> dict[str, list[str]]:
        """User, or nobody → their open conversations, as `GET /conversations` shows them."""
        people: dict[str, list[str]] = {}
        for talk in self._listed():
            if talk["state"] != "closed":
                people.setdefault(talk["assignee"] or "nobody", []).append(talk["conversation_id"])
        return {user: sorted(talks) for user, talks in people.items()}

    def _listed(self) -> Iterator[Json]:
        at = ""
        while at is not None:
            page = self._api.get(Call("GET", f"{self._url}?limit={PAGE}{at and f'&cursor={at}'}", "administrator"))
            yield from page["items"]
            at = page["next_cursor"]

    def _act(self, talk: Json, what: str, body: Any = None) -> None:
        self._api.get(Call("POST", f"{self._url}/{talk['conversation_id']}/{what}", "administrator", body))


def _of(names: Any, answer: Json) -> list[Json]:
    return [talk for talk in answer["items"] if talk["customer"]["name"] in names]
