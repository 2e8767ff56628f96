"""A typed client of the control API, for journeys, tests and the story `make run` plays.

Every method is one call; what the simulator refuses raises `Refused` with its reason.
"""

import asyncio
import base64
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Literal, Self

import httpx

from .commands import Message, NewCustomer, NewNumber, NewTemplate, NewWaba, Phone
from .connections import direct_client
from .entities import AccessToken, BusinessNumber, Customer, Inbound, Send, Submission, Template, Waba
from .faults import Fault, GraphKind, Scope, WebhookKind
from .signing import JsonObject


class Refused(Exception):
    """The control API did not do what it was asked; the text is its reason."""


class Simulator:
    """`base_url` is the simulator's own, such as http://127.0.0.1:8080; use it as an async context manager."""

    def __init__(self, base_url: str, *, timeout: float = 60.0) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = direct_client(base_url=f"{self.base_url}/control", timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    # The simulator itself

    async def healthy(self) -> bool:
        try:
            return (await self._http.get("/health")).status_code == 200
        except httpx.HTTPError:
            return False

    async def state(self) -> JsonObject:
        return await self._object("GET", "/state")

    async def change_rules(self, **rules: object) -> JsonObject:
        """Any member of `Rules`, such as `pair_burst=2` or `auto_statuses=[]`."""
        return await self._object("PATCH", "/rules", rules)

    async def advance_clock(self, seconds: float) -> None:
        await self._call("POST", "/clock", {"seconds": seconds})

    async def rotate_app_secret(self, app_secret: str) -> None:
        await self._call("POST", "/app_secret", {"app_secret": app_secret})

    async def reset(self, *, keep_accounts: bool = False) -> None:
        await self._call("POST", "/reset", {"keep_accounts": keep_accounts})

    # Businesses

    async def create_waba(self, **members: object) -> Waba:
        return Waba.model_validate(await self._call("POST", "/wabas", _json(NewWaba, members)))

    async def create_phone_number(self, waba_id: str, display: str, **members: object) -> BusinessNumber:
        body = _json(NewNumber, {"waba_id": waba_id, "display": display, **members})
        return BusinessNumber.model_validate(await self._call("POST", "/phone_numbers", body))

    async def change_phone_number(self, phone_number_id: str, **members: object) -> BusinessNumber:
        """`verified`, `registered`, `pin`, `on_phone_app`, `allowed_recipients`."""
        return BusinessNumber.model_validate(await self._call("PATCH", f"/phone_numbers/{phone_number_id}", members))

    async def create_template(self, waba_id: str, name: str, **members: object) -> Template:
        body = _json(NewTemplate, {"waba_id": waba_id, "name": name, **members})
        return Template.model_validate(await self._call("POST", "/templates", body))

    async def templates(self, waba_id: str) -> list[Template]:
        """The ground truth: what Meta has, deleted ones not."""
        rows = await self._call("GET", "/templates", query={"waba_id": waba_id})
        return [Template.model_validate(row) for row in rows]

    async def submissions(self) -> list[Submission]:
        """Every call that was to make a template, in order."""
        return [Submission.model_validate(row) for row in await self._call("GET", "/templates/submissions")]

    async def script_verdict(self, waba_id: str, name: str, event: str = "APPROVED", **members: object) -> None:
        """`reason`, `category`, `seconds`, `at_once`, `told`: of every template of this name from now on."""
        await self._call("POST", "/templates/verdicts", {"waba_id": waba_id, "name": name, "event": event, **members})

    async def change_template(self, waba_id: str, name: str, **members: object) -> Template:
        """`event`, `reason`, `category`, `announced`, `quality`, `body`; `told=False` misses the webhook."""
        body = {"waba_id": waba_id, "name": name, **members}
        return Template.model_validate(await self._call("POST", "/templates/changes", body))

    async def mint_code(self, waba_id: str, phone_number_id: str | None = None) -> str:
        """What Embedded Signup hands over: valid 30 seconds, once."""
        body = {"waba_id": waba_id, "phone_number_id": phone_number_id}
        return str((await self._object("POST", "/codes", body))["code"])

    async def mint_token(
        self, waba_ids: Sequence[str], *, scopes: list[str] | None = None, lives_seconds: int | None = None
    ) -> str:
        body = {"waba_ids": list(waba_ids), "scopes": scopes, "lives_seconds": lives_seconds}
        return AccessToken.model_validate(await self._call("POST", "/tokens", body)).id

    async def expire_tokens(self, waba_id: str | None = None, *, subcode: int = 463) -> int:
        return int((await self._object("POST", "/tokens/expire", {"waba_id": waba_id, "subcode": subcode}))["dead"])

    # Customers

    async def create_customer(self, **members: object) -> Customer:
        return Customer.model_validate(await self._call("POST", "/customers", _json(NewCustomer, members)))

    async def customers(self) -> list[Customer]:
        return [Customer.model_validate(row) for row in await self._call("GET", "/customers")]

    async def customer_writes(
        self,
        customer: str,
        phone_number_id: str,
        text: str | None = None,
        *,
        type: str = "text",
        name: str | None = None,
        content: Any = None,
        target: str | None = None,
        emoji: str | None = "👍",
        reply_to: str | None = None,
        referral: bool = False,
        phone: Phone = "usual",
        timestamp: int | None = None,
        wamid: str | None = None,
        extra: JsonObject | None = None,
        **others: Any,
    ) -> str:
        """The customer (a wa_id or user id) writes to the number; answers the wamid. `others` as in `Message`."""
        message = Message(
            phone_number_id=phone_number_id,
            type=type,
            text=text,
            content=content,
            target=target,
            emoji=emoji,
            reply_to=reply_to,
            referral=referral,
            profile_name=name,
            phone=phone,
            timestamp=timestamp,
            wamid=wamid,
            extra=extra or {},
            **others,
        )
        return await self._act(f"/customers/{customer}/messages", message.model_dump(mode="json"))

    async def customer_reacts(self, customer: str, phone_number_id: str, target: str, emoji: str | None = "👍") -> str:
        return await self.customer_writes(customer, phone_number_id, type="reaction", target=target, emoji=emoji)

    async def customer_edits(self, customer: str, phone_number_id: str, target: str, text: str) -> str:
        return await self.customer_writes(customer, phone_number_id, text, type="edit", target=target)

    async def customer_revokes(self, customer: str, phone_number_id: str, target: str) -> str:
        return await self.customer_writes(customer, phone_number_id, type="revoke", target=target)

    async def customer_changes_number(self, customer: str, phone_number_id: str, wa_id: str) -> str:
        body = {"phone_number_id": phone_number_id, "wa_id": wa_id}
        return await self._act(f"/customers/{customer}/number", body)

    async def customer_changes_user_id(self, customer: str, phone_number_id: str, user_id: str | None = None) -> str:
        body = {"phone_number_id": phone_number_id, "user_id": user_id}
        return await self._act(f"/customers/{customer}/user_id", body)

    async def customer_prefers(
        self, customer: str, phone_number_id: str, value: Literal["stop", "resume", "signup"] = "stop"
    ) -> None:
        await self._call(
            "POST", f"/customers/{customer}/preferences", {"phone_number_id": phone_number_id, "value": value}
        )

    async def echo(self, phone_number_id: str, customer: str, text: str = "Respondi pelo celular 📱") -> str:
        return await self._act(f"/phone_numbers/{phone_number_id}/echoes", {"customer": customer, "text": text})

    async def set_window(self, customer: str, phone_number_id: str, *, seconds_ago: float) -> None:
        """As if the customer's last message had come so long ago."""
        body = {"phone_number_id": phone_number_id, "customer": customer, "seconds_ago": seconds_ago}
        await self._call("POST", "/windows", body)

    # What the business did

    async def sends(self, phone_number_id: str | None = None, *, after: int = 0) -> list[Send]:
        """The ground truth: every accepted send, oldest first."""
        query: dict[str, str | int] = {"after": after}
        if phone_number_id is not None:
            query["phone_number_id"] = phone_number_id
        return [Send.model_validate(row) for row in await self._call("GET", "/sends", query=query)]

    async def reads(self) -> list[Inbound]:
        """Messages that were marked as read."""
        return [Inbound.model_validate(row) for row in await self._call("GET", "/reads")]

    # Webhooks

    async def status(self, wamid: str, status: str, *, code: int | None = None, **members: object) -> str:
        """One status now, in any order; a wamid never sent needs `phone_number_id` and `customer`."""
        body = {"wamid": wamid, "status": status, "code": code, **members}
        return str((await self._object("POST", "/statuses", body))["delivery"])

    async def statuses(self, wamid: str, names: Iterable[str], **members: Any) -> list[str]:
        return [await self.status(wamid, name, **members) for name in names]

    async def update(self, waba_id: str, field: str, value: JsonObject, *, time: int | None = None) -> str:
        body = {"waba_id": waba_id, "field": field, "value": value, "time": time}
        return str((await self._object("POST", "/updates", body))["delivery"])

    async def deliver(self, *bodies: object, **options: object) -> list[JsonObject]:
        """Sign and post these bodies at once; each row has the receiver's `status`. `options` as in `RawWebhooks`.

        A dict is written as Meta writes JSON; bytes and text are sent as they are.
        """
        rows = await self._call("POST", "/webhooks/raw", {"bodies": [_raw(body) for body in bodies], **options})
        return list(rows)

    async def handshake(self, **parameters: object) -> JsonObject:
        return await self._object("POST", "/webhooks/handshake", parameters)

    async def webhooks(self, *, attempts: int = 200) -> JsonObject:
        return await self._object("GET", "/webhooks", query={"attempts": attempts})

    async def settled(self, *, timeout: float = 30.0) -> JsonObject:
        """Wait until no webhook is pending; the counts. Raises TimeoutError with them."""
        deadline = time.monotonic() + timeout
        while True:
            summary = await self._object("GET", "/webhooks/summary")
            if not summary["pending"]:
                return summary
            if time.monotonic() > deadline:
                raise TimeoutError(f"webhooks still pending after {timeout} s: {summary}")
            await asyncio.sleep(0.02)

    # Faults

    async def fault(
        self,
        kind: GraphKind | WebhookKind,
        *,
        when: Literal["before", "after"] = "before",
        count: int | None = 1,
        scope: Scope | None = None,
        **members: Any,
    ) -> str:
        """Make the next `count` calls or webhooks go wrong; `members` are seconds, code, status, copies."""
        fault = Fault(kind=kind, when=when, count=count, scope=scope or Scope(), **members)
        body = fault.model_dump(mode="json", exclude={"id", "hits"})
        return str((await self._object("POST", "/faults", body))["id"])

    async def faults(self) -> list[Fault]:
        return [Fault.model_validate(row) for row in await self._call("GET", "/faults")]

    async def clear_faults(self, fault_id: str | None = None) -> int:
        query = {"fault_id": fault_id} if fault_id else None
        return int((await self._object("DELETE", "/faults", query=query))["cleared"])

    async def _act(self, path: str, body: object) -> str:
        return str((await self._object("POST", path, body))["id"])

    async def _object(self, method: str, path: str, body: object = None, *, query: Any = None) -> JsonObject:
        answer = await self._call(method, path, body, query=query)
        assert isinstance(answer, dict), f"{path} answers an object"
        return answer

    async def _call(self, method: str, path: str, body: object = None, *, query: Any = None) -> Any:
        answer = await self._http.request(method, path, json=body, params=query)
        if answer.status_code >= 400:
            raise Refused(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json()


def _json(kind: type[NewWaba | NewNumber | NewTemplate | NewCustomer], members: dict[str, Any]) -> JsonObject:
    return kind(**members).model_dump(mode="json", exclude_none=True)


def _raw(body: object) -> JsonObject:
    if isinstance(body, bytes):
        return {"base64": base64.b64encode(body).decode()}
    return {"text": body} if isinstance(body, str) else {"json_body": body}
