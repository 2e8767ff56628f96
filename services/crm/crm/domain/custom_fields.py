"""Custom fields of contacts: defined by administrators, typed; every value is checked against its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from recado_events.crm import ContactFieldDefined, ContactFieldRetired
from recado_events.event import Event

from crm.commands import ChangeContactField, DefineContactField, RetireContactField
from crm.domain.refusals import BadChoices, BadFieldValue, FieldExists, TooMany, UnknownField, UnknownFieldValue
from crm.domain.setup import CustomField, Setup
from crm.domain.staff import Staff

FIELDS = 100
PREFIX = "custom_"
TEXT = 1_000
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EXPECTED = {
    "text": f"text of 1 to {TEXT} characters",
    "number": "a decimal as text, at most 18 digits before and 9 after the point",
    "date": "a date as text, YYYY-MM-DD",
    "choice": "the key of one of the field's choices",
    "boolean": "true or false",
}


def define_field(command: DefineContactField, setup: Setup, staff: Staff) -> list[Event]:
    staff.check_may_set_up(command.by)
    custom = CustomField(command.label, command.value_type, {each.choice: each.label for each in command.choices})
    known = setup.fields.get(command.field)
    if known is not None:
        if known == custom:
            return []
        raise FieldExists
    if len([each for each in setup.fields.values() if not each.retired]) >= FIELDS:
        raise TooMany(limit=FIELDS)
    if (command.value_type == "choice") != bool(command.choices) or len(custom.choices) != len(command.choices):
        raise BadChoices
    return [_defined(command, command.value_type)]


def change_field(command: ChangeContactField, setup: Setup, staff: Staff) -> list[Event]:
    """Its type stays, and every choice that contacts may hold."""
    staff.check_may_set_up(command.by)
    known = setup.fields.get(command.field)
    if known is None or known.retired:
        raise UnknownField
    choices = {each.choice: each.label for each in command.choices}
    if known.choices.keys() - choices or len(choices) != len(command.choices):
        raise BadChoices
    if choices and known.value_type != "choice":
        raise BadChoices
    if (known.label, dict(known.choices)) == (command.label, choices):
        return []
    return [_defined(command, known.value_type)]


def retire_field(command: RetireContactField, setup: Setup, staff: Staff) -> list[Event]:
    staff.check_may_set_up(command.by)
    known = setup.fields.get(command.field)
    if known is None:
        raise UnknownField
    if known.retired:
        return []
    return [
        ContactFieldRetired(
            organisation_id=command.organisation_id,
            field=command.field,
            retired_by=command.by.user_id,
            retired_at=command.now,
        )
    ]


def check_values(values: Mapping[str, str | bool | None], setup: Setup) -> None:
    """Raises for the first custom value that does not fit, and names its field; standard fields are not looked at."""
    for name, value in values.items():
        if not name.startswith(PREFIX):
            continue
        custom = setup.fields.get(name)
        if custom is None or custom.retired:
            raise UnknownFieldValue(field=name)
        if value is not None and not fits(value, custom):
            raise BadFieldValue(field=name, expected=_EXPECTED[custom.value_type])


def fits(value: str | bool, custom: CustomField) -> bool:
    if isinstance(value, bool):
        return custom.value_type == "boolean"
    match custom.value_type:
        case "text":
            return 1 <= len(value) <= TEXT
        case "number":
            return _NUMBER.fullmatch(value) is not None and value not in ("-0",)
        case "date":
            return _is_date(value)
        case "choice":
            return value in custom.choices
    return False


def _is_date(value: str) -> bool:
    if _DATE.fullmatch(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _defined(command: DefineContactField | ChangeContactField, value_type: str) -> ContactFieldDefined:
    return ContactFieldDefined(
        organisation_id=command.organisation_id,
        field=command.field,
        label=command.label,
        value_type=value_type,
        choices=command.choices,
        defined_by=command.by.user_id,
        defined_at=command.now,
    )
