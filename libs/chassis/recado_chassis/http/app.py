"""The HTTP side of a service as one ASGI application."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from recado_chassis.http.accounting import Accounting
from recado_chassis.http.cursors import Cursors
from recado_chassis.http.describing import describe
from recado_chassis.http.direct import Direct, DirectRoutes
from recado_chassis.http.edge import Edge, WaitFor
from recado_chassis.http.event_stream import lasting_paths
from recado_chassis.http.events_route import events_route
from recado_chassis.http.health import PATHS, Management
from recado_chassis.http.intake import Intake, uploads_of
from recado_chassis.http.keys import keys_of
from recado_chassis.http.refusals import HANDLERS
from recado_chassis.http.shares import Shares, Turnstile
from recado_chassis.http.tokens import Tokens
from recado_chassis.ports import Ids
from recado_chassis.running.readiness import Readiness
from recado_chassis.service import Service
from recado_chassis.settings import ServiceSettings
from recado_chassis.withheld import Withholding


def create_app(
    service: Service,
    settings: ServiceSettings,
    *,
    readiness: Readiness | None = None,
    wait_for: WaitFor | None = None,
) -> ASGIApp:
    """Everything a service answers: its routers, `/events`, its raw routes (before FastAPI, unread), probes, metrics.

    With `settings.management_port` probes and metrics are not served here: see `http.health.Management`. Without
    `wait_for` reads do not wait. Raises InvalidSettings where the keys of tokens cannot be used.
    """
    readiness = readiness or Readiness(service.streams.store.end)
    api = _api(service, settings, readiness.is_stopping)
    streams = service.streams
    own, shares = settings.fingerprints().sibling(f"http of {service.name}"), Shares()
    api.state.edge = Edge(
        tokens=Tokens(keys_of(settings), settings.jwt_issuer, settings.jwt_audience, streams.clock),
        cursors=Cursors(own),
        fingerprints=own,
        clock=streams.clock,
        ids=streams.ids,
        wait_for=wait_for or _at_once,
        withholding=Withholding(streams),
        standing=service.standing,
        shares=shares,
    )
    apps: dict[str, ASGIApp] = dict(service.raw_routes)
    if settings.management_port is None:
        management = Management(readiness)
        apps.update(dict.fromkeys(PATHS, management))
    direct = {path: app for path, app in service.raw_routes.items() if isinstance(app, Direct)}
    intake = Intake(api, uploads=uploads_of(service.answers))
    return App(_Dispatch(apps, Turnstile(intake, shares, lasting_paths(service.answers))), streams.ids, direct)


class App(Accounting):
    """An ASGI application; the server may ask its direct routes first."""

    def __init__(self, app: ASGIApp, ids: Ids, routes: Mapping[str, Direct]) -> None:
        super().__init__(app, ids)
        self.direct = DirectRoutes(routes, ids, self.crowd)


async def _at_once(_: int, __: float) -> bool:
    return True


class _Dispatch:
    """Exact paths first, then the API."""

    def __init__(self, apps: dict[str, ASGIApp], api: ASGIApp) -> None:
        self._apps = apps
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._apps.get(scope.get("path", "")) if scope["type"] == "http" else None
        if app is not None:
            scope["recado.route"] = scope["path"]
        await (app or self._api)(scope, receive, send)


def _api(service: Service, settings: ServiceSettings, is_stopping: Callable[[], bool]) -> FastAPI:
    docs = settings.api_docs
    api = FastAPI(
        title=f"Recado {service.name}",
        openapi_url="/openapi.json" if docs else None,
        docs_url="/docs" if docs else None,
        redoc_url="/redoc" if docs else None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        exception_handlers=dict(HANDLERS),
    )
    for routes in (*service.answers, events_route(service, is_stopping)):
        api.include_router(routes)
    describe(api)
    return api
