"""Every operation answers as its service describes it in its OpenAPI document: asked fittingly or not, by whoever may
ask and by nobody, about what there is and about what there is not."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Err
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.local.launcher import Launcher
from tests.journeys.databases import Databases
from tests.journeys.world import SERVICES, World
from tests.security.marked import Marked
from tests.security.routes import ROUTES, Route
from tests.simulator.client import Simulator
from tests.simulator.connections import direct_client

pytestmark = pytest.mark.timeout(240)
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 6, pytest.param(40, marks=pytest.mark.long)
"""Of each operation."""
ENDLESS = ("/events/stream", "/stream")
"""Their answers do not end: `test_stream.py`, `test_event_stream.py`."""
ENDING = ("DELETE", "/disconnect", "/merge", "/finish")
"""What there is no more of afterwards; asked last."""


@pytest.fixture(scope="module")
def marked(running: tuple[Launcher, dict[str, Any]], databases: Databases) -> Marked:
    """An organisation with one of everything."""

    async def made() -> Marked:
        launcher, endpoints = running
        async with direct_client(timeout=30) as http, Simulator(endpoints["simulator"]) as meta:
            world = World(launcher, endpoints, http, meta, databases)
            await world.ready()
            return await Marked.new(world)

    return asyncio.run(made())


@pytest.mark.parametrize("examples", EXAMPLES)
@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_answers_as_it_is_described(world: World, marked: Marked, service: str, examples: int) -> None:
    document = schemathesis.openapi.from_url(f"{world.endpoints[service]}/openapi.json")
    wrong: list[str] = []
    for operation in sorted(map(read, document.get_all_operations()), key=ends):
        if operation.path in ENDLESS:
            continue
        try:
            Trying(marked, Route(service, operation.method.upper(), operation.path)).tries(operation, examples)
        except AssertionError as error:
            wrong.append(f"{operation.label}: {error}")
        except BaseExceptionGroup as errors:
            wrong += [f"{operation.label}: {error}" for error in errors.exceptions]
    assert wrong == [], "\n\n".join(wrong)


def read(found: Any) -> Any:
    assert not isinstance(found, Err), f"an operation that nobody can read is described: {found.err()}"
    return found.ok()


def ends(operation: Any) -> bool:
    return any(word in f"{operation.method.upper()} {operation.path}" for word in ENDING)


class Trying:
    """One operation, in every way that it may be asked."""

    def __init__(self, marked: Marked, route: Route) -> None:
        self._ids = marked.ids
        self._tokens = {role: token_of(marked, role) for role in sorted(ROUTES[route].roles)}

    def tries(self, operation: Any, examples: int) -> None:
        cases = st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))

        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases, who=st.sampled_from([*self._tokens, *self._tokens, None]), known=st.booleans())
        def answers(case: Any, who: str | None, known: bool) -> None:
            if known:
                self._names_what_there_is(case)
            if str(case.query.get("min_position", "")).isdigit():
                case.query["min_position"] = 0  # nobody waits for what never comes
            headers = {} if who is None else {"Authorization": f"Bearer {self._tokens[who]}"}
            answer = case.call(headers=headers)
            assert answer.status_code != 500
            case.validate_response(answer, checks=CHECKS)

        answers()

    def _names_what_there_is(self, case: Any) -> None:
        """In its path and its body."""
        case.path_parameters.update({name: self._ids[name] for name in case.path_parameters.keys() & self._ids.keys()})
        if isinstance(case.body, dict):
            case.body.update({name: self._ids[name] for name in case.body.keys() & self._ids.keys()})


def token_of(marked: Marked, role: str) -> str:
    """A member is one whose profile may view and reply."""
    if role != "member":
        return marked.tenant.token(role)
    return marked.tenant.token(role, UUID(marked.ids["user_id"]), profile_id=marked.ids["profile_id"])
