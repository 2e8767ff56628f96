"""Events of crm, templates and billing as commands: what template messages are made of and decided on."""

from __future__ import annotations

from datetime import datetime

from recado_events import billing, crm, templates

from conversations.commands import (
    NoteCompany,
    NoteContact,
    NoteContactCompany,
    NoteContactParted,
    NoteContactStanding,
    NoteContactSuperseded,
    NoteOrganisation,
    NoteReservation,
    NoteTemplate,
)

STANDINGS: dict[type[templates.OfTemplate], str] = {
    templates.TemplateReviewStarted: "in_review",
    templates.TemplateApproved: "approved",
    templates.TemplateRejected: "rejected",
    templates.TemplatePaused: "paused",
    templates.TemplateDisabled: "disabled",
    templates.TemplateArchived: "archived",
    templates.TemplateDeletionRequested: "deleted",
    templates.TemplateDeleted: "deleted",
}
"""How a template stands after each of these. An edited one is in review again; one that never was approved is unknown
here until it is."""


def template_of(event: templates.OfTemplate) -> NoteTemplate:
    approved = event if isinstance(event, templates.TemplateApproved) else None
    judged = event if isinstance(event, templates.TemplateRecategorised) else approved
    return NoteTemplate(
        organisation_id=event.organisation_id,
        waba_id=event.waba_id,
        template_id=event.template_id,
        standing=STANDINGS.get(type(event)),
        form=approved.form if approved else None,
        category=judged.category if judged else None,
        now=event.happened_at,
    )


def contact_of(event: crm.ContactCreated | crm.ContactAliasesAdded | crm.ContactFieldsEdited) -> NoteContact:
    values = _edited(event.personal) if isinstance(event, crm.ContactFieldsEdited) else {}
    aliases = event.personal.aliases if isinstance(event.personal, crm.ContactDetails) else ()
    if isinstance(event, crm.ContactCreated):
        values = {"name": event.personal.name if event.personal else None}
    return NoteContact(
        organisation_id=event.organisation_id,
        contact_id=event.contact_id,
        values=values,
        aliases=aliases,
        now=event.happened_at,
    )


def _edited(told: crm.Edits | None) -> dict[str, str | None]:
    return {edit.field: _text(edit.after) for edit in (told.edits if told else ())}


def _text(value: object) -> str | None:
    """Of the kinds of values that may stand in a message."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def standing_of(event: crm.ContactLinked | crm.ContactOwnerChanged) -> NoteContactStanding:
    links = (
        event.links
        if isinstance(event, crm.ContactOwnerChanged)
        else (crm.Link(customer_id=event.customer_id, phone_number_id=event.phone_number_id),)
    )
    return NoteContactStanding(
        organisation_id=event.organisation_id,
        contact_id=event.contact_id,
        owner_id=event.owner_id,
        links=links,
        now=event.happened_at,
    )


def company_of(event: crm.ContactCompanyChosen) -> NoteContactCompany:
    return NoteContactCompany(
        organisation_id=event.organisation_id,
        contact_id=event.contact_id,
        company_id=event.company_id,
        now=event.happened_at,
    )


def told_company_of(event: crm.CompanyCreated | crm.CompanyFieldsEdited) -> NoteCompany:
    if isinstance(event, crm.CompanyFieldsEdited):
        values = _edited(event.personal)
    else:
        values = {"name": event.personal.name} if event.personal else {}
    return NoteCompany(
        organisation_id=event.organisation_id, company_id=event.company_id, values=values, now=event.happened_at
    )


def superseded_of(event: crm.ContactMergedInto | crm.ContactSuperseded | crm.ContactRestored) -> NoteContactSuperseded:
    return NoteContactSuperseded(
        organisation_id=event.organisation_id,
        contact_id=event.contact_id,
        survivor_id=None if isinstance(event, crm.ContactRestored) else event.survivor_id,
        customers=event.customers if isinstance(event, crm.ContactRestored) else (),
        now=event.happened_at,
    )


def parted_of(event: crm.ContactUnmerged) -> NoteContactParted:
    return NoteContactParted(
        organisation_id=event.organisation_id,
        contact_id=event.contact_id,
        customers=event.customers,
        aliases=event.personal.aliases if event.personal else (),
        now=event.happened_at,
    )


def organisation_of(
    event: billing.OrganisationRegistered | billing.OrganisationRenamed | billing.EditionChanged,
) -> NoteOrganisation:
    return NoteOrganisation(
        organisation_id=event.organisation_id,
        name=None if isinstance(event, billing.EditionChanged) else event.name,
        edition=None if isinstance(event, billing.OrganisationRenamed) else event.edition,
        now=event.happened_at,
    )


def reservation_of(event: billing.CreditsReserved | billing.ReservationRefused, now: datetime) -> NoteReservation:
    """`now` is the clock's: it decides whether the message may still leave, however late this is heard."""
    return NoteReservation(
        organisation_id=event.organisation_id,
        message_id=event.message_id,
        refused=event.reason if isinstance(event, billing.ReservationRefused) else None,
        now=now,
    )
