"""Who pays on the payment provider's pages, and what the provider is like on bad days."""

from __future__ import annotations

from typing import Any

import httpx


class Payer:
    """A client of the simulated provider's control API. `url` is the provider's."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = f"{url}/control"
        self._http = http

    async def pays(self, session: str, *, order: list[int], card: str = "ok") -> str | None:
        """The payment; its notices are sent in this order. None where the card was declined."""
        paid = await self._does("POST", f"/sessions/{session}/pay", {"card": card, "order": order})
        return None if paid is None else str(paid["payment_intent"])

    async def is_paid_back(self, payment: str, cents: int) -> None:
        await self._does("POST", "/refunds", {"payment_intent": payment, "amount": cents})

    async def disputes(self, payment: str, outcome: str) -> None:
        found = await self._does("POST", "/disputes", {"payment_intent": payment})
        if found is not None:
            await self._does("POST", f"/disputes/{found['id']}/close", {"outcome": outcome})

    async def delivers(self, **changed: Any) -> None:
        """How notices go out from now on."""
        await self._does("PATCH", "/delivery", changed)

    async def fails(self, kind: str, path: str) -> None:
        """The next call of this path."""
        await self._does("POST", "/faults", {"next": [kind], "path": path})

    async def clear_faults(self) -> None:
        await self._does("POST", "/faults", {"next": []})

    async def pending(self) -> int:
        """Notices that are not taken yet."""
        answer = await self._http.get(f"{self._url}/notices")
        return int(answer.raise_for_status().json()["pending"])

    async def _does(self, method: str, path: str, body: Any) -> Any:
        """None where it is refused."""
        answer = await self._http.request(method, f"{self._url}{path}", json=body)
        return answer.json() if answer.is_success else None
