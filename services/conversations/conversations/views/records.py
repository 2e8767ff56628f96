"""What crm told of contacts and pipeline records, as far as conversations are looked for by it."""

from __future__ import annotations

from recado_events.trigrams import marked

from conversations.domain.noted import (
    ContactCompanyNoted,
    ContactNoted,
    ContactStandingNoted,
    ContactSupersededNoted,
    PipelineRecordNoted,
)
from conversations.views.change import Changes, changes, of_organisation
from conversations.views.words import words_of


@changes.register
def _(event: ContactNoted, position: int) -> Changes:
    values = event.personal.values if event.personal else {}
    if "name" in values:
        name = values["name"]
        words = marked(event.organisation_id, words_of(name))
        yield of_organisation(event, "contact_named", contact_id=event.contact_id, name=name, words=words)


@changes.register
def _(event: ContactStandingNoted, position: int) -> Changes:
    for link in event.links:
        yield of_organisation(event, "contact_linked", contact_id=event.contact_id, customer_id=link.customer_id)


@changes.register
def _(event: ContactCompanyNoted, position: int) -> Changes:
    yield of_organisation(event, "contact_company", contact_id=event.contact_id, company_id=event.company_id)


@changes.register
def _(event: ContactSupersededNoted, position: int) -> Changes:
    yield of_organisation(event, "contact_superseded", contact_id=event.contact_id, survivor_id=event.survivor_id)
    yield of_organisation(event, "contact_met_as", contact_id=event.contact_id)


@changes.register
def _(event: PipelineRecordNoted, position: int) -> Changes:
    about = {"pipeline_record_id": event.pipeline_record_id}
    yield of_organisation(event, "record", **about, conversation_id=event.conversation_id)
    if event.place is not None:
        yield of_organisation(event, "record_placed", **about, stage_id=event.place.stage_id)
    if event.contact is not None:
        yield of_organisation(event, "record_related", **about, contact_id=event.contact.contact_id)
    if event.owner is not None:
        yield of_organisation(event, "record_owned", **about, owner_id=event.owner.owner_id)
