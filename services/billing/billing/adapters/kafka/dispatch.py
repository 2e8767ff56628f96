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
from billing.application.books import charge_key, fold_of, scene_streams
from billing.domain.charge import charge_stream
from billing.domain.counters import Number, account_stream, number_stream
from billing.domain.dealings import dealings_stream
from billing.domain.staff import staff_stream
from billing.domain.wallet import wallet_stream

E = TypeVar("E", bound=Event)
C = TypeVar("C")
Streams = Callable[[Any], Iterable[str]]
"""Of an event: the streams that its use case looks at."""


def hears(charging: Charging, listening: Listening) -> list[Hears]:
    from_conversations = [
        _when(told.MessageRequested, hearing.requested, charging.reserve, _scene),
        _when(told.MessageWithdrawn, hearing.withdrawn, charging.release, _hold),
        _when(told.MessageReleased, hearing.released, charging.note_reply, _scene, hearing.is_reply),
        _when(told.MessageSent, hearing.sent, charging.note_pricing, _scene, hearing.tells_price),
        _when(told.MessageDelivered, hearing.delivered, charging.note_delivery, _scene, keys=_key),
        _when(told.MessageRead, hearing.read, charging.note_delivery, _scene, keys=_key),
        _when(told.MessagePlayed, hearing.read, charging.note_delivery, _scene, keys=_key),
        _when(told.MessageFailed, hearing.failed, charging.release, _hold),
        _when(told.ServiceWindowOpened, hearing.window_opened, listening.note_window, _dealings),
        _when(told.ServiceWindowExtended, hearing.window_extended, listening.note_window, _dealings),
        _when(told.MessageReceived, hearing.from_ad, listening.note_ad, _dealings, hearing.is_from_ad),
        _when(told.CustomersMerged, hearing.merged, listening.join_customers, _dealings),
        _when(told.CustomerMergedInto, hearing.merged_into, listening.join_customers, _dealings),
        _when(told.UserRegistered, hearing.user, listening.note_user, _staff),
        _when(told.UserRoleAssigned, hearing.user, listening.note_user, _staff),
        _when(told.UserActivated, hearing.user, listening.note_user, _staff),
        _when(told.UserDeactivated, hearing.user, listening.note_user, _staff),
    ]
    from_gateway = [
        _when(gateway.ChannelConnectionStarted, hearing.connected, listening.note_number, _number),
        _when(gateway.MessageRejected, hearing.rejected, charging.release, _hold),
        _when(gateway.MessageOutcomeUnknown, hearing.lost, charging.note_outcome, _charge),
        _when(gateway.MessageAccepted, hearing.found, charging.note_outcome, _charge),
    ]
    return [Hears(catalogue.CONVERSATIONS, dict(from_conversations)), Hears(catalogue.GATEWAY, dict(from_gateway))]


def _always(_: Any) -> bool:
    return True


def _no_key(_: Any) -> Iterable[UniqueKey]:
    return ()


def _when(
    kind: type[E],
    command_of: Callable[[E], C],
    use_case: Callable[[Work, C, Cause], None],
    streams: Streams,
    if_: Callable[[E], bool] = _always,
    keys: Callable[[Any], Iterable[UniqueKey]] = _no_key,
) -> tuple[str, Reaction]:
    """An event becomes a command, which goes to its use case, or is no business of billing's: `if_` says so."""

    def handle(work: Work, heard: Heard) -> None:
        event = cast(E, heard.body)
        if if_(event):
            use_case(work, command_of(event), heard.cause)

    def ahead(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
        return _named(streams(heard.body)) if if_(cast(E, heard.body)) else {}

    def further(heard: Heard, work: Work) -> Mapping[str, Fold[Any]]:
        return _account(heard.body, work) if streams is _scene and if_(cast(E, heard.body)) else {}

    return kind.TYPE, Reaction(handle, lambda heard: keys(heard.body), ahead, further)


def _key(event: told.OfDelivery) -> Iterable[UniqueKey]:
    yield charge_key(event.organisation_id, event.message_id)


def _charge(event: gateway.OfDispatch | told.OfMessage) -> Iterable[str]:
    return (charge_stream(event.message_id),)


def _hold(event: gateway.OfDispatch | told.OfMessage) -> Iterable[str]:
    wallet = wallet_stream(event.organisation_id)
    return charge_stream(event.message_id), dealings_stream(event.customer_id), wallet


def _scene(event: told.OfMessage) -> Iterable[str]:
    return scene_streams(event.organisation_id, event.phone_number_id, event.customer_id, event.message_id)


def _account(event: Any, work: Work) -> Mapping[str, Fold[Any]]:
    """That of the number: its time zone, and what was counted in the month."""
    stream = number_stream(event.organisation_id, event.phone_number_id)
    number: Number = work.state(stream, fold_of(stream))
    return {} if number.waba_id is None else _named([account_stream(event.organisation_id, number.waba_id)])


def _dealings(event: told.OfCustomer) -> Iterable[str]:
    return (dealings_stream(event.customer_id),)


def _number(event: gateway.ChannelConnectionStarted) -> Iterable[str]:
    org = event.organisation_id
    return number_stream(org, event.phone_number_id), account_stream(org, event.waba_id)


def _staff(event: told.OfUser) -> Iterable[str]:
    return (staff_stream(event.organisation_id),)


def _named(streams: Iterable[str]) -> Mapping[str, Fold[Any]]:
    return {stream: fold_of(stream) for stream in streams}
