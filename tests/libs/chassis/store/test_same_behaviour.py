"""Whatever is committed in whatever order, the store in memory does what the one in PostgreSQL does."""

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from recado_chassis.store import Changes, Conflict, Fenced, InboxRow, Store
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.storing.postgres import PostgresStore

from tests.libs.chassis.store.rows import alias, command, command_key, commit, event, move, parked, partition

STREAMS = ("a", "b", "c")
KEYS = tuple(alias(value) for value in ("x", "y", "z"))
OFFSETS = (1, 2, 3)
SUBJECTS = ("one", "two", "")
TABLES = "stored_events, unique_rows, commands, inbox, parked"

few = st.integers(0, 2)
mostly_right = st.sampled_from([0] * 9 + [1])


class Twins(RuleBasedStateMachine):
    """Every step does the same to both; beliefs are mostly right, for a wrong one ends a transaction early."""

    postgres: PostgresStore

    def __init__(self) -> None:
        super().__init__()
        self.memory = MemoryStore()
        self.both: tuple[Store, Store] = (self.memory, self.postgres)

    @initialize()
    def start_empty(self) -> None:
        with self.postgres.connection() as connection:
            connection.execute("SET session_replication_role = replica")  # history cannot be emptied otherwise
            connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY")
            connection.execute("SET session_replication_role = origin")

    @rule(data=st.data(), locked=st.booleans())
    def transact(self, data: st.DataObject, locked: bool) -> None:
        changes = self._changes(data.draw)
        outcomes = [outcome(store, changes, locked) for store in self.both]
        assert outcomes[0] == outcomes[1]

    @rule(number=few, offset=few)
    def adopt(self, number: int, offset: int) -> None:
        for store in self.both:
            store.adopt(partition(number, offset))

    @rule(number=few, offset=few)
    def pause(self, number: int, offset: int) -> None:
        for store in self.both:
            store.pause(partition(number, offset), "lost")

    @rule(number=few, offset=few)
    def count_parked(self, number: int, offset: int) -> None:
        memory, postgres = (
            (store.parked_count("recado.tests.v1", number, offset), store.parked_at("recado.tests.v1", number, offset))
            for store in self.both
        )
        assert memory == postgres

    @invariant()
    def both_hold_the_same(self) -> None:
        assert contents(self.memory) == contents(self.postgres)

    def _changes(self, draw: Any) -> Changes:
        changes = Changes()
        with self.memory.session() as session:
            owners = session.find(KEYS)
            parked_now = session.parked_subjects(SUBJECTS)
            versions = {stream: len(session.load({stream: 0}).get(stream, [])) for stream in STREAMS}
        for stream in draw(st.sets(st.sampled_from(STREAMS))):
            believed = changes.expected[stream] = versions[stream] + draw(mostly_right)
            changes.events += [event(stream, believed + step) for step in range(1, draw(few) + 1)]
        for key in draw(st.sets(st.sampled_from(KEYS))):
            if key in owners:
                changes.releases[key] = draw(st.sampled_from([owners[key]] * 5 + ["somebody"]))
            if draw(st.booleans()):
                changes.claims[key] = draw(st.sampled_from(["me", "you"]))
        for row in self.memory.inbox():
            if draw(st.booleans()):
                changes.moves.append(self._move(draw, row))
        for subject in draw(st.sets(st.sampled_from(SUBJECTS))):
            changes.subjects[subject] = (subject in parked_now) != bool(draw(mostly_right))
        self._park(draw, changes)
        if draw(st.booleans()):
            changes.command = command(draw(st.sampled_from("klmnopqrst")))
        return changes

    def _move(self, draw: Any, row: InboxRow) -> Any:
        believed = replace(row, next_offset=row.next_offset + draw(mostly_right))
        more = {"log": draw(st.sampled_from(["log", None])), "position": draw(st.sampled_from([7, None]))}
        return move(believed, row.next_offset + draw(few), accepted=row.accepted + 1, **more)

    def _park(self, draw: Any, changes: Changes) -> None:
        there = {row.offset: row for row in self.memory.parked()}
        for offset in draw(st.sets(st.sampled_from(OFFSETS))):
            if offset in there:
                changes.unpark.append(there[offset])
            if offset not in there or draw(mostly_right):
                changes.park.append(parked(offset, draw(st.sampled_from(SUBJECTS))))


def outcome(store: Store, changes: Changes, locked: bool) -> object:
    try:
        return rank(store, commit(store, changes, locked=locked))
    except (Conflict, Fenced) as error:
        return type(error)


def rank(store: Store, position: int) -> int:
    """Positions of PostgreSQL have holes where a transaction was rolled back."""
    return sum((row.position or 0) <= position for row in store.read(0, 10_000))


def contents(store: Store) -> dict[str, Any]:
    with store.session() as session:
        commands = [session.command(command_key(key)) for key in "klmnopqrst"]
        return {
            "log": [row._replace(position=rank(store, row.position or 0)) for row in store.read(0, 10_000)],
            "end": rank(store, store.end()),
            "streams": session.load(dict.fromkeys(STREAMS, 1)).keys(),
            "owners": session.find(KEYS),
            "commands": [row and replace(row, position=rank(store, row.position)) for row in commands],
            "inbox": [replace(row, moved_at=None) for row in store.inbox()],
            "parked": store.parked(),
            "subjects": session.parked_subjects(SUBJECTS),
        }


def test_both_stores_do_the_same(postgres_store: PostgresStore) -> None:
    class Here(Twins):
        postgres = postgres_store

    run_state_machine_as_test(Here, settings=settings(max_examples=30, stateful_step_count=25))
