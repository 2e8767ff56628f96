"""History of a number that also lives in the phone app, as Meta hands it over. Meta's contract, section 11."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from recado_events.identity import Alias

from conversations.adapters.kafka.meta_people import aliases_of, moment_of
from conversations.adapters.kafka.meta_update import Told
from conversations.commands import ImportPast, PastMessage, SetAsideUpdate
from conversations.domain.meta_content import content_of
from conversations.domain.meta_values import Json, object_of, text_of


def past(told: Told) -> ImportPast | SetAsideUpdate:
    """A chunk of threads, or one medium whose placeholder was in a chunk. What holds no message is kept whole."""
    threads = told.body.get("threads")
    found = list(_of_threads(told, threads) if isinstance(threads, list) else _of_medium(told))
    if not found:
        return told.set_aside()
    return ImportPast(
        organisation_id=told.organisation_id,
        phone_number_id=told.phone_number_id,
        messages=tuple({message.message_id: message for message in found}.values()),
        now=moment_of(told.update, None).now,
    )


def _of_threads(told: Told, threads: Iterable[Any]) -> Iterator[PastMessage]:
    for thread in map(object_of, threads):
        context, messages = object_of(thread.get("context")), thread.get("messages")
        party = text_of(thread.get("id"))
        named = ("user_id" if party and "." in party else "wa_id", party)
        aliases = aliases_of(
            named,
            ("wa_id", context.get("wa_id")),
            ("user_id", context.get("user_id")),
            ("parent_user_id", context.get("parent_user_id")),
        )
        for message in messages if isinstance(messages, list) else ():
            yield from _message(told, object_of(message), aliases)


def _of_medium(told: Told) -> Iterator[PastMessage]:
    """Of the business's own it says to whom they went, of a customer's from whom they came."""
    body = told.body
    to = aliases_of(("wa_id", body.get("to")), ("user_id", body.get("to_user_id")))
    sender = aliases_of(
        ("wa_id", body.get("from")),
        ("user_id", body.get("from_user_id")),
        ("parent_user_id", body.get("from_parent_user_id")),
    )
    yield from _message(told, body, to or sender)


def _message(told: Told, message: Json, aliases: tuple[Alias, ...]) -> Iterator[PastMessage]:
    """Nothing where it has no id or nobody is at the other end."""
    wamid = text_of(message.get("id"))
    if wamid is None or not aliases:
        return
    theirs = {(alias.kind, alias.value) for alias in aliases}
    sender = aliases_of(("wa_id", message.get("from")), ("user_id", message.get("from_user_id")))
    status = text_of(object_of(message.get("history_context")).get("status"))
    yield PastMessage(
        message_id=told.id_of(wamid),
        wamid=wamid,
        aliases=aliases,
        by_business=not any((alias.kind, alias.value) in theirs for alias in sender),
        content=content_of(message),
        status=None if status is None else status.lower(),
        occurred_at=moment_of(told.update, message.get("timestamp")).occurred_at,
    )
