"""Every request about a template as its stream tells it, and what Meta saw of it: whether such a story can be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from recado_chassis.mapper import Mapper
from recado_chassis.verifying.evidence import Evidence, Json
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import recorded, time_of
from recado_events.gateway import PUBLISHED
from recado_events.ids import RequestId
from recado_events.meta_templates import OfTemplateRequest, TemplateRequestRefused, TemplateRequestTaken

from gateway.domain.private import PRIVATE, TemplateRequestNotMade, TemplateRequestQueued, TemplateRequestStarted
from gateway.domain.template_request import PATIENCE

ENDS = (TemplateRequestTaken, TemplateRequestRefused)
GRACE = timedelta(hours=1, minutes=5)
"""What fails again and again is looked at once an hour."""
_THERE_ALREADY = 2388024
"""Meta's subcode: it has a template of this name and language."""
Stories = dict[RequestId, list[OfTemplateRequest]]


def figures(of: str, connection: Connection[Any], evidence: Evidence) -> Iterator[Figure]:
    stories: defaultdict[RequestId, list[OfTemplateRequest]] = defaultdict(list)
    for each in recorded(connection, Mapper((*PUBLISHED, *PRIVATE))):
        if isinstance(each.event, OfTemplateRequest):
            stories[each.event.request_id].append(each.event)
    yield from told_by(of, stories, time_of(connection))
    if evidence.submissions is not None:
        yield from submitted(of, stories, evidence.submissions)


def told_by(of: str, stories: Stories, now: datetime) -> Iterator[Figure]:
    ends = Counter(type(facts[-1]) for facts in stories.values())
    yield told(of, "requests about templates", len(stories))
    yield told(of, "requests about templates that Meta took", ends[TemplateRequestTaken])
    yield told(of, "requests about templates that were refused", ends[TemplateRequestRefused])
    faulty = [request for request, facts in stories.items() if contradicts_itself(facts)]
    yield none_of(of, "requests about templates with outcomes that cannot both be", faulty)
    blind = [request for request, facts in stories.items() if tries_blindly(facts)]
    yield none_of(of, "requests about templates made again before it was known that nothing was done", blind)
    late = [request for request, facts in stories.items() if is_late(facts, now)]
    yield none_of(of, "requests about templates without an end past their deadline", late)


def submitted(of: str, stories: Stories, submissions: Sequence[Json]) -> Iterator[Figure]:
    """What Meta was asked to make, by account, name and language. Accounts of others are not judged."""
    queued = [facts[0] for facts in stories.values() if isinstance(facts[0], TemplateRequestQueued)]
    known = {each.waba_id for each in queued}
    asked = {(each.waba_id, each.name, each.language) for each in queued if each.kind == "create"}
    calls = [each for each in submissions if each["waba_id"] in known]
    made = Counter(_place(each) for each in calls if each["subcode"] is None)
    yield told(of, "templates submitted to Meta", made.total())
    yield none_of(of, "templates submitted twice", _twice(calls))
    yield none_of(of, "templates submitted that nobody asked for", (name for _, name, _ in made.keys() - asked))
    yield none_of(of, "templates that Meta has and that are called refused", _denied(stories, made))


def _twice(calls: Sequence[Json]) -> list[str]:
    """Meta says that it has it, and it has it from us; what was deleted meanwhile it would take once more."""
    ours: set[tuple[str, str, str]] = set()
    found = []
    for each in calls:
        if each["subcode"] is None:
            ours.add(_place(each))
        elif each["subcode"] == _THERE_ALREADY and _place(each) in ours:
            found.append(each["name"])
    return found


def _denied(stories: Stories, made: Counter[tuple[str, str, str]]) -> list[str]:
    """Taken so often, and noted so less often although no request is under way."""
    noted: Counter[tuple[str, str, str]] = Counter()
    for facts in stories.values():
        first = facts[0]
        if isinstance(first, TemplateRequestQueued) and first.kind == "create":
            noted[first.waba_id, first.name, first.language or ""] += not isinstance(facts[-1], TemplateRequestRefused)
    return [place[1] for place, times in made.items() if noted[place] < times]


def _place(call: Json) -> tuple[str, str, str]:
    return call["waba_id"], call["name"], call["language"]


def is_late(facts: Sequence[OfTemplateRequest], now: datetime) -> bool:
    first = facts[0]
    is_over = isinstance(facts[-1], ENDS)
    return not is_over and isinstance(first, TemplateRequestQueued) and now > first.queued_at + PATIENCE + GRACE


def contradicts_itself(facts: Sequence[OfTemplateRequest]) -> bool:
    """Queued once and first, ended once at most, and then over."""
    ends = [place for place, fact in enumerate(facts) if isinstance(fact, ENDS)]
    queued = [place for place, fact in enumerate(facts) if isinstance(fact, TemplateRequestQueued)]
    return queued != [0] or len(ends) > 1 or bool(ends and ends[0] != len(facts) - 1)


def tries_blindly(facts: Sequence[OfTemplateRequest]) -> bool:
    attempt, is_free = 0, True
    for fact in facts:
        match fact:
            case TemplateRequestStarted():
                if not is_free or fact.attempt != attempt + 1:
                    return True
                attempt, is_free = fact.attempt, False
            case TemplateRequestNotMade():
                is_free = fact.attempt == attempt
    return False
