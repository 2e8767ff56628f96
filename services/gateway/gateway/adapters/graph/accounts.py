"""The calls of connecting a number: a code becomes a token, a token proves an account, webhooks follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx
from recado_chassis.trust import trust_store
from recado_events.ids import PhoneNumberId, WabaId

from gateway.adapters.graph.errors import count_error
from gateway.application.accounts import Granted, GraphFailed, NumberAtMeta, Token

TIMEOUT = 15.0
"""Seconds a call may be silent."""
_PAGES = 20
_FIELDS = "id,display_phone_number,status,platform_type,is_on_biz_app"

Json = Mapping[str, Any]


def account_client() -> httpx.Client:
    """For one call of connecting."""
    timeout = httpx.Timeout(TIMEOUT, connect=5.0)
    return httpx.Client(verify=trust_store(), timeout=timeout, trust_env=False, follow_redirects=False)


class GraphAccounts:
    """Implements `Accounts`. Neither token nor secret stands in what it raises."""

    def __init__(
        self, client: Callable[[], httpx.Client], url: str, version: str, app_id: str, app_secret: str
    ) -> None:
        """`client` makes one for a single call: connecting is rare, and nothing stays open."""
        self._client = client
        self._root = f"{url.rstrip('/')}/{version}"
        self._app_id = app_id
        self._app_secret = app_secret

    def exchange(self, code: str) -> str:
        query = {"client_id": self._app_id, "client_secret": self._app_secret, "code": code}
        token = self._call("GET", "oauth/access_token", query=query).get("access_token")
        if not isinstance(token, str) or not token:
            raise GraphFailed("unreadable_answer")
        return token

    def inspect(self, token: Token) -> Granted:
        query = {"input_token": token.text, "access_token": f"{self._app_id}|{self._app_secret}"}
        data = _object(self._call("GET", "debug_token", query=query).get("data"))
        granular = [_object(each) for each in _list(data.get("granular_scopes"))]
        scopes = frozenset(str(scope) for scope in _list(data.get("scopes")))
        targets = {str(each.get("scope")): _targets(each) for each in granular}
        app_id = data.get("app_id")
        return Granted(
            app_id=None if app_id is None else str(app_id),
            is_valid=data.get("is_valid") is True,
            scopes=scopes | targets.keys(),
            accounts=targets,
        )

    def number(self, waba_id: WabaId, phone_number_id: PhoneNumberId, token: Token) -> NumberAtMeta | None:
        """Looks through the account's own list: that a token may read a number does not say whose it is."""
        after: dict[str, str] = {}
        for _ in range(_PAGES):
            query = {"fields": _FIELDS, "limit": "100", **after}
            answer = self._call("GET", f"{waba_id}/phone_numbers", token, query)
            for row in map(_object, _list(answer.get("data"))):
                if str(row.get("id")) == phone_number_id:
                    return _number(row)
            paging = _object(answer.get("paging"))
            cursor = _object(paging.get("cursors")).get("after")
            if not paging.get("next") or not isinstance(cursor, str):
                return None
            after = {"after": cursor}
        return None

    def subscribe(self, waba_id: WabaId, token: Token) -> None:
        self._expect_success("POST", f"{waba_id}/subscribed_apps", token)

    def unsubscribe(self, waba_id: WabaId, token: Token) -> None:
        self._expect_success("DELETE", f"{waba_id}/subscribed_apps", token)

    def register(self, phone_number_id: PhoneNumberId, pin: str, token: Token) -> None:
        body = {"messaging_product": "whatsapp", "pin": pin}
        self._expect_success("POST", f"{phone_number_id}/register", token, body)

    def _expect_success(self, method: str, path: str, token: Token, body: Json | None = None) -> None:
        if self._call(method, path, token, body=body).get("success") is not True:
            raise GraphFailed("unreadable_answer")

    def _call(
        self,
        method: str,
        path: str,
        token: Token | None = None,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
    ) -> Json:
        headers = {"Authorization": f"Bearer {token.text}"} if token else {}
        url = f"{self._root}/{quote(path)}"
        try:
            with self._client() as client:
                response = client.request(method, url, params=query, json=body, headers=headers)
        except (httpx.HTTPError, OSError):
            # Without its cause: the request, which it holds, has the token or the app's secret.
            raise GraphFailed("unreachable") from None
        return _read(response)


def _read(response: httpx.Response) -> Json:
    try:
        answer = _object(response.json())
    except (ValueError, RecursionError):
        count_error(None)
        raise GraphFailed("unreadable_answer") from None
    error = answer.get("error")
    if isinstance(error, dict):
        code = error.get("code") if isinstance(error.get("code"), int) else None
        count_error(code)
        is_refusal = response.status_code < 500 and error.get("is_transient") is not True
        raise GraphFailed("refused_by_meta" if is_refusal else "meta_failed", code, is_refusal=is_refusal)
    if response.status_code != 200:
        count_error(None)
        raise GraphFailed("unreadable_answer")
    return answer


def _number(row: Json) -> NumberAtMeta:
    shown = row.get("display_phone_number")
    return NumberAtMeta(
        display_phone_number=shown if isinstance(shown, str) and shown else None,
        is_registered=row.get("status") == "CONNECTED" and row.get("platform_type") == "CLOUD_API",
        is_on_phone_app=row.get("is_on_biz_app") is True,
    )


def _targets(each: Json) -> frozenset[str] | None:
    targets = each.get("target_ids")
    return None if targets is None else frozenset(str(target) for target in _list(targets))


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
