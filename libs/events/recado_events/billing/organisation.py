"""Organisations: registered and given an edition by the platform's operator."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event

WITH_WHATSAPP = frozenset({"express", "premier", "bigin_360"})
"""The editions whose organisations may connect numbers and send."""


class OfOrganisation(Event):
    """What the platform's operator settles about an organisation."""

    STREAM: ClassVar[str] = "organisation-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class OrganisationRegistered(OfOrganisation):
    TYPE: ClassVar[str] = "billing.organisation-registered.v1"
    name: str
    locale: str
    """BCP 47: pt-BR, en."""
    edition: str
    """express, premier, bigin_360, or one without WhatsApp: free, or a later one."""
    registered_at: AwareDatetime


class OrganisationRenamed(OfOrganisation):
    TYPE: ClassVar[str] = "billing.organisation-renamed.v1"
    name: str
    locale: str
    renamed_at: AwareDatetime


class EditionChanged(OfOrganisation):
    """One without WhatsApp freezes sending, keeps receiving and deletes nothing; one with it thaws."""

    TYPE: ClassVar[str] = "billing.edition-changed.v1"
    previous: str
    edition: str
    changed_at: AwareDatetime
