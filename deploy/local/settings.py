"""What a developer may configure in the environment, and the ports that a local installation keeps."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.errors import LocalError
from deploy.local.ports import free_port, is_free
from deploy.local.provider import Backend, backend_named
from deploy.local.state import State

SERVICES = ("gateway", "conversations", "templates", "crm", "billing")
LISTENERS = ("kafka", "postgres", "simulator", "payments", *SERVICES)


@dataclass(frozen=True)
class Settings:
    kafka: str | None  # RECADO_KAFKA: host:port of a broker that runs already
    postgres: str | None  # RECADO_POSTGRES: URL of a server that runs already
    backend: Backend | None  # RECADO_BACKEND: native or docker, whatever would be found
    ports: Mapping[str, int]  # RECADO_<NAME>_PORT


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    return Settings(
        kafka=environment.get("RECADO_KAFKA") or None,
        postgres=environment.get("RECADO_POSTGRES") or None,
        backend=backend_named(environment.get("RECADO_BACKEND")),
        ports={
            name: _port(variable, environment[variable])
            for name in LISTENERS
            if environment.get(variable := f"RECADO_{name.upper()}_PORT")
        },
    )


def settle_ports(state: State, configured: Mapping[str, int]) -> dict[str, int]:
    """A port for each listener: the configured one, else the one of last time, else a free one. Kept for next time."""
    before = state.read("ports")
    ports: dict[str, int] = {}
    for name in LISTENERS:
        wanted = configured.get(name) or before.get(name)
        if wanted is None or (name not in configured and not is_free(wanted)):
            if wanted:
                print(f"port {wanted}, which {name} had last time, is taken: it gets another one", flush=True)
            wanted = free_port(frozenset({*ports.values(), *configured.values(), *before.values()}))
        elif not is_free(wanted):
            raise LocalError(f"port {wanted} (RECADO_{name.upper()}_PORT) is taken: free it or configure another")
        ports[name] = int(wanted)
    state.write("ports", dict(ports))
    return ports


def _port(variable: str, text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise LocalError(f"{variable}={text!r} is not a port: give a number from 1 to 65535")
    return int(text)
