"""What a service's README tells its readers to type: the curl commands, made as requests, so that they stay true."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fastapi.routing import APIRoute
from recado_chassis.service import Service

from tests.samples import JPEG


class Curl(NamedTuple):
    method: str
    path: str
    """With its query."""
    headers: dict[str, str]
    who: str
    body: str | bytes | None


SAMPLES = {"jpg": JPEG}
"""What stands in files whose names end so."""


def readme(service: ModuleType) -> str:
    """`service` is its package."""
    return (Path(service.__file__ or "").parents[1] / "README.md").read_text(encoding="utf-8")


def curls(text: str, known: Mapping[str, Any]) -> Iterator[Curl]:
    """The commands in fenced `sh` blocks; `$NAME` is filled in from `known`, a service's address is the empty text."""
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        lines = Template(block.replace("\\\n", " ")).substitute(known).splitlines()
        yield from (_curl(shlex.split(line, comments=True)) for line in lines if line.startswith("curl "))


def _curl(words: list[str]) -> Curl:
    method, who, path = "GET", "", ""
    body: str | bytes | None = None
    headers: dict[str, str] = {}
    rest = iter(words[1:])
    for word in rest:
        match word:
            case "-X":
                method = next(rest)
            case "-d":
                body = next(rest)
            case "--data-binary":
                body = SAMPLES[next(rest).rpartition(".")[2]]
            case "-H":
                header = next(rest)
                if header.startswith("@"):
                    who = Path(header[1:]).name
                else:
                    name, _, value = header.partition(": ")
                    headers[name] = value
            case _:
                path = word
    return Curl(method, path, headers, who, body)


def routes(service: Service) -> set[tuple[str, str]]:
    """Method and path template of everything it answers."""
    found = [route for router in service.answers for route in router.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in found for method in route.methods or ()}


def uncalled(service: Service, made: list[Curl]) -> set[tuple[str, str]]:
    """Routes that none of these commands calls."""
    return {
        (method, template)
        for method, template in routes(service)
        if not any(call.method == method and _fits(template, urlsplit(call.path).path) for call in made)
    }


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None
