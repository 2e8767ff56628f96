"""What the outside world says happened, whatever our stores hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from recado_chassis.mapper import Recorded
from recado_chassis.verifying.figures import Figure

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToldLog:
    """What a service has told, in the form in which it tells it now."""

    end: int
    """The last position of its log, whatever stands there."""
    above: Callable[[int], Iterable[Recorded]]
    """Its published events above a position, in order."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """None where the outside world was not asked or does not know: then what depends on it is not judged."""

    offered: Sequence[Json] | None = None
    """Every body that was ever sent to us and signed, taken or not."""
    taken: Sequence[Json] | None = None
    """Those of them that we acknowledged."""
    sends: Sequence[Json] | None = None
    """What the outside world accepted from us, in order."""
    submissions: Sequence[Json] | None = None
    """Every call that was to make a template of ours, in order; `subcode` says why it was refused."""
    payments: Sequence[Json] | None = None
    """What the payment provider was paid: amounts in cents, and the labels that we gave them."""
    answered: Sequence[str] | None = None
    """Ids that successful answers to commands named."""
    logs: Mapping[str, ToldLog] = field(default_factory=dict)
    """Of the services that are compared, by their names."""


Check = Callable[[Connection[Any], Evidence], Iterable[Figure]]
"""A service's own figures; found by the entry point `recado.checks` of its name. The connection is in autocommit mode
and reads as the service's role does."""
