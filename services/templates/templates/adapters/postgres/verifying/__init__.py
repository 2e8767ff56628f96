"""The figures of templates for `recado verify`: one name, one template; what is told is what Meta said last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection
from recado_chassis.mapper import Mapper
from recado_chassis.verifying.evidence import Evidence, Json
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import recorded, repeated_effects
from recado_events.event import Event
from recado_events.ids import TemplateId
from recado_events.templates import PUBLISHED, OfTemplate, TemplateApproved

from templates.adapters.postgres.verifying.lives import Life
from templates.adapters.postgres.verifying.rows import crowded, miscounted
from templates.domain.private import PRIVATE

TEMPLATES = "templates"
_NAMES = "SELECT scope, value, owner FROM unique_rows WHERE kind = 'name'"


def figures(connection: Connection[Any], evidence: Evidence) -> Iterator[Figure]:
    events = [each.event for each in recorded(connection, Mapper((*PUBLISHED, *PRIVATE)))]
    lives = _lives(events)
    states = Counter(life.told_state for life in lives.values())
    yield told(TEMPLATES, "templates", len(lives))
    for state in ("draft", "pending", "approved", "rejected", "deleted"):
        yield told(TEMPLATES, f"templates {state}", states[state])
    falling = [template for template, life in lives.items() if life.falls]
    yield none_of(TEMPLATES, "templates where an older word of Meta took the place of a newer one", falling)
    untold = [template for template, life in lives.items() if life.is_untold]
    yield none_of(TEMPLATES, "templates of which something else is told than Meta said last", untold)
    twice = [template for template, life in lives.items() if life.answered_twice]
    yield none_of(TEMPLATES, "templates with a submission that has two answers", twice)
    yield none_of(TEMPLATES, "accounts where more than 200 were submitted", crowded(events))
    yield none_of(TEMPLATES, "templates that are counted and should not be, or the other way round", miscounted(events))
    yield none_of(TEMPLATES, "names that do not lead to their template", _lost(connection, lives))
    if evidence.sends is not None:
        yield none_of(TEMPLATES, "sends of templates that were never approved here", _strange(events, evidence.sends))
    again = repeated_effects(connection)
    yield none_of(TEMPLATES, "records that took effect in more than one transaction", again)


def _lives(events: Sequence[Event]) -> dict[TemplateId, Life]:
    lives: defaultdict[TemplateId, Life] = defaultdict(Life)
    for event in events:
        if isinstance(event, OfTemplate):
            lives[event.template_id].hear(event)
    return dict(lives)


def _lost(connection: Connection[Any], lives: dict[TemplateId, Life]) -> list[TemplateId]:
    """Each that is not deleted is found under the name that people gave it; nobody else has that."""
    found = {(scope, value): owner for scope, value, owner in connection.execute(_NAMES).fetchall()}
    wanted = {template: life.name for template, life in lives.items() if life.told_state != "deleted"}
    return [template for template, name in wanted.items() if name and found.get(name) != str(template)]


def _strange(events: Sequence[Event], sends: Sequence[Json]) -> list[str]:
    """Of accounts that are known here; by its place among what Meta accepted."""
    approved = {
        (event.waba_id, event.form.name, event.form.language) for event in events if isinstance(event, TemplateApproved)
    }
    known = {event.waba_id for event in events if isinstance(event, OfTemplate)}
    strange = []
    for place, send in enumerate(sends, start=1):
        if send.get("type") == "template" and send.get("waba_id") in known:
            template = send["request"]["template"]
            if (send["waba_id"], template["name"], template["language"]["code"]) not in approved:
                strange.append(f"send {place} of {len(sends)}")
    return strange
