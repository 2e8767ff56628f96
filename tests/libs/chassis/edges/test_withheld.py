"""Who asks for what their role may not have is refused, and stands in the log where the route says so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from recado_chassis.caller import Caller
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.toolbox import Toolbox
from recado_chassis.withheld import PAUSE, AccessRefused, Withholding
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId, ProfileId, UserId

from tests.libs.chassis.edges.conftest import Asking
from tests.libs.chassis.edges.identity import ORGANISATION, PROFILE, USER, bearer, token

OURS = OrganisationId(ORGANISATION)
WHO = Caller(UserId(USER), "member", OURS, ProfileId(PROFILE))


class Watch:
    """A clock that tests push."""

    def __init__(self) -> None:
        self.at = datetime(2027, 1, 2, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


async def test_bad_input_90_a_refusal_says_who_asked_for_what_and_goes_on_saying_no(boxes: Asking) -> None:
    answers = await asyncio.gather(*(boxes.client.get("/members-only", headers=bearer(token())) for _ in range(5)))
    assert {(answer.status_code, answer.json()["rule"]) for answer in answers} == {(403, "role_not_allowed")}
    (row,) = boxes.service.streams.store.read(0, 100)
    recorded = boxes.service.streams.mapper.decode(row.state)
    refused = recorded.event
    assert isinstance(refused, AccessRefused)
    assert (refused.asked_by, refused.role, refused.asked_for) == (USER, "administrator", "GET /members-only")
    assert (refused.organisation_id, recorded.envelope.cause.actor) == (ORGANISATION, str(USER))


async def test_who_belongs_to_no_organisation_leaves_nothing_in_anybodys_log(boxes: Asking) -> None:
    operator = bearer(token(role="operator", organisation_id=None, profile_id=None))
    assert (await boxes.client.get("/members-only", headers=operator)).status_code == 403
    assert boxes.types_stored() == []


def test_who_goes_on_asking_is_told_of_once_a_minute_for_each_route() -> None:
    store, watch = MemoryStore(), Watch()
    withholding = Withholding(Toolbox(store, clock=watch, ids=Uuid7(SystemClock())).streams(()))
    for asked_for in ("GET /wallet", "GET /wallet", "GET /purchases"):
        withholding.note(WHO, OURS, asked_for, Cause("c"))
    watch.at += PAUSE - timedelta(seconds=1)
    withholding.note(WHO, OURS, "GET /wallet", Cause("c"))
    assert store.end() == 2
    watch.at += timedelta(seconds=1)
    withholding.note(WHO, OURS, "GET /wallet", Cause("c"))
    assert store.end() == 3
