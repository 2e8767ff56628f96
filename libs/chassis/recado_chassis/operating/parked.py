"""`recado parked`: records that could not be handled, tried again or given up by a person who says why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from recado_chassis.consuming.parked import NotParked, RecordId, Retried, discard, retry, retry_record
from recado_chassis.operating.answers import AsJson, ServiceName, say, store_of, table, telling
from recado_chassis.running import installed
from recado_chassis.store import ParkedRow

MOST = 100_000

commands = typer.Typer(no_args_is_help=True, help="Records that could not be handled and wait for a person.")

Place = Annotated[str, typer.Argument(metavar="RECORD", help="topic/partition/offset, as `list` shows it.")]
Subject = Annotated[str | None, typer.Option("--subject", help="Only of this subject.")]


@commands.command("list")
def list_parked(
    service: ServiceName,
    subject: Subject = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, oldest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """What waits at RECADO_DATABASE and why, without anybody's data."""
    with store_of(service) as store:
        rows, count = store.parked(subject, limit), store.parked_count()
    heads = ("record", "reason", "subject", "attempts", "since", "error")
    lines = [(_name(row), row.reason, row.subject or "-", row.attempts, _since(row), row.error or "-") for row in rows]
    told = table(heads, lines, "nothing is parked")
    more = f"\n{count} are parked in all" if count > len(rows) and subject is None else ""
    say({"parked": [_about(row) for row in rows], "count": count}, told + more, as_json)


@commands.command("show")
def show(
    service: ServiceName,
    record: Place,
    value: Annotated[bool, typer.Option("--value", help="Print its bytes too, which may be somebody's data.")] = False,
    as_json: AsJson = False,
) -> None:
    """All that is known of one parked record."""
    with store_of(service) as store:
        row = store.parked_at(*_place(record))
        if row is None:
            raise NotParked(f"{record} is not parked")
    about = {
        **_about(row),
        "bytes": len(row.value or b""),
        "headers": {name: _text(content) for name, content in row.headers},
        **({"key": _text(row.key), "value": _text(row.value)} if value else {}),
    }
    say(about, "\n".join(f"{name}: {told}" for name, told in about.items()), as_json)


@commands.command("retry")
def retry_parked(
    service: ServiceName,
    subject: Subject = None,
    record: Annotated[str | None, typer.Option("--record", help="Only this one: topic/partition/offset.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are parked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have parked records handled again, in order for each subject. Needs the service's own settings.

    Exit code 1 where one fails again; it and those behind it stay parked.
    """
    if sum([subject is not None, record is not None, everything]) != 1:
        raise typer.BadParameter("give one of --subject, --record and --all")
    with telling():
        service_, prefix = installed.service(service).built()
        if record is not None:
            outcomes = [retry_record(service_, _place(record), prefix)]
        elif subject is not None:
            outcomes = [retry(service_, subject, prefix)]
        else:
            outcomes = _retry_all(service_, prefix)
    failed = [outcome for outcome in outcomes if outcome.failed is not None]
    done = sum(outcome.done for outcome in outcomes)
    told = [f"{done} handled", *(f"{_name(each.failed)} failed again: {each.error}" for each in failed if each.failed)]
    data = {"handled": done, "failed": [{"record": _name(f.failed), "error": f.error} for f in failed if f.failed]}
    say(data, "\n".join(told), as_json)
    raise typer.Exit(1 if failed else 0)


@commands.command("discard")
def discard_parked(
    service: ServiceName,
    record: Place,
    by: Annotated[str, typer.Option("--by", help="Who decides: an id, no name.")],
    because: Annotated[str, typer.Option("--because", help="Why, without anybody's data.")],
    as_json: AsJson = False,
) -> None:
    """Decide that a record will never be handled. The decision stands in the log; its subject then flows."""
    with telling():
        service_, _ = installed.service(service).built()
        discard(service_, _place(record), by=by, because=because)
    say({"discarded": record}, f"{record} is discarded", as_json)


def _retry_all(service: Any, prefix: str) -> list[Retried]:
    """Subject by subject; what stands alone by itself. Progress on stderr."""
    rows = service.streams.store.parked(limit=MOST)
    alone = [row for row in rows if not row.subject]
    subjects = list(dict.fromkeys(row.subject for row in rows if row.subject))
    outcomes = []
    with typer.progressbar([*alone, *subjects], label="parked", file=typer.get_text_stream("stderr")) as waiting:
        for each in waiting:
            if isinstance(each, ParkedRow):
                outcomes.append(retry_record(service, (each.topic, each.partition, each.offset), prefix))
            else:
                outcomes.append(retry(service, each, prefix))
    return outcomes


def _place(record: str) -> RecordId:
    topic, _, rest = record.partition("/")
    partition, _, offset = rest.partition("/")
    if not (topic and partition.lstrip("-").isdecimal() and offset.isdecimal()):
        raise typer.BadParameter(f"{record!r} is no record: give topic/partition/offset, as `recado parked list` does")
    return topic, int(partition), int(offset)


def _name(row: ParkedRow) -> str:
    return f"{row.topic}/{row.partition}/{row.offset}"


def _since(row: ParkedRow) -> str:
    return f"{row.parked_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _about(row: ParkedRow) -> dict[str, Any]:
    """Without key, value and headers: those may hold somebody's data."""
    hidden = ("key", "value", "headers")
    about = {name: told for name, told in asdict(row).items() if name not in hidden}
    age = datetime.now(UTC) - row.parked_at
    return {"record": _name(row), **about, "parked_at": _since(row), "age_seconds": int(age.total_seconds())}


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "backslashreplace")
