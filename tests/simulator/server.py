"""One simulator as an ASGI application and as a server on a port."""

import sys
import time
from collections.abc import Callable
from random import Random, SystemRandom

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from .clock import Clock
from .config import Config
from .connections import ReachableProtocol, direct_client
from .control import control_app
from .platform import Platform, build


class Simulator:
    """`/control` for tests, everything else as Meta's host; pending webhooks go on when it starts."""

    def __init__(self, platform: Platform, http: httpx.AsyncClient) -> None:
        self.platform = platform
        self._http = http
        self._control: ASGIApp = control_app(platform)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        path = scope["path"]
        if path != "/control" and not path.startswith("/control/"):
            await self.platform.graph(scope, receive, send)
            return
        await self._control({**scope, "root_path": "/control"}, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.platform.webhooks.resume()
        self.platform.reviews.resume()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.platform.reviews.forget()
        await self.platform.webhooks.stop()
        await self._http.aclose()
        self.platform.world.store.close()
        await send({"type": "lifespan.shutdown.complete"})


def simulator(
    config: Config, *, time_source: Callable[[], float] = time.time, random: Random | None = None
) -> Simulator:
    """Redirects are not followed, and failed connections are tried again only as the rules say."""
    http = direct_client(limits=httpx.Limits(max_connections=None, max_keepalive_connections=64))
    return Simulator(build(config, Clock(time_source), random or SystemRandom(), http), http)


class AnnouncingServer(uvicorn.Server):
    """Prints where it listens, so that port 0 can be used."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        port = self.port
        if port is not None:
            sys.stdout.write(f"simulator ready at http://{self.config.host}:{port}\n")
            sys.stdout.flush()

    @property
    def port(self) -> int | None:
        for server in getattr(self, "servers", []):
            for sock in server.sockets:
                return int(sock.getsockname()[1])
        return None


def server(app: ASGIApp, host: str, port: int) -> AnnouncingServer:
    return AnnouncingServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=ReachableProtocol,
            ws="none",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=2,
        )
    )
