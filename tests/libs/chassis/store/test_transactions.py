"""The unit of work on both stores: decisions made at the same time lose nothing and repeat nothing."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.store import Contradiction, Store
from recado_chassis.streams import Remembering, Streams
from recado_chassis.work import Fold, Folded, Work
from recado_events.event import Event

from tests.libs.chassis.store.conftest import AnyStore
from tests.libs.chassis.store.rows import alias
from tests.libs.chassis.store.shelves import COUNTING, MAPPER, Shelving

WRITERS = 8


def test_decisions_made_at_the_same_time_all_count(store: Store) -> None:
    """Each writer has a cache of its own, as processes have."""
    shelvings = [Shelving(store) for _ in range(WRITERS)]

    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in range(10):
            list(pool.map(lambda shelving: shelving.shelve("ab"), shelvings))

    rows = store.read(0, 1000)
    for shelf in "ab":
        books = [MAPPER.decode(row.state).event for row in rows if row.stream == f"shelf-{shelf}"]
        assert [getattr(book, "number", None) for book in books] == list(range(1, 81))


def test_of_many_who_find_a_key_free_one_gets_it(store: Store) -> None:
    clock = SystemClock()
    start = threading.Barrier(WRITERS)

    def open_conversation(me: str) -> str:
        streams = Streams(store, MAPPER, clock, Uuid7(clock))
        attempts = 0

        def decide(work: Work) -> str:
            nonlocal attempts
            owner = work.find(alias("customer"))
            if attempts == 0:
                start.wait(10)
            attempts += 1
            if owner is None:
                work.claim(alias("customer"), me)
            return owner or me

        return streams.transact(decide).value

    with ThreadPoolExecutor(WRITERS) as pool:
        owners = set(pool.map(open_conversation, (f"conversation-{number}" for number in range(WRITERS))))

    assert len(owners) == 1


def test_a_second_attempt_holds_the_lock_before_it_looks(store: AnyStore) -> None:
    """A writer that always comes in between spoils the first attempt only."""
    clock = SystemClock()
    streams = Streams(store, MAPPER, clock, Uuid7(clock))
    intruder = Shelving(store)
    attempts: list[int] = []

    def decide(work: Work) -> int:
        seen = work.state("shelf-a", COUNTING)
        attempts.append(seen)
        writing = threading.Thread(target=intruder.shelve, args=["a"])
        writing.start()
        writing.join(0.3)
        work.claim(alias("x")._replace(value=str(len(attempts))), "me")
        intruders.append(writing)
        return seen

    intruders: list[threading.Thread] = []
    assert streams.transact(decide).value == 1
    for each in intruders:
        each.join()

    assert attempts == [0, 1]
    assert streams.read("shelf-a", COUNTING) == 2


def test_after_a_lost_race_no_more_is_loaded_than_what_came_meanwhile(store: Store) -> None:
    clock = SystemClock()
    streams, intruder = Streams(store, MAPPER, clock, Uuid7(clock)), Shelving(store)
    for _ in range(30):
        intruder.shelve("ab")
    folded: list[str] = []

    def counting(before: int, event: Event) -> int:
        folded.append(event.stream)
        return COUNTING.evolve(before, event)

    kept, looks = Fold(0, counting), 0

    def decide(work: Work) -> tuple[int, int]:
        nonlocal looks
        looks += 1
        seen = work.state("shelf-a", kept), work.state("shelf-b", kept)
        if looks == 1:
            intruder.shelve("b")
        work.claim(alias("x"), "me")
        return seen

    assert streams.transact(decide).value == (30, 31)
    assert (looks, folded.count("shelf-a"), folded.count("shelf-b")) == (2, 30, 31)


def test_what_was_remembered_of_a_history_that_is_no_more_is_forgotten(store: Store) -> None:
    clock = SystemClock()
    streams = Streams(store, MAPPER, clock, Uuid7(clock))
    Shelving(store).shelve("a")
    streams.read("shelf-a", COUNTING)
    streams._remembered["shelf-a"] = Folded(7, 7, COUNTING)

    def decide(work: Work) -> int:
        seen = work.state("shelf-a", COUNTING)
        work.claim(alias("x"), "me")
        return seen

    assert streams.transact(decide).value == 1


def test_what_conflicts_even_when_nobody_else_can_write_is_no_race(store: Store) -> None:
    clock = SystemClock()
    streams = Streams(store, MAPPER, clock, Uuid7(clock))
    streams.transact(lambda work: work.claim(alias("x"), "somebody"))
    attempts: list[int] = []

    def careless(work: Work) -> None:
        attempts.append(1)
        work.changes.claims[alias("x")] = "me"

    with pytest.raises(Contradiction):
        streams.transact(careless, attempts=3)

    assert len(attempts) == 3


def test_the_cache_of_states_bears_many_threads() -> None:
    cache, known = Remembering(2), Folded(1, 0, COUNTING)
    until = time.monotonic() + 0.5

    def use(stream: str) -> None:
        while time.monotonic() < until:
            cache[stream] = known
            cache.pop("a", None)
            cache.clear()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, ["a", "a", "b", "c"])) == [None] * 4
