"""Every operation answers as its service describes it in its OpenAPI document, whether asked fittingly or not."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.journeys.world import SERVICES, World
from tests.security.routes import ROUTES, Route
from tests.security.tenants import Tenant

pytestmark = pytest.mark.timeout(240)
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 10
ENDLESS = ("/events/stream", "/stream")


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_answers_as_it_is_described(world: World, tenant: Tenant, service: str) -> None:
    document = schemathesis.openapi.from_url(f"{world.endpoints[service]}/openapi.json")
    wrong: list[str] = []
    for found in document.get_all_operations():
        assert not isinstance(found, Err), f"{service} describes an operation that nobody can read: {found.err()}"
        operation = found.ok()
        if operation.path in ENDLESS:
            continue
        roles = ROUTES[Route(service, operation.method.upper(), operation.path)].roles
        try:
            _tried(operation, {"Authorization": f"Bearer {tenant.token(sorted(roles)[0])}"})
        except AssertionError as error:
            wrong.append(f"{operation.label}: {error}")
        except BaseExceptionGroup as errors:
            wrong += [f"{operation.label}: {error}" for error in errors.exceptions]
    assert wrong == [], "\n\n".join(wrong)


def _tried(operation: Any, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answers(case: Any) -> None:
        case.query.pop("min_position", None)  # reads would wait for it
        answer = case.call(headers=headers)
        assert answer.status_code != 500
        case.validate_response(answer, checks=CHECKS)

    answers()
