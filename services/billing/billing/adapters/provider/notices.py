"""What Stripe's notices say, as commands: paid, method to keep, refunded, disputed. The rest is none of ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from recado_chassis.crash import crash
from recado_chassis.http.problems import Problem
from recado_chassis.store import UniqueKey
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId
from structlog import get_logger

from billing.application import Buying
from billing.commands import NoteMethod, NotePaid, NoteRefund, TellDispute
from billing.domain.refusals import UnknownPurchase

MICROS_A_CENT = 10_000
_log = get_logger()
Json = Mapping[str, Any]
Command = NotePaid | NoteMethod | NoteRefund | TellDispute


class Notices:
    def __init__(self, streams: Streams, buying: Buying) -> None:
        self._streams = streams
        self._buying = buying

    def take(self, body: bytes, cause: Cause) -> None:
        """Enters a notice whose signature was checked. Raises Problem for what is none."""
        notice = _read(body)
        commands = list(commands_of(notice, self._streams.clock.now()))
        if not commands:
            return
        crash("payments.noticed")
        try:
            self._streams.transact(lambda work: self._enter(work, str(notice["id"]), commands, cause))
        except UnknownPurchase:
            _log.warning("payment_of_nobodys_purchase", kind=str(notice["type"])[:40])

    def _enter(self, work: Work, notice: str, commands: list[Command], cause: Cause) -> None:
        """The notice's id is claimed for ever; what is credited is guarded by the purchase's own stream as well."""
        key = UniqueKey("notice", "", notice)
        if work.find(key) is not None:
            return
        work.claim(key, notice)
        for command in commands:
            match command:
                case NotePaid():
                    self._buying.note_paid(work, command, cause)
                case NoteMethod():
                    self._buying.note_method(work, command, cause)
                case NoteRefund():
                    self._buying.note_refund(work, command, cause)
                case TellDispute():
                    self._buying.tell_dispute(work, command, cause)


def _read(body: bytes) -> Json:
    try:
        notice = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "malformed_notice", "The body is no JSON.") from None
    if not isinstance(notice, dict) or not all(isinstance(notice.get(name), str) for name in ("id", "type")):
        raise Problem(400, "malformed_notice", "A notice has an id and a type.")
    return notice


def commands_of(notice: Json, now: datetime) -> list[Command]:
    """None for kinds and objects that are not ours. Raises Problem for data of another shape than Stripe's."""
    thing = _within(_within(notice, "data"), "object")
    labels = _within(thing, "metadata")
    if notice["type"].startswith("charge.dispute."):
        return _dispute(notice["type"], thing, now)
    about = _about(labels, now)
    if about is None:
        return []
    match notice["type"]:
        case "checkout.session.completed" | "checkout.session.async_payment_succeeded":
            return _session(thing, about)
        case "payment_intent.succeeded":
            return _intent(thing, about)
        case "charge.refunded":
            total, payment = _micros(thing.get("amount_refunded")), thing.get("payment_intent")
            return [NoteRefund(**about, total=total, payment=payment if isinstance(payment, str) else None)]
    return []


def _within(outer: Json, name: str) -> Json:
    inner = outer.get(name)
    if inner is None:
        return {}
    if not isinstance(inner, dict):
        raise Problem(400, "malformed_notice", f"The member {name} is no object.")
    return inner


def _about(labels: Json, now: datetime) -> dict[str, Any] | None:
    try:
        organisation_id, purchase_id = UUID(labels["organisation_id"]), UUID(labels["purchase_id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return {"organisation_id": OrganisationId(organisation_id), "purchase_id": purchase_id, "now": now}


def _session(session: Json, about: dict[str, Any]) -> list[Command]:
    """A completed session may still wait for its money."""
    if session.get("payment_status") != "paid":
        return []
    payment = str(session.get("payment_intent"))
    total, currency = _micros(session.get("amount_total")), str(session.get("currency"))
    return [NotePaid(**about, total=total, currency=currency, payment=payment)]


def _intent(intent: Json, about: dict[str, Any]) -> list[Command]:
    total, currency = _micros(intent.get("amount_received")), str(intent.get("currency"))
    commands: list[Command] = [NotePaid(**about, total=total, currency=currency, payment=str(intent.get("id")))]
    customer, method = intent.get("customer"), intent.get("payment_method")
    if intent.get("setup_future_usage") == "off_session" and isinstance(customer, str) and isinstance(method, str):
        wallet = {"organisation_id": about["organisation_id"], "now": about["now"]}
        commands.append(NoteMethod(**wallet, customer=customer, method=method))
    return commands


def _dispute(kind: str, dispute: Json, now: datetime) -> list[Command]:
    """A dispute names the payment, and brings no label of ours. An inquiry (`warning_…`) moves no money; one that
    becomes a dispute is told of again."""
    payment, name, status = dispute.get("payment_intent"), dispute.get("id"), str(dispute.get("status"))
    if not isinstance(payment, str) or not isinstance(name, str) or status.startswith("warning_"):
        return []
    outcome = status if kind == "charge.dispute.closed" else None
    total = _micros(dispute.get("amount"))
    return [TellDispute(payment=payment, dispute=name, total=total, outcome=outcome, now=now)]


def _micros(cents: Any) -> int:
    """Raises Problem for what is no whole number of cents."""
    if not isinstance(cents, int) or isinstance(cents, bool) or not 0 <= cents < 2**40:
        raise Problem(400, "malformed_notice", "An amount is no whole number of cents.")
    return cents * MICROS_A_CENT
