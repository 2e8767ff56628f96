"""The HTTP routes of crm."""

from __future__ import annotations

from fastapi import APIRouter
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams

from crm.adapters.http.changing import changing_routes
from crm.adapters.http.companies import company_changes
from crm.adapters.http.company_looks import company_looks
from crm.adapters.http.contact_fields import field_routes
from crm.adapters.http.conversations import conversation_changes, conversation_looks
from crm.adapters.http.imports import import_routes, report_routes
from crm.adapters.http.looking import looking_routes
from crm.adapters.http.making import making_routes
from crm.adapters.http.merging import merging_routes
from crm.adapters.http.people import standing
from crm.adapters.http.pipeline_records import record_changes
from crm.adapters.http.pipelines import setup_routes
from crm.adapters.http.record_looks import record_looks
from crm.application import Book, Conversing, Importing, Recording, Registering, Selling, SettingUp
from crm.views import EntryQuestions, Questions

__all__ = ["routes", "standing"]


def routes(streams: Streams, ids: Ids, book: Book, contacts: Questions, entries: EntryQuestions) -> list[APIRouter]:
    setting_up, recording, selling = SettingUp(book), Recording(book, ids), Selling(book)
    importing = Importing(book, recording, ids)
    return [
        report_routes(streams, importing, contacts, entries),
        import_routes(streams, importing, ids),
        making_routes(streams, recording, contacts, ids),
        looking_routes(streams, contacts, entries),
        changing_routes(streams, recording, ids),
        merging_routes(streams, recording),
        conversation_looks(streams, contacts, entries),
        conversation_changes(streams, Conversing(book), recording, selling, ids),
        company_looks(streams, entries, contacts),
        company_changes(streams, Registering(book), ids),
        record_looks(streams, entries),
        record_changes(streams, selling, ids),
        setup_routes(streams, setting_up, ids),
        field_routes(streams, setting_up),
    ]
