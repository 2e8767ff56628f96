"""Misbehaviour on command: what goes wrong, for which calls or webhooks, and how often."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .signing import JsonObject

GraphKind = Literal["drop", "reset", "truncate", "stall", "error", "not_json"]
WebhookKind = Literal["duplicate", "reorder", "delay", "batch"]


class Scope(BaseModel):
    """What a fault touches; a member left out matches everything."""

    model_config = ConfigDict(extra="forbid")

    operation: str | None = Field(default=None, description="last part of a Graph path, such as messages or register")
    method: str | None = Field(default=None, description="of a Graph call: GET, POST or DELETE")
    object_id: str | None = Field(default=None, description="phone number id or WABA id in a Graph path")
    to: str | None = Field(default=None, description="recipient of a send: digits, or a user id")
    phone_number_id: str | None = Field(default=None, description="number a webhook is about")
    kind: str | None = Field(default=None, description="messages, statuses, message_echoes, history …")


class Fault(BaseModel):
    """`count` calls or webhooks are hit (None: until cleared). `when` says whether a Graph call is accepted first.

    `seconds` is how long a stall or delay lasts, or how long a batch waits to fill. `code` and `status` are the Graph
    error's. `copies` is how often a duplicated webhook comes again.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = ""
    kind: GraphKind | WebhookKind
    when: Literal["before", "after"] = "before"
    count: int | None = Field(default=1, ge=1)
    seconds: float = Field(default=0.5, ge=0)
    code: int | None = None
    status: int | None = Field(default=None, ge=200, le=599)
    copies: int = Field(default=1, ge=1)
    scope: Scope = Scope()
    hits: int = 0

    @model_validator(mode="after")
    def _makes_sense(self) -> "Fault":
        if self.kind == "truncate" and self.when == "before":
            raise ValueError("truncate cuts a real answer, so it needs when=after")
        if self.kind in ("batch", "reorder") and self.count is None:
            raise ValueError(f"{self.kind} needs a count: how many webhooks belong together")
        return self

    @property
    def spent(self) -> bool:
        return self.count is not None and self.hits >= self.count


class GraphCall(BaseModel):
    """What a scope is compared with."""

    operation: str
    object_id: str
    recipient: str
    method: str = ""


class Faults:
    """The active faults, the oldest first."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._made = 0

    def add(self, fault: Fault) -> Fault:
        self._made += 1
        added = fault.model_copy(update={"id": f"fault-{self._made}", "hits": 0})
        self._faults[added.id] = added
        return added

    def listed(self) -> list[Fault]:
        return list(self._faults.values())

    def clear(self, fault_id: str | None = None) -> int:
        doomed = [key for key in self._faults if fault_id in (None, key)]
        for key in doomed:
            del self._faults[key]
        return len(doomed)

    def take_for_call(self, call: GraphCall) -> Fault | None:
        """The first fault that fits, counted as used."""
        return self._take([fault for fault in self._faults.values() if _fits_call(fault, call)])

    def take_for_webhook(self, kind: str, phone_number_id: str | None) -> Fault | None:
        return self._take([f for f in self._faults.values() if _fits_webhook(f, kind, phone_number_id)])

    def give_back(self, fault: Fault) -> None:
        """It was not used after all: the call was refused before anything could go wrong."""
        fault.hits -= 1

    def _take(self, fitting: list[Fault]) -> Fault | None:
        for fault in fitting:
            if not fault.spent:
                fault.hits += 1
                return fault
        return None


def graph_call(parts: tuple[str, ...], body: JsonObject, method: str = "") -> GraphCall:
    recipient = "".join(c for c in str(body.get("to") or "") if c.isdigit()) or str(body.get("recipient") or "")
    operation, object_id = (parts[-1], parts[0]) if parts else ("", "")
    return GraphCall(operation=operation, object_id=object_id, recipient=recipient, method=method)


def _fits_call(fault: Fault, call: GraphCall) -> bool:
    scope = fault.scope
    named = ((scope.operation, call.operation), (scope.object_id, call.object_id), (scope.to, call.recipient))
    wanted = (*named, (scope.method, call.method))
    return fault.kind not in _WEBHOOK_KINDS and all(want in (None, have) for want, have in wanted)


def _fits_webhook(fault: Fault, kind: str, phone_number_id: str | None) -> bool:
    scope = fault.scope
    return (
        fault.kind in _WEBHOOK_KINDS and scope.kind in (None, kind) and scope.phone_number_id in (None, phone_number_id)
    )


_WEBHOOK_KINDS = ("duplicate", "reorder", "delay", "batch")
