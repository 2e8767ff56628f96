"""Where everything is and how to get in: for people, for scripts, for curl."""

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console

from deploy.local.credentials import Organisation, Secrets
from deploy.local.programs import Addresses, Program
from deploy.local.settings import SERVICES
from deploy.local.state import State


def endpoints_of(
    addresses: Addresses, secrets: Secrets, organisation: Organisation, tokens: Mapping[str, str | list[str]]
) -> dict[str, Any]:
    return {
        **{name: addresses.url(name) for name in (*SERVICES, "simulator", "payments")},
        "kafka": addresses.kafka,
        "databases": dict(addresses.databases),
        "app_secret": secrets.app_secret,
        "verify_token": secrets.verify_token,
        "organisation": organisation.organisation_id,
        "waba_id": organisation.waba_id,
        "phone_number_id": organisation.phone_number_id,
        "tokens": dict(tokens),
    }


def write_endpoints(state: State, endpoints: Mapping[str, Any]) -> None:
    """`endpoints.json`, and a file with the authorization header of each person for `curl -H @file`."""
    state.write("endpoints", dict(endpoints))
    for name, token in people(endpoints).items():
        file = state.headers / name
        file.touch(mode=0o600)
        file.write_text(f"Authorization: Bearer {token}\n")


def write_environments(state: State, programs: Iterable[Program]) -> None:
    """What each service is told, for commands at a shell: `set -a; . .recado/environments/crm`."""
    for program in programs:
        file = state.environments / program.name
        file.touch(mode=0o600)
        told = {name: value for name, value in program.environment.items() if name.startswith("RECADO_")}
        file.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(told.items())))


def people(endpoints: Mapping[str, Any]) -> dict[str, str]:
    """Name → token: operator, administrator, agent-1 and so on."""
    tokens = endpoints["tokens"]
    agents = {f"agent-{number}": token for number, token in enumerate(tokens["agents"], start=1)}
    return {"operator": tokens["operator"], "administrator": tokens["administrator"], **agents}


def show_endpoints(console: Console, state: State, endpoints: Mapping[str, Any]) -> None:
    rows = {
        name: f"{endpoints[name]}{'/docs' if name in SERVICES else ''}" for name in (*SERVICES, "simulator", "payments")
    }
    rows["kafka"] = endpoints["kafka"]
    rows |= {f"database of {service}": dsn for service, dsn in endpoints["databases"].items()}
    rows |= {name.replace("_", " "): endpoints[name] for name in ("organisation", "waba_id", "phone_number_id")}
    rows |= {f"token of {name}": token for name, token in people(endpoints).items()}
    rows["all of this"] = str(state.endpoints)
    rows["curl as agent-1"] = f"curl -H @{state.headers}/agent-1 {endpoints['conversations']}/conversations"
    width = max(map(len, rows))
    console.print()
    for name, value in rows.items():
        console.print(f"{name:<{width}}  {value}", soft_wrap=True, highlight=False, markup=False)
