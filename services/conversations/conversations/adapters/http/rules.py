"""How conversations of a number live and end, chosen by administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field, TypeAdapter
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import caught_up
from recado_chassis.streams import Streams
from recado_events.ids import PhoneNumberId
from starlette.responses import Response

from conversations.adapters.http.people import viewer_of
from conversations.application import Ruling
from conversations.application.scene import FOLDS
from conversations.commands import ChooseRules
from conversations.domain.rules import Rules

Administrator = Annotated[Asked, Depends(asked("administrator"))]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
Silence = Annotated[timedelta, Field(ge=timedelta(minutes=5), le=timedelta(days=90))]
Grace = Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(days=30))]
_ISO_8601 = TypeAdapter(timedelta | None)
_RECEIPTS: dict[str, bool | None] = {"always": True, "never": False, "asked": None}


class RulesBody(RequestModel):
    """Times are durations of ISO 8601, as `PT24H`. What is not given is as it is by default."""

    close_after: Silence | None = None
    """A conversation in which nobody wrote for so long is closed; null: none is."""
    reopen_within: Grace | None = None
    """Who writes within this time after the end goes on with the same conversation; null: a new one begins."""
    read_receipts: Literal["always", "never", "asked"] = "asked"
    """Whether customers see that their messages were read; `asked`: where whoever reads asks for it."""
    typing: bool = True
    """Whether customers see that somebody is typing."""


def rules_routes(streams: Streams, ruling: Ruling) -> APIRouter:
    router = APIRouter(tags=["desk"])

    @router.put("/channels/{phone_number_id}/conversation-rules")
    def choose_rules(phone_number_id: Number, body: RulesBody, request: Administrator) -> Response:
        chosen = _chosen(body)
        command = ChooseRules(
            organisation_id=request.caller.organisation,
            phone_number_id=PhoneNumberId(phone_number_id),
            close_after=chosen.close_after,
            reopen_within=chosen.reopen_within,
            read_receipts=chosen.read_receipts,
            typing=chosen.typing,
            by=request.caller.user_id,
            now=request.now,
        )

        def decide(work: Any) -> dict[str, Any]:
            ruling.choose_rules(work, command, request.cause)
            return _shown(chosen)

        return perform(streams, request, decide)

    @router.get("/channels/{phone_number_id}/conversation-rules", dependencies=[Depends(caught_up)])
    def rules(phone_number_id: Number, who: Looking) -> dict[str, Any]:
        viewer_of(who, streams.read(f"team-{who.organisation}", FOLDS["team"]))
        return _shown(streams.read(f"desk-{who.organisation}-{phone_number_id}", FOLDS["desk"]).rules)

    return router


def _chosen(body: RulesBody) -> Rules:
    return Rules(body.close_after, body.reopen_within, _RECEIPTS[body.read_receipts], body.typing)


def _shown(rules: Rules) -> dict[str, Any]:
    return {
        "close_after": _ISO_8601.dump_python(rules.close_after, mode="json"),
        "reopen_within": _ISO_8601.dump_python(rules.reopen_within, mode="json"),
        "read_receipts": next(word for word, told in _RECEIPTS.items() if told is rules.read_receipts),
        "typing": rules.typing,
    }
