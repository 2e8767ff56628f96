"""Automatic records once a conversation (rule 33), and imports of which every row was counted once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.crm import CompanyCreated, ContactCreated, OfPipelineRecord, PipelineRecordOpened
from recado_events.event import Event
from recado_events.ids import OrganisationId, PipelineRecordId

from crm.domain.private import ContactImportPartTaken


def figures(of: str, events: Sequence[Event]) -> Iterator[Figure]:
    opened = [event for event in events if isinstance(event, PipelineRecordOpened)]
    by_rule = Counter(event.conversation_id for event in opened if event.origin == "rule")
    yield told(of, "companies", sum(isinstance(event, CompanyCreated) for event in events))
    yield told(of, "pipeline records", len(opened))
    twice = (talk for talk, count in by_rule.items() if count > 1)
    yield none_of(of, "conversations for which a rule opened several pipeline records", twice)
    yield none_of(of, "pipeline records told of before they were opened", _unopened(events))
    yield none_of(of, "imports whose parts were not taken once each, in their order", _disordered(events))
    yield none_of(of, "organisations whose imports made other contacts than they counted", _uncounted(events))


def _unopened(events: Sequence[Event]) -> set[PipelineRecordId]:
    opened: set[PipelineRecordId] = set()
    found: set[PipelineRecordId] = set()
    for event in events:
        if isinstance(event, PipelineRecordOpened) and event.pipeline_record_id not in opened:
            opened.add(event.pipeline_record_id)
        elif isinstance(event, OfPipelineRecord) and event.pipeline_record_id not in opened:
            found.add(event.pipeline_record_id)
    return found


def _disordered(events: Sequence[Event]) -> list[UUID]:
    parts: defaultdict[UUID, list[int]] = defaultdict(list)
    for event in events:
        if isinstance(event, ContactImportPartTaken):
            parts[event.import_id].append(event.part)
    return [each for each, taken in parts.items() if taken != list(range(1, len(taken) + 1))]


def _uncounted(events: Sequence[Event]) -> list[OrganisationId]:
    made: Counter[OrganisationId] = Counter()
    for event in events:
        if isinstance(event, ContactImportPartTaken):
            made[event.organisation_id] += event.created
        elif isinstance(event, ContactCreated) and event.origin == "import":
            made[event.organisation_id] -= 1
    return [organisation for organisation, difference in made.items() if difference]
