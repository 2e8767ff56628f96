"""Who somebody is at Meta: typed aliases. Any one of them may be missing, today or for ever."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from recado_events.event import Fact
from recado_events.numbers import variants

AliasKind = Literal["wa_id", "variant", "user_id", "parent_user_id"]


class Alias(Fact):
    """`kind` is open to later kinds; the known ones are those of `AliasKind`.

    `wa_id` is what Meta gave and what is sent to; a `variant` (a Brazilian ninth digit more or less …) only matches.
    """

    kind: str
    value: str


class Recipient(Fact):
    """Where to send: a `wa_id` when there is one (it wins), else a business-scoped user id."""

    wa_id: str | None = None
    user_id: str | None = None


_NAMESPACES = {"wa_id": "phone", "variant": "phone", "user_id": "user", "parent_user_id": "parent"}


def spellings(aliases: Iterable[Alias]) -> list[tuple[str, str]]:
    """Every (namespace, value) under which these aliases may have been seen: who shares one is the same person."""
    found: dict[tuple[str, str], None] = {}
    for alias in aliases:
        namespace = _NAMESPACES.get(alias.kind, alias.kind)
        others = variants(alias.value) if namespace == "phone" else ()
        found.update(dict.fromkeys((namespace, value) for value in (alias.value, *others)))
    return list(found)
