"""Reports: how long customers wait for answers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from recado_chassis.http.pages import caught_up
from recado_chassis.http.time_zones import TimeZone
from recado_chassis.streams import Streams

from conversations.adapters.http.people import Looking, viewers
from conversations.domain.refusals import DatesReversed, TooManyDays
from conversations.views import Questions
from conversations.views.reply_times import DEFINITION, MOST_DAYS, days_of, report_of

Date = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


def report_routes(streams: Streams, questions: Questions) -> APIRouter:
    router = APIRouter(tags=["reports"], dependencies=[Depends(caught_up), Depends(viewers(streams))])

    @router.get("/reports/reply-times")
    def reply_times(
        who: Looking,
        first_day: Annotated[Date, Query(description="Included.")],
        last_day: Annotated[Date, Query(description=f"Included; at most {MOST_DAYS} days in all.")],
        time_zone: Annotated[TimeZone, Query(description="Whose days they are: an IANA name.")] = "UTC",
    ) -> dict[str, Any]:
        """Seconds from the first message that waits for an answer to that answer, in all, by user, and by day and user.
        `user_id` null: who answered in the phone app. Administrators see everybody's, others their own."""
        if last_day < first_day:
            raise DatesReversed(name="first_day")
        if (last_day - first_day).days >= MOST_DAYS:
            raise TooManyDays(most=MOST_DAYS)
        user = None if who.role == "administrator" else who.user_id
        rows = questions.reply_times.of(who.organisation, user, days_of(first_day, last_day, time_zone))
        period = {"first_day": first_day, "last_day": last_day, "time_zone": time_zone}
        return {"definition": DEFINITION, **period, **report_of(rows)}

    return router
