"""The simulator as an ASGI application: `/v1` is Stripe, `/pay` its pages, `/control` for whoever plays the payer."""

from collections import deque
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ..connections import hang_up
from .account import Account
from .api import Api
from .notices import Delivery, Notices
from .paying import Paying
from .problems import ApiError

Json = dict[str, Any]


class Payments:
    """`key` is the account's secret API key."""

    def __init__(self, account: Account, key: str, delivery: Delivery) -> None:
        self.account = account
        self.notices = Notices(account, delivery)
        self.paying = Paying(account, self.notices.tell)
        self.base = ""
        self.api = Api(account, self.paying, key, lambda: self.base)
        self.faults: deque[str] = deque()
        """What happens to the next calls: `drop_after` acts and never answers, `error` is a 500 at once, `ok`."""
        self.faults_at = ""
        """Only calls whose paths hold this are struck."""
        self.calls: list[Json] = []

    def app(self) -> Starlette:
        routes = [
            Route("/v1/{path:path}", self._v1, methods=["GET", "POST"]),
            Route("/pay/{session}", self._page),
            Route("/control/health", self._health),
            Route("/control/sessions/{session}/pay", self._pay, methods=["POST"]),
            Route("/control/refunds", self._refund, methods=["POST"]),
            Route("/control/disputes", self._dispute, methods=["POST"]),
            Route("/control/disputes/{dispute}/close", self._close, methods=["POST"]),
            Route("/control/methods/{method}", self._card, methods=["PATCH"]),
            Route("/control/delivery", self._delivery, methods=["PATCH"]),
            Route("/control/events/{event}/again", self._again, methods=["POST"]),
            Route("/control/faults", self._fault, methods=["POST"]),
            Route("/control/payments", self._payments),
            Route("/control/notices", self._notices),
            Route("/control/state", self._state),
        ]
        return Starlette(routes=routes, exception_handlers={ApiError: _refused})

    async def _v1(self, request: Request) -> Response:
        self.base = self.base or str(request.base_url).rstrip("/")
        is_struck = request.method == "POST" and self.faults_at in request.url.path
        fault = self.faults.popleft() if self.faults and is_struck else None
        if fault == "error":
            return JSONResponse({"error": {"type": "api_error", "message": "Something went wrong."}}, 500)
        body = await request.body()
        headers = dict(request.headers)
        status, answer = self.api.handle(request.method, request.url.path, headers, body)
        key = headers.get("idempotency-key")
        self.calls.append({"method": request.method, "path": request.url.path, "status": status, "key": key})
        self._settle()
        if fault == "drop_after":
            await hang_up(request.scope, reset=True)
        return JSONResponse(answer, status)

    async def _page(self, request: Request) -> Response:
        session = self._found("sessions", request.path_params["session"])
        return HTMLResponse(f"<h1>Pay {session['amount_total']} cents ({session['currency']})</h1>")

    async def _pay(self, request: Request) -> Response:
        """`card`: `ok`, or how it is declined. `order`: the places in which the events are sent."""
        told = await _json(request)
        session = self._found("sessions", request.path_params["session"])
        paid = self.paying.pay_session(session, told.get("card", "ok"))
        return self._done(paid, told.get("order"))

    async def _refund(self, request: Request) -> Response:
        return self._done(self.paying.refund(await _json(request)))

    async def _dispute(self, request: Request) -> Response:
        told = await _json(request)
        return self._done(self.paying.dispute(**told))

    async def _close(self, request: Request) -> Response:
        told = await _json(request)
        dispute = self._found("disputes", request.path_params["dispute"])
        return self._done(self.paying.close_dispute(dispute, told["outcome"]))

    async def _card(self, request: Request) -> Response:
        method = self._found("methods", request.path_params["method"])
        method["card"] = (await _json(request))["card"]
        return self._done(method)

    async def _delivery(self, request: Request) -> Response:
        for name, value in (await _json(request)).items():
            setattr(self.notices.delivery, name, value)
        return self._done({})

    async def _again(self, request: Request) -> Response:
        self.notices.again(request.path_params["event"])
        return self._done({})

    async def _fault(self, request: Request) -> Response:
        told = await _json(request)
        self.faults, self.faults_at = deque(told["next"]), told.get("path", "")
        return self._done({})

    async def _state(self, _: Request) -> Response:
        held = {kind: list(self.account.of(kind).values()) for kind in ("sessions", "intents", "methods", "events")}
        log = [list(each) for each in self.notices.delivery.log]
        return JSONResponse({**held, "calls": self.calls, "deliveries": log, "waiting": self.notices.waiting()})

    async def _payments(self, _: Request) -> Response:
        """The ground truth: every payment that was made, by session or saved method."""
        paid = [each for each in self.account.of("intents").values() if each["status"] == "succeeded"]
        return JSONResponse(paid)

    async def _notices(self, _: Request) -> Response:
        return JSONResponse({"pending": self.notices.pending()})

    async def _health(self, _: Request) -> Response:
        return JSONResponse(self.account.counts())

    def _found(self, kind: str, name: str) -> Json:
        found = self.account.of(kind).get(name)
        if found is None:
            raise ApiError(404, "resource_missing", "There is none of this name.")
        return found

    def _done(self, answer: Json, order: list[int] | None = None) -> Response:
        self._settle(order)
        return JSONResponse(answer)

    def _settle(self, order: list[int] | None = None) -> None:
        self.account.keep()
        self.notices.flush(order)


async def _json(request: Request) -> Json:
    found: Json = await request.json() if await request.body() else {}
    return found


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return JSONResponse(error.body(), error.status)
