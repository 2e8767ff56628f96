"""Every request about a template as its stream tells it, and whether such a story can be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection
from recado_chassis.mapper import Mapper
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import recorded
from recado_events.gateway import PUBLISHED
from recado_events.ids import RequestId
from recado_events.meta_templates import OfTemplateRequest, TemplateRequestRefused, TemplateRequestTaken

from gateway.domain.private import PRIVATE, TemplateRequestNotMade, TemplateRequestQueued, TemplateRequestStarted

ENDS = (TemplateRequestTaken, TemplateRequestRefused)


def figures(of: str, connection: Connection[Any]) -> Iterator[Figure]:
    stories: defaultdict[RequestId, list[OfTemplateRequest]] = defaultdict(list)
    for each in recorded(connection, Mapper((*PUBLISHED, *PRIVATE))):
        if isinstance(each.event, OfTemplateRequest):
            stories[each.event.request_id].append(each.event)
    ends = Counter(type(facts[-1]) for facts in stories.values())
    yield told(of, "requests about templates", len(stories))
    yield told(of, "requests about templates that Meta took", ends[TemplateRequestTaken])
    yield told(of, "requests about templates that were refused", ends[TemplateRequestRefused])
    faulty = [request for request, facts in stories.items() if contradicts_itself(facts)]
    yield none_of(of, "requests about templates with outcomes that cannot both be", faulty)
    blind = [request for request, facts in stories.items() if tries_blindly(facts)]
    yield none_of(of, "requests about templates made again before it was known that nothing was done", blind)


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
