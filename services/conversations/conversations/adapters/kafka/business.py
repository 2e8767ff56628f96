"""The part of the dispatch table that template messages stand on: contacts, pipeline records, templates, editions and
credits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from recado_chassis.ports import Clock
from recado_chassis.service import Heard, Reaction
from recado_chassis.work import Fold, Work
from recado_events import billing, crm, templates
from recado_events.envelope import Cause
from recado_events.event import Event

from conversations.adapters.kafka import noting, selling
from conversations.application import Listening
from conversations.application.scene import fold_of

E = TypeVar("E", bound=Event)
C = TypeVar("C")
Reactions = Mapping[str, Reaction]


def _on(
    kind: type[E], command_of: Callable[[E], C], use_case: Callable[[Work, C, Cause], None], stream: str
) -> tuple[str, Reaction]:
    """`stream`: the state that the decision looks at first, fetched ahead for a whole batch."""

    def handle(work: Work, heard: Heard) -> None:
        use_case(work, command_of(cast(E, heard.body)), heard.cause)

    def streams(heard: Heard, work: Work) -> Mapping[str, Fold[Any]]:
        name = stream.format_map(heard.body.__dict__)
        return {name: fold_of(name)}

    return kind.TYPE, Reaction(handle=handle, streams=streams)


def of_templates(listening: Listening) -> Reactions:
    kinds: list[type[templates.OfTemplate]] = [*noting.STANDINGS, templates.TemplateRecategorised]
    return dict(_on(kind, noting.template_of, listening.note_template, kind.STREAM) for kind in kinds)


def of_contacts(listening: Listening) -> Reactions:
    told: tuple[type[Any], ...] = (crm.ContactCreated, crm.ContactAliasesAdded, crm.ContactFieldsEdited)
    kinds: tuple[type[Any], ...] = (crm.ContactLinked, crm.ContactOwnerChanged)
    joined: tuple[type[Any], ...] = (crm.ContactMergedInto, crm.ContactSuperseded, crm.ContactRestored)
    return {
        **dict(_on(kind, noting.contact_of, listening.note_contact, kind.STREAM) for kind in told),
        **dict(_on(kind, noting.standing_of, listening.note_contact_standing, kind.STREAM) for kind in kinds),
        **dict(_on(kind, noting.superseded_of, listening.note_contact_superseded, kind.STREAM) for kind in joined),
        **dict(
            [
                _on(crm.ContactCompanyChosen, noting.company_of, listening.note_contact_company, crm.OfContact.STREAM),
                _on(crm.CompanyCreated, noting.told_company_of, listening.note_company, crm.OfCompany.STREAM),
                _on(crm.CompanyFieldsEdited, noting.told_company_of, listening.note_company, crm.OfCompany.STREAM),
                _on(crm.ContactUnmerged, noting.parted_of, listening.note_contact_parted, crm.OfContact.STREAM),
            ]
        ),
    }


def of_pipelines(listening: Listening) -> Reactions:
    named, record = "pipeline-{pipeline_id}", listening.note_pipeline_record
    return {
        **dict([_on(crm.PipelineDefined, selling.pipeline_of, listening.note_pipeline, named)]),
        **dict(_on(kind, selling.record_of, record, kind.STREAM) for kind in selling.RECORDS),
    }


def of_billing(listening: Listening, clock: Clock) -> Reactions:
    def reservation(event: billing.CreditsReserved | billing.ReservationRefused) -> Any:
        return noting.reservation_of(event, clock.now())

    team, message = "team-{organisation_id}", "message-{message_id}"
    return dict(
        [
            _on(billing.OrganisationRegistered, noting.organisation_of, listening.note_organisation, team),
            _on(billing.OrganisationRenamed, noting.organisation_of, listening.note_organisation, team),
            _on(billing.EditionChanged, noting.organisation_of, listening.note_organisation, team),
            _on(billing.CreditsReserved, reservation, listening.note_reservation, message),
            _on(billing.ReservationRefused, reservation, listening.note_reservation, message),
        ]
    )
