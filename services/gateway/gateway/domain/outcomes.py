"""What an attempt's outcome makes of its message, and when another attempt may follow."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict, assert_never

from recado_events.event import Event
from recado_events.gateway import (
    AcceptedAt,
    DuplicateSendDetected,
    MessageAccepted,
    MessageNotSent,
    MessageOutcomeUnknown,
    MessageRejected,
    RejectionDetails,
)
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId

from gateway.commands import Accepted, Ambiguous, NotTaken, OnDispatch, RecordVerdict, Refused
from gateway.domain.dispatch import THROTTLED, Dispatch, same_wamid

LONGEST_PAUSE = timedelta(seconds=30)


class Place(TypedDict):
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId


def place(command: OnDispatch) -> Place:
    return Place(
        organisation_id=command.organisation_id,
        phone_number_id=command.phone_number_id,
        customer_id=command.customer_id,
        message_id=command.message_id,
    )


def record(command: RecordVerdict, dispatch: Dispatch) -> list[Event]:
    """The claimant says what became of its attempt, in time or after others gave up waiting."""
    if dispatch.phase in ("accepted", "rejected"):
        return _after_the_end(command, dispatch)
    if dispatch.phase not in ("started", "unknown") or command.attempt != dispatch.attempt:
        return []
    match command.verdict:
        case Accepted() as answer:
            return [_answered(command, answer)]
        case Refused(code, title, details):
            personal = RejectionDetails(title=title, details=details)
            return [rejected(command, command.attempt, "graph", meta_code=code, personal=personal)]
        case NotTaken() as outcome:
            return _not_taken(command, dispatch, outcome)
        case Ambiguous(reason):
            return [] if dispatch.phase == "unknown" else [unknown(command, command.attempt, reason)]
    assert_never(command.verdict)


def _answered(command: RecordVerdict, answer: Accepted) -> MessageAccepted:
    taken = AcceptedAt(wamid=answer.wamid, wa_id=answer.wa_id, user_id=answer.user_id)
    return accepted(command, command.attempt, "answer", taken, answer.message_status)


def _after_the_end(command: RecordVerdict, dispatch: Dispatch) -> list[Event]:
    if not isinstance(command.verdict, Accepted) or command.verdict.wamid is None:
        return []
    if dispatch.phase == "rejected":
        return [_answered(command, command.verdict)]
    return duplicates(command, dispatch, command.verdict.wamid)


def _not_taken(command: RecordVerdict, dispatch: Dispatch, outcome: NotTaken) -> list[Event]:
    is_over = dispatch.phase == "unknown"
    again_at = None if is_over else command.now + pause(dispatch, throttled=outcome.reason == THROTTLED)
    not_sent = MessageNotSent(
        **place(command),
        attempt=command.attempt,
        reason=outcome.reason,
        meta_code=outcome.meta_code,
        not_sent_at=command.now,
        retry_not_before=again_at,
    )
    # People were already told that it may have been sent, and may have written again: machines do not retry it.
    return [not_sent, rejected(command, command.attempt, "expired")] if is_over else [not_sent]


def pause(dispatch: Dispatch, *, throttled: bool) -> timedelta:
    """4^n s after the n-th throttling (Meta's rule); else doubling from 1 s to 30 s."""
    if throttled:
        return timedelta(seconds=4 ** min(dispatch.throttles + 1, 8))
    failures = max(dispatch.attempt - dispatch.throttles, 1)
    return min(timedelta(seconds=2 ** min(failures - 1, 8)), LONGEST_PAUSE)


def accepted(
    command: OnDispatch, attempt: int, evidence: str, taken: AcceptedAt, message_status: str | None = None
) -> MessageAccepted:
    return MessageAccepted(
        **place(command),
        attempt=attempt,
        evidence=evidence,
        message_status=message_status,
        accepted_at=command.now,
        personal=taken,
    )


def duplicates(command: OnDispatch, dispatch: Dispatch, wamid: str) -> list[Event]:
    """Meta took one message twice: said once for every further wamid."""
    known = {dispatch.wamid, *dispatch.others}
    if dispatch.wamid is None or any(same_wamid(wamid, one) for one in known):
        return []
    return [DuplicateSendDetected(**place(command), detected_at=command.now, personal=AcceptedAt(wamid=wamid))]


def rejected(
    command: OnDispatch,
    attempt: int,
    reason: str,
    *,
    meta_code: int | None = None,
    personal: RejectionDetails | None = None,
) -> MessageRejected:
    return MessageRejected(
        **place(command),
        attempt=attempt,
        reason=reason,
        meta_code=meta_code,
        rejected_at=command.now,
        personal=personal,
    )


def unknown(command: OnDispatch, attempt: int, reason: str) -> MessageOutcomeUnknown:
    return MessageOutcomeUnknown(**place(command), attempt=attempt, reason=reason, noticed_at=command.now)
