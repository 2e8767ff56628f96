"""How a stream's events become its state, and how a long one's state is kept beside them."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from pydantic import TypeAdapter
from recado_events.event import Event

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Keeping(Generic[S]):
    """How states are kept: a cache, so that a stream without end is not read from its beginning after every start.

    `key` changes with the code that folds and the shape of the state: what was kept under another key is not read.
    """

    key: str
    dump: Callable[[S], bytes]
    load: Callable[[bytes], S]
    every: int
    """A state is kept once so many events of its stream have come."""


@dataclass(frozen=True, slots=True)
class Fold(Generic[S]):
    """How a stream's events become its state. `evolve` is pure and total, and states are immutable."""

    initial: S
    evolve: Callable[[S, Event], S]
    keeping: Keeping[S] | None = None
    """None where streams stay short."""


class Folded(NamedTuple):
    """A stream at a version, as one fold sees it."""

    version: int
    state: Any
    fold: Fold[Any]


def _plain(value: Any) -> Any:
    """States hold their mappings read-only, which JSON knows nothing of. Raises TypeError for anything else."""
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be kept")


def kept(initial: S, evolve: Callable[[S, Event], S], *, every: int = 200) -> Fold[S]:
    """A fold whose states are kept. `initial` is a dataclass or pydantic model that JSON can hold."""
    adapter: TypeAdapter[S] = TypeAdapter(type(initial))
    module = inspect.getmodule(evolve)
    code = inspect.getsource(module if module is not None else evolve)
    shape = orjson.dumps(adapter.json_schema(mode="serialization"), option=orjson.OPT_SORT_KEYS)
    key = hashlib.sha256(code.encode() + shape).hexdigest()[:32]
    return Fold(
        initial, evolve, Keeping(key, partial(adapter.dump_json, fallback=_plain), adapter.validate_json, every)
    )
