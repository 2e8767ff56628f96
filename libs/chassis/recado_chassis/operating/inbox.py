"""`recado inbox`: how far a service has read each partition, and where a paused one is to go on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from recado_chassis.consuming.partitions import resume
from recado_chassis.operating.answers import AsJson, ServiceName, say, store_of, table

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


@commands.command("resume")
def resume_partition(
    service: ServiceName,
    topic: Annotated[str, typer.Argument(help="As `show` names it.")],
    partition: Annotated[int, typer.Argument(min=0)],
    at: Annotated[int, typer.Option("--at", min=0, help="The offset of the topic as it is now, to go on from.")],
    other_log: Annotated[
        bool, typer.Option("--other-log", help="The owner's log was restored or made anew: forget its positions.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let a paused partition go on. Going back repeats nothing: positions that were read stay read."""
    with store_of(service) as store:
        row = resume(store, topic, partition, at, other_log=other_log)
    told = f"{topic}/{partition} goes on at offset {row.next_offset} within seconds"
    say({"topic": topic, "partition": partition, "next_offset": row.next_offset}, told, as_json)
