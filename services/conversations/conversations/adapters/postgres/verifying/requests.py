"""Template messages: each was asked for, was approved as it left, and came to one end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import MessageRefused, MessageReleased, MessageRequested, MessageWithdrawn
from recado_events.ids import MessageId, TemplateId

from conversations.adapters.postgres.verifying.facts import Facts
from conversations.adapters.postgres.verifying.sendings import LATEST
from conversations.domain import template
from conversations.domain.noted import RequestTermsNoted, TemplateNoted
from conversations.domain.template import APPROVED, UNKNOWN, Template, digest_of


def figures(of: str, facts: Facts) -> Iterator[Figure]:
    requested = {event.message_id: event for event in facts.of(MessageRequested)}
    ends = Counter(
        event.message_id
        for event in facts.of(MessageReleased, MessageWithdrawn, MessageRefused)
        if event.message_id in requested
    )
    overdue = [
        message for message, event in requested.items() if message not in ends and facts.now > event.send_by + LATEST
    ]
    left = [event.message_id for event in facts.of(MessageReleased) if event.template is not None]
    yield told(of, "template messages requested", len(requested))
    yield none_of(of, "template messages requested without an end past their deadline", overdue)
    yield none_of(of, "template messages that ended twice", (each for each, times in ends.items() if times > 1))
    yield none_of(of, "template messages released that nobody requested", (e for e in left if e not in requested))
    yield none_of(of, "template messages released though not approved as they were asked for", _unapproved(facts))


def _unapproved(facts: Facts) -> list[MessageId]:
    """By what had been noted of the template up to then, in the log's order."""
    templates: defaultdict[TemplateId, Template] = defaultdict(lambda: UNKNOWN)
    digests: dict[MessageId, str] = {}
    found = []
    for event in facts.of(TemplateNoted, RequestTermsNoted, MessageReleased):
        match event:
            case TemplateNoted():
                templates[event.template_id] = template.evolve(templates[event.template_id], event)
            case RequestTermsNoted():
                digests[event.message_id] = event.form_digest
            case MessageReleased() if event.template is not None:
                known = templates[event.template.template_id]
                if not _is_as_asked(known, event, digests.get(event.message_id)):
                    found.append(event.message_id)
    return found


def _is_as_asked(known: Template, released: MessageReleased, digest: str | None) -> bool:
    use = released.template
    return (
        use is not None
        and known.standing == APPROVED
        and known.form is not None
        and digest_of(known.form) == digest
        and (known.waba_id, known.category) == (use.waba_id, use.category)
    )
