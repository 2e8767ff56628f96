"""The dispatch table: all that billing hears, and what it does then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from recado_chassis.service import Heard, Hears, Reaction
from recado_chassis.store import UniqueKey
from recado_chassis.work import Fold, Work
from recado_events import catalogue, gateway
from recado_events import conversations as told
from recado_events.envelope import Cause
from recado_events.event import Event

from billing.adapters.kafka import hearing
from billing.application import Charging, Listening
from billing.application.books import charge_key, fold_of
from billing.domain.charge import charge_stream
from billing.domain.counters import Number, account_stream, number_stream
from billing.domain.dealings import dealings_stream
from billing.domain.organisation import organisation_stream
from billing.domain.prices import PRICES_STREAM
from billing.domain.staff import staff_stream
from billing.domain.wallet import wallet_stream

E = TypeVar("E", bound=Event)
C = TypeVar("C")


def hears(charging: Charging, listening: Listening) -> list[Hears]:
    from_conversations = [
        _when(told.MessageRequested, hearing.requested, charging.reserve),
        _when(told.MessageWithdrawn, hearing.withdrawn, charging.release),
        _when(told.MessageReleased, hearing.released, charging.note_reply),
        _when(told.MessageSent, hearing.sent, charging.note_pricing),
        _when(told.MessageDelivered, hearing.delivered, charging.note_delivery),
        _when(told.MessageRead, hearing.read, charging.note_delivery),
        _when(told.MessagePlayed, hearing.read, charging.note_delivery),
        _when(told.MessageFailed, hearing.failed, charging.release),
        _when(told.ServiceWindowOpened, hearing.window_opened, listening.note_window),
        _when(told.ServiceWindowExtended, hearing.window_extended, listening.note_window),
        _when(told.MessageReceived, hearing.from_ad, listening.note_ad),
        _when(told.CustomersMerged, hearing.merged, listening.join_customers),
        _when(told.CustomerMergedInto, hearing.merged_into, listening.join_customers),
        _when(told.UserRegistered, hearing.user, listening.note_user),
        _when(told.UserRoleAssigned, hearing.user, listening.note_user),
        _when(told.UserActivated, hearing.user, listening.note_user),
        _when(told.UserDeactivated, hearing.user, listening.note_user),
    ]
    from_gateway = [
        _when(gateway.ChannelConnectionStarted, hearing.connected, listening.note_number),
        _when(gateway.MessageRejected, hearing.rejected, charging.release),
        _when(gateway.MessageOutcomeUnknown, hearing.lost, charging.note_outcome),
        _when(gateway.MessageAccepted, hearing.found, charging.note_outcome),
    ]
    return [Hears(catalogue.CONVERSATIONS, dict(from_conversations)), Hears(catalogue.GATEWAY, dict(from_gateway))]


def _when(
    kind: type[E], command_of: Callable[[E], C | None], use_case: Callable[[Work, C, Cause], None]
) -> tuple[str, Reaction]:
    """An event becomes a command, or is no business of billing's; the command goes to its use case."""

    def handle(work: Work, heard: Heard) -> None:
        command = command_of(cast(E, heard.body))
        if command is not None:
            use_case(work, command, heard.cause)

    return kind.TYPE, Reaction(handle=handle, keys=_keys, streams=_streams, further=_further)


def _keys(heard: Heard) -> Iterable[UniqueKey]:
    if isinstance(heard.body, told.MessageDelivered | told.MessageRead | told.MessagePlayed):
        yield charge_key(heard.body.organisation_id, heard.body.message_id)


def _streams(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
    event = heard.body
    if isinstance(event, told.OfUser):
        return _named([staff_stream(event.organisation_id)])
    if isinstance(event, told.OfMessage | gateway.OfDispatch):
        return _named(
            [
                charge_stream(event.message_id),
                dealings_stream(event.customer_id),
                number_stream(event.organisation_id, event.phone_number_id),
                organisation_stream(event.organisation_id),
                wallet_stream(event.organisation_id),
                PRICES_STREAM,
            ]
        )
    if isinstance(event, told.OfCustomer):
        return _named([dealings_stream(event.customer_id)])
    return {}


def _further(heard: Heard, work: Work) -> Mapping[str, Fold[Any]]:
    """The account of the number: its time zone, and what was counted in the month."""
    event = heard.body
    if not isinstance(event, told.OfMessage | gateway.OfDispatch):
        return {}
    stream = number_stream(event.organisation_id, event.phone_number_id)
    number: Number = work.state(stream, fold_of(stream))
    return {} if number.waba_id is None else _named([account_stream(event.organisation_id, number.waba_id)])


def _named(streams: Iterable[str]) -> Mapping[str, Fold[Any]]:
    return {stream: fold_of(stream) for stream in streams}
