"""`recado inbox`: how far a service has read each partition, and where a paused one is to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from recado_events.catalogue import TOPICS

from recado_chassis.consuming.partitions import CannotResume, hold, reread, resume
from recado_chassis.operating.answers import AsJson, ServiceName, say, store_of, table
from recado_chassis.operating.offsets import offsets
from recado_chassis.settings import KafkaSettings
from recado_chassis.store import InboxRow

Topic = Annotated[str, typer.Argument(help="As `show` names it.")]
Partition = Annotated[
    int | None, typer.Argument(min=0, help="One of the topic's partitions; all where it is left out.")
]

commands = typer.Typer(no_args_is_help=True, help="How far a service has read Kafka's partitions.")


@commands.command("show")
def show(service: ServiceName, as_json: AsJson = False) -> None:
    """Every partition's next offset, what became of the records before it, and why it is paused if it is."""
    with store_of(service) as store:
        rows = store.inbox()
    heads = ("partition", "next", "position", "accepted", "refused", "duplicate", "parked", "paused")
    lines = [
        (
            f"{row.topic}/{row.partition}",
            row.next_offset,
            "-" if row.position is None else row.position,
            row.accepted,
            row.refused,
            row.duplicate,
            row.parked,
            row.paused or "-",
        )
        for row in rows
    ]
    say([asdict(row) for row in rows], table(heads, lines, "nothing was read yet"), as_json)


@commands.command("pause")
def pause_partitions(
    service: ServiceName,
    topic: Topic,
    because: Annotated[str, typer.Option("--because", help="Why, for whoever resumes it.")],
    partition: Partition = None,
    as_json: AsJson = False,
) -> None:
    """Hold a topic's partitions, or one of them, until they are resumed. Workers that run stop reading them."""
    with store_of(service) as store:
        held = hold(store, topic, partition, f"held by an operator: {because}")
    data = [{"topic": row.topic, "partition": row.partition, "next_offset": row.next_offset} for row in held]
    say(data, f"{len(held)} partition(s) of {topic} are paused", as_json)


@commands.command("resume")
def resume_partitions(
    service: ServiceName,
    topic: Topic,
    partition: Partition = None,
    at: Annotated[str, typer.Option("--at", help="An offset of the topic as it is now; next, first or end.")] = "next",
    other_log: Annotated[
        bool, typer.Option("--other-log", help="The owner's log was restored or made anew: forget its positions.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let a topic's paused partitions, or one of them, go on: at the `next` record that was not read, at the `first` or
    the `end` of what Kafka holds, or at an offset. Going back repeats nothing: positions that were read stay read."""
    with store_of(service) as store:
        paused = [row for row in store.inbox() if row.topic == topic and row.paused and row.partition >= 0]
        rows = [row for row in paused if row.partition == partition] if partition is not None else paused
        if not rows:
            named = f"no partition of {topic} is" if partition is None else f"{topic}/{partition} is not"
            raise CannotResume(f"{named} paused; its worker would overrule you")
        places = _places(rows, at)
        done = [
            resume(store, topic, row.partition, places[row.topic, row.partition], other_log=other_log) for row in rows
        ]
    data = [{"topic": row.topic, "partition": row.partition, "next_offset": row.next_offset} for row in done]
    told = "\n".join(f"{row.topic}/{row.partition} goes on at offset {row.next_offset} within seconds" for row in done)
    say(data, told, as_json)


@commands.command("reread")
def reread_history(
    service: ServiceName,
    topic: Topic,
    other_log: Annotated[
        bool, typer.Option("--other-log", help="The owner's log was restored or made anew: read all of it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Have a log that Kafka no longer holds told by its owner, from where this service stands; then go on at Kafka's
    end. Workers read it that have RECADO_EVENTS_URLS."""
    with store_of(service) as store:
        if any(each.raw_types and topic.endswith(each.name) for each in TOPICS):
            raise CannotResume(f"{topic} holds what Meta sent, which stands in no log: resume it at the first record")
        position = reread(store, topic, other_log=other_log)
    told = f"{topic} is read from its owner above position {position}, then from Kafka's end on"
    say({"topic": topic, "after": position}, told, as_json)


def _places(rows: Sequence[InboxRow], at: str) -> dict[tuple[str, int], int]:
    if at == "next":
        return {(row.topic, row.partition): row.next_offset for row in rows}
    if at == "first":
        return offsets(KafkaSettings.from_environment().kafka, rows, "first")
    if at == "end":
        return offsets(KafkaSettings.from_environment().kafka, rows, "end")
    if not at.isdecimal():
        raise typer.BadParameter(f"{at!r} is none of: an offset, next, first, end")
    if len(rows) > 1:
        raise typer.BadParameter("an offset is one partition's: name the partition too")
    return {(row.topic, row.partition): int(at) for row in rows}
