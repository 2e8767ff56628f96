"""Merging contacts, and taking it back."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from recado_chassis.http.commands import perform
from recado_chassis.http.models import RequestModel
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.ids import ContactId
from starlette.responses import Response

from crm.adapters.http.changing import on_contact
from crm.adapters.http.people import Changing
from crm.application import Recording
from crm.commands import MergeContacts, UnmergeContact


class MergeBody(RequestModel):
    merged_id: UUID
    """The contact that is the same person; the one in the path stays."""


def merging_routes(streams: Streams, recording: Recording) -> APIRouter:
    router = APIRouter(prefix="/contacts/{contact_id}", tags=["contacts"])

    @router.post("/merge")
    def merge(contact_id: UUID, body: MergeBody, request: Changing) -> Response:
        command = MergeContacts(**on_contact(contact_id, request), merged_id=ContactId(body.merged_id))

        def decide(work: Work) -> dict[str, str]:
            recording.merge_contacts(work, command, request.cause)
            return {"contact_id": str(contact_id), "merged_id": str(body.merged_id)}

        return perform(streams, request, decide)

    @router.post("/unmerge")
    def unmerge(contact_id: UUID, request: Changing) -> Response:
        command = UnmergeContact(**on_contact(contact_id, request))

        def decide(work: Work) -> dict[str, str]:
            recording.unmerge_contact(work, command, request.cause)
            return {"contact_id": str(contact_id)}

        return perform(streams, request, decide)

    return router
