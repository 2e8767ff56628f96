"""The calls about templates: three that change something, each made once, and three that look."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx
from recado_events.ids import WabaId
from recado_events.merging import NAMED
from recado_events.meta_templates import MetaContent
from recado_events.templates import TemplateForm

from gateway.adapters.graph.errors import count_error
from gateway.adapters.graph.numbers import FIELDS, standing_of
from gateway.adapters.graph.template_bodies import components_of, content_of
from gateway.application.accounts import GraphFailed, Token
from gateway.application.number_looks import NumberStanding
from gateway.application.template_ports import MayWrite, MetaTemplate
from gateway.commands import Ambiguous, NotTaken, TemplateTaken, TemplateVerdict
from gateway.domain.template_refusals import GONE, of_template_answer, reason_of

_WRITING = "http11.send_request_headers.started"
_PAGES = 200
_FIELDS = "id,name,language,status,category,parameter_format,components,quality_score,rejected_reason"

Json = Mapping[str, Any]


class _TooLate(Exception):
    """The claim may not be used any more, and nothing was written."""


class GraphTemplates:
    """Implements `TemplatesAtMeta`. No token stands in what it raises."""

    def __init__(self, client: Callable[[], httpx.Client], url: str, version: str) -> None:
        """`client` makes one for a single call: these are rare, and nothing stays open."""
        self._client = client
        self._root = f"{url.rstrip('/')}/{version}"

    def create(self, waba_id: WabaId, form: TemplateForm, token: Token, may_write: MayWrite) -> TemplateVerdict:
        body = {
            "name": form.name,
            "language": form.language,
            "category": form.category,
            "parameter_format": form.parameter_format.upper(),
            "components": components_of(form),
        }
        return self._change("POST", f"{waba_id}/message_templates", token, may_write, body=body)

    def edit(
        self, meta_template_id: str, form: TemplateForm, token: Token, may_write: MayWrite, *, asks_category: bool
    ) -> TemplateVerdict:
        """Meta answers an edit without a status: it is under review."""
        body: dict[str, Any] = {"components": components_of(form)}
        if form.parameter_format == NAMED:
            body["parameter_format"] = NAMED.upper()
        if asks_category:
            body["category"] = form.category
        verdict = self._change("POST", meta_template_id, token, may_write, body=body)
        if isinstance(verdict, TemplateTaken):
            return TemplateTaken(meta_template_id, verdict.status or "PENDING", verdict.category)
        return verdict

    def delete(
        self, waba_id: WabaId, meta_template_id: str, name: str, token: Token, may_write: MayWrite
    ) -> TemplateVerdict:
        """This one of its languages."""
        query = {"hsm_id": meta_template_id, "name": name}
        return self._change("DELETE", f"{waba_id}/message_templates", token, may_write, query=query)

    def named(self, waba_id: WabaId, name: str, language: str, token: Token) -> MetaTemplate | None:
        rows = self._pages(waba_id, token, {"name": name, "language": language})
        return next((row for row in rows if (row.name, row.language) == (name, language)), None)

    def listing(self, waba_id: WabaId, token: Token) -> list[MetaTemplate]:
        return self._pages(waba_id, token, {})

    def numbers(self, waba_id: WabaId, token: Token) -> list[NumberStanding]:
        """The first hundred: an account has twenty numbers, or more where Meta agreed."""
        rows = self._look(f"{waba_id}/phone_numbers", token, {"fields": FIELDS, "limit": "100"}).get("data")
        return [found for row in (rows if isinstance(rows, list) else []) if (found := standing_of(row)) is not None]

    def one(self, meta_template_id: str, token: Token) -> MetaTemplate | None:
        try:
            return _template(self._look(meta_template_id, token, {"fields": _FIELDS}))
        except _Refused as refused:
            if refused.reason == GONE:
                return None
            raise

    def says(self, found: MetaTemplate, form: TemplateForm) -> bool:
        sent = content_of({"parameter_format": form.parameter_format, "components": components_of(form)})
        return _words(sent) == _words(found.content)

    # The wire ------------------------------------------------------------------------------------------

    def _change(
        self,
        method: str,
        path: str,
        token: Token,
        may_write: MayWrite,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
    ) -> TemplateVerdict:
        written = False

        def watch(step: str, _: dict[str, Any]) -> None:
            nonlocal written
            if step == _WRITING:
                if not may_write():
                    raise _TooLate
                written = True

        try:
            status, answer = self._call(method, path, token, query, body, {"trace": watch})
        except _TooLate:
            return NotTaken("claim_expired")
        except httpx.TimeoutException:
            return Ambiguous("timeout") if written else NotTaken("unreachable")
        except (httpx.HTTPError, OSError):
            return Ambiguous("connection_lost") if written else NotTaken("unreachable")
        verdict = of_template_answer(status, answer)
        if not isinstance(verdict, TemplateTaken):
            count_error(verdict.meta_code)
        return verdict

    def _pages(self, waba_id: WabaId, token: Token, wanted: Mapping[str, str]) -> list[MetaTemplate]:
        found: list[MetaTemplate] = []
        after: dict[str, str] = {}
        for _ in range(_PAGES):
            query = {"fields": _FIELDS, "limit": "100", **wanted, **after}
            answer = self._look(f"{waba_id}/message_templates", token, query)
            rows = answer.get("data")
            found += [row for each in (rows if isinstance(rows, list) else []) if (row := _template(each))]
            paging = answer.get("paging")
            cursors = paging.get("cursors") if isinstance(paging, dict) else None
            cursor = cursors.get("after") if isinstance(cursors, dict) else None
            if not isinstance(paging, dict) or not paging.get("next") or not isinstance(cursor, str):
                return found
            after = {"after": cursor}
        raise GraphFailed("too_many_pages")

    def _look(self, path: str, token: Token, query: Mapping[str, str]) -> Json:
        """Raises GraphFailed."""
        try:
            status, answer = self._call("GET", path, token, query, None, {})
        except (httpx.HTTPError, OSError):
            # Without its cause: the request, which it holds, has the token.
            raise GraphFailed("unreachable") from None
        error = answer.get("error")
        if isinstance(error, dict):
            code, subcode = error.get("code"), error.get("error_subcode")
            code = code if isinstance(code, int) else None
            count_error(code)
            raise _Refused(reason_of(code or 0, subcode if isinstance(subcode, int) else None), code, is_refusal=True)
        if status != 200:
            count_error(None)
            raise GraphFailed("unreadable_answer")
        return answer

    def _call(
        self,
        method: str,
        path: str,
        token: Token,
        query: Mapping[str, str] | None,
        body: Json | None,
        extensions: dict[str, Any],
    ) -> tuple[int, Json]:
        headers = {"Authorization": f"Bearer {token.text}"}
        content = None if body is None else json.dumps(body).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self._root}/{quote(path)}"
        with self._client() as client:
            response = client.request(
                method, url, params=query, content=content, headers=headers, extensions=extensions
            )
        return response.status_code, _object(response)


class _Refused(GraphFailed):
    """By Meta, for a reason."""


def _object(response: httpx.Response) -> Json:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _template(told: Any) -> MetaTemplate | None:
    """None for a row that nobody could name."""
    if not isinstance(told, dict):
        return None
    names = [told.get(name) for name in ("id", "name", "language", "status", "category")]
    if not all(isinstance(name, str | int) and str(name) for name in names):
        return None
    meta_id, name, language, status, category = map(str, names)
    score, reason = told.get("quality_score"), told.get("rejected_reason")
    quality = score.get("score") if isinstance(score, dict) else score
    return MetaTemplate(
        id=meta_id,
        name=name,
        language=language,
        status=status.upper(),
        category=category.upper(),
        quality=quality.upper() if isinstance(quality, str) and quality else None,
        rejected_reason=reason if isinstance(reason, str) and reason not in ("", "NONE") else None,
        content=content_of(told),
    )


def _words(content: MetaContent) -> MetaContent:
    buttons = tuple(button.model_copy(update={"code": None}) for button in content.buttons)
    return content.model_copy(update={"examples": (), "buttons": buttons})
