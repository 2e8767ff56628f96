"""Rows as they are shown."""

from __future__ import annotations

from recado_events.currencies import exponent

from crm.domain.contact import NAME
from crm.views import Row


def as_contact(row: Row) -> Row:
    """`superseded_by`: this was found to be the same person as that contact, to whom new conversations go."""
    names = ("contact_id", "owner_id", "company_id", "superseded_by", "aliases", "created_at", "changed_at")
    return {**_of(row, names), **_named(row)}


def as_company(row: Row) -> Row:
    names = ("company_id", "owner_id", "origin", "conversation_id", "message_id", "created_at", "changed_at")
    return {**_of(row, names), **_named(row)}


def as_record(row: Row) -> Row:
    """`amount.minor` is an integer in minor units; `exponent` says how many digits of it stand after the point."""
    ids = ("pipeline_record_id", "pipeline_id", "stage_id", "contact_id", "company_id", "conversation_id", "message_id")
    amount = None
    if row["amount"] is not None:
        amount = {"minor": row["amount"], "currency": row["currency"], "exponent": exponent(row["currency"])}
    rest = ("owner_id", "origin", "opened_by", "opened_at", "changed_at")
    return {**_of(row, ids), **_named(row), "amount": amount, **_of(row, rest)}


def as_stage(row: Row) -> Row:
    return _of(row, ("pipeline_id", "stage_id", "entered_at", "left_at", "by"))


def as_note(row: Row) -> Row:
    return _of(row, ("note_id", "message_id", "added_by", "added_at", "text"))


def as_line(row: Row) -> Row:
    """`by` is a person; `cause` says why it happened, whoever did it."""
    return _of(row, ("what", "at", "by", "details", "changed", "cause", "position"))


def as_talk(row: Row) -> Row:
    names = ("conversation_id", "contact_id", "phone_number_id", "assignee", "started_at", "closed_at")
    return {**_of(row, names), "state": "closed" if row["closed_at"] else "open"}


def _of(row: Row, names: tuple[str, ...]) -> Row:
    return {name: row[name] for name in names}


def _named(row: Row) -> Row:
    fields = {name: value for name, value in row["fields"].items() if name != NAME}
    return {"name": row["fields"].get(NAME), "fields": fields}
