"""Starts all of Recado on this machine, in order, and stops it in reverse."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from deploy.local.api import Api
from deploy.local.components import ProgramComponent, ServerComponent
from deploy.local.credentials import settle_organisation, settle_secrets, tokens
from deploy.local.endpoints import endpoints_of, people, write_endpoints, write_environments
from deploy.local.programs import Addresses, payments_simulator, services, simulator
from deploy.local.provider import Kafka, Postgres
from deploy.local.schema import bring_up_to_date
from deploy.local.seed import seed
from deploy.local.servers import kafka_of, postgres_of
from deploy.local.settings import SERVICES, Settings, settle_ports
from deploy.local.stack import Stack
from deploy.local.state import State
from deploy.local.survivors import end_survivors

Say = Callable[[str], None]


class Launcher:
    """One local installation. Whoever uses it holds the state's lock."""

    def __init__(self, state: State, settings: Settings, say: Say) -> None:
        self._state = state
        self._settings = settings
        self._begun = time.monotonic()
        self._say = say
        self.stack = Stack(state, say)
        self.secrets = settle_secrets(state)
        self.organisation = settle_organisation(state)

    def start(self) -> dict[str, Any]:
        """Everything up, seeded and written down; gives the endpoints."""
        addresses = self.start_servers()
        bring_up_to_date(addresses, self.secrets)
        self._step("topics created, databases migrated")
        self._start_programs(addresses)
        issued = tokens(self.secrets, self.organisation)
        endpoints = endpoints_of(addresses, self.secrets, self.organisation, issued)
        with httpx.Client(timeout=30) as client:
            seed(Api(client, people(endpoints)), endpoints, self.organisation)
        self._step("one organisation seeded: its edition, a connected channel, an administrator, three agents")
        write_endpoints(self._state, endpoints)
        return endpoints

    def start_servers(self) -> Addresses:
        """Kafka and PostgreSQL with a database a service."""
        survivors = end_survivors(self._state)
        if survivors:
            self._step(f"ended what a crashed launcher had left: {', '.join(survivors)}")
        ports = settle_ports(self._state, self._settings.ports)
        kafka = kafka_of(self._state, self._settings, ports["kafka"])
        postgres = postgres_of(self._state, self._settings, ports["postgres"], self.secrets)
        self.stack.start(ServerComponent("postgres", postgres), ServerComponent("kafka", kafka))
        self._step(f"servers ready: {kafka.backend}, {postgres.backend}")
        return _addresses(kafka, postgres, ports, str(self._state.data / "files"))

    def _start_programs(self, addresses: Addresses) -> None:
        log = self._state.data / "simulator" / "sends.jsonl"
        meta = simulator(addresses, self.secrets, self.organisation, str(log))
        payments = payments_simulator(addresses, self.secrets, str(log.with_name("payments.json")))
        self.stack.start(*(ProgramComponent(each, self._state.logs / f"{each.name}.log") for each in (meta, payments)))
        self._step("simulators of Meta's platform and of the payment provider ready")
        programs = services(addresses, self.secrets)
        write_environments(self._state, programs)
        self.stack.start(*(ProgramComponent(program, self._state.logs / f"{program.name}.log") for program in programs))
        self._step(f"services ready: {', '.join(program.name for program in programs)}")

    def _step(self, text: str) -> None:
        self._say(f"{text} ({time.monotonic() - self._begun:.1f} s)")


def _addresses(kafka: Kafka, postgres: Postgres, ports: dict[str, int], files: str) -> Addresses:
    databases = {service: postgres.ensure_database(f"recado_{service}") for service in SERVICES}
    return Addresses(kafka.bootstrap, databases, ports, files)
