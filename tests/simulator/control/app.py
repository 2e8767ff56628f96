"""The control API's application: its parts, and the door that only this machine may pass."""

from ipaddress import ip_address

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..platform import Platform
from .business import business_routes
from .deliveries import delivery_routes
from .people import people_routes
from .process import process_routes
from .templates import template_routes


class LoopbackOnly:
    """Refuses callers from other machines, wherever the simulator listens."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] == "http" and (client is None or not ip_address(client[0]).is_loopback):
            refused = JSONResponse({"detail": "the control API answers only to this machine"}, 403)
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)


def control_app(platform: Platform) -> ASGIApp:
    app = FastAPI(title="Simulator control", openapi_url="/openapi.json")
    for router in (process_routes, people_routes, business_routes, template_routes, delivery_routes):
        app.include_router(router(platform))
    return LoopbackOnly(app)
