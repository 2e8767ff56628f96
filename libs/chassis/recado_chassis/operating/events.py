"""`recado events`: a service's log as its subscribers see it, filtered, for looking at and for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from typing import Annotated, Any

import httpx
import typer

PAGE = 500

commands = typer.Typer(no_args_is_help=True, help="A service's events, as its subscribers see them.")

Url = Annotated[str, typer.Argument(help="Where the service answers: http://host:port")]
Token = Annotated[str, typer.Option("--token", envvar="RECADO_SERVICE_TOKEN", help="Of a service.", show_envvar=True)]
After = Annotated[int | None, typer.Option("--after", min=0, help="Only above this position.")]
Types = Annotated[list[str] | None, typer.Option("--type", help="conversations.message-*, several times for several.")]
Organisation = Annotated[str | None, typer.Option("--organisation", help="Only of this organisation's id.")]
Subject = Annotated[str | None, typer.Option("--subject", help="Only of this subject.")]
Stream = Annotated[str | None, typer.Option("--stream", help="Only of this stream.")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are printed."""

    types: list[str]
    organisation: str | None
    subject: str | None
    stream: str | None

    def has(self, event: dict[str, Any]) -> bool:
        named = {"tenantid": self.organisation, "subject": self.subject, "stream": self.stream}
        return all(event.get(name) == value for name, value in named.items() if value is not None) and (
            not self.types or any(fnmatch(event["type"], pattern) for pattern in self.types)
        )


@commands.command("replay")
def replay(
    url: Url,
    token: Token,
    after: After = None,
    types: Types = None,
    organisation: Organisation = None,
    subject: Subject = None,
    stream: Stream = None,
    before: Annotated[datetime | None, typer.Option("--before", help="Recorded before this time, UTC.")] = None,
) -> None:
    """Print the log from the beginning, or above a position, to its end: one event a line. Progress on stderr."""
    wanted = Wanted(types or [], organisation, subject, stream)
    with _telling(), _client(url, token) as client:
        first, end = after or 0, _end(client)
        with typer.progressbar(length=max(end - first, 1), label="events", file=sys.stderr, show_pos=True) as bar:
            for events, reached in _pages(client, first):
                for event in events:
                    if before and datetime.fromisoformat(event["recordedtime"]).replace(tzinfo=None) >= before:
                        return
                    _print(event, wanted)
                bar.update(reached - first)
                first = reached


@commands.command("tail")
def tail(
    url: Url,
    token: Token,
    after: After = None,
    types: Types = None,
    organisation: Organisation = None,
    subject: Subject = None,
    stream: Stream = None,
) -> None:
    """Print what is added to the log from now on, or above a position, until Ctrl-C: one event a line."""
    wanted = Wanted(types or [], organisation, subject, stream)
    with _telling(), _client(url, token) as client:
        first = _end(client) if after is None else after
        with client.stream("GET", "/events/stream", params={"after": first}) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                if line:
                    _print(json.loads(line), wanted)


def _pages(client: httpx.Client, after: int) -> Iterator[tuple[list[dict[str, Any]], int]]:
    end = after + 1
    while after < end:
        page = client.get("/events", params={"after": after, "limit": PAGE}).raise_for_status().json()
        after, end = page["next"], page["end"]
        yield page["events"], after


def _end(client: httpx.Client) -> int:
    end: int = client.get("/events", params={"limit": 1}).raise_for_status().json()["end"]
    return end


def _print(event: dict[str, Any], wanted: Wanted) -> None:
    if wanted.has(event):
        print(json.dumps(event, ensure_ascii=False), flush=True)  # noqa: T201 - the answer


@contextmanager
def _client(url: str, token: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except httpx.HTTPStatusError as error:
        raise _ended(f"the service answers {error.response.status_code}: is the token one of a service?") from None
    except httpx.HTTPError as error:
        raise _ended(f"the service does not answer: {type(error).__name__}") from None
    except (KeyboardInterrupt, BrokenPipeError):
        raise typer.Exit(0) from None


def _ended(told: str) -> typer.Exit:
    typer.echo(f"recado: {told}", err=True)
    return typer.Exit(1)
