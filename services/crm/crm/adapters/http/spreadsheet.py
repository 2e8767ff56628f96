"""Contacts as rows of a CSV file, both ways."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from recado_chassis.http.problems import Problem
from recado_events.ids import ContactId

from crm.adapters.http.bodies import Phone
from crm.adapters.http.changing import FieldsBody
from crm.commands import ImportRow
from crm.domain.contact import NAME
from crm.domain.setup import CustomField
from crm.views import Row

PHONE, OTHER_PHONES, CONTACT = "phone", "other_phones", "contact_id"
FIELDS = tuple(name for name in FieldsBody.model_fields if name != "custom")
COLUMNS = (NAME, PHONE, OTHER_PHONES, *(name for name in FIELDS if name != NAME), CONTACT)
ROWS = 500
"""At most, in one part."""
_COMPUTED = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""
_CUSTOM = re.compile(r"custom_[a-z][a-z0-9_]{0,40}")
_PHONE: TypeAdapter[str] = TypeAdapter(Phone)
_TRUTH = {"true": True, "false": False}


def is_column(name: str) -> bool:
    return name in COLUMNS or _CUSTOM.fullmatch(name) is not None


def rows_in(text: str, columns: Sequence[str | None], fields: Mapping[str, CustomField]) -> tuple[ImportRow, ...]:
    """Raises Problem for a text that is no CSV, or has too many rows; a bad row says what is wrong with it. A
    blank line is a row that says nothing, so that the others keep their numbers."""
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise Problem(422, "malformed_csv", "This part is no CSV of whole rows: look for an open quotation.") from None
    if len(cells) > ROWS:
        raise Problem(422, "too_many_rows", "Send fewer rows in a part.", limit=ROWS)
    return tuple(_row(each, columns, fields) for each in cells)


def _row(cells: Sequence[str], columns: Sequence[str | None], fields: Mapping[str, CustomField]) -> ImportRow:
    if not cells:
        return ImportRow()
    if len(cells) != len(columns):
        return ImportRow(rule="wrong_number_of_columns")
    told = {name: _plain(cell) for name, cell in zip(columns, cells, strict=True) if name and cell}
    told.pop(OTHER_PHONES, None)
    phone, contact = told.pop(PHONE, None), told.pop(CONTACT, None)
    try:
        contact_id = None if contact is None else ContactId(UUID(contact))
    except ValueError:
        return ImportRow(column=CONTACT, rule="invalid_field")
    number = None if phone is None else _digits(phone, known=contact_id is not None)
    if phone is not None and number is None:
        return ImportRow(column=PHONE, rule="invalid_field")
    custom = {name: _custom(value, fields.get(name)) for name, value in told.items() if name not in FIELDS}
    standard = {name: value for name, value in told.items() if name in FIELDS}
    try:
        values = FieldsBody.model_validate(standard).model_dump(mode="json", exclude_unset=True, exclude={"custom"})
    except ValidationError as error:
        return ImportRow(column=str(error.errors(include_input=False)[0]["loc"][0]), rule="invalid_field")
    return ImportRow(contact_id=contact_id, number=number, values={**values, **custom})


def _digits(phone: str, *, known: bool) -> str | None:
    """Of a contact that is known otherwise they are only compared: it has whatever number it writes from."""
    if known:
        return "".join(letter for letter in phone if letter.isascii() and letter.isdigit())
    try:
        return _PHONE.validate_python(phone)
    except ValidationError:
        return None


def _custom(value: str, custom: CustomField | None) -> str | bool:
    if custom is not None and custom.value_type == "boolean":
        return _TRUTH.get(value.lower(), value)
    return value


def _plain(cell: str) -> str:
    """Without the mark that an export puts before what a spreadsheet would compute, and before what looks marked."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_COMPUTED) else cell


def as_csv(pages: Iterable[Sequence[Row]], custom: Sequence[str]) -> Iterator[str]:
    """A page of contacts at a time. Cells begin with nothing that a spreadsheet would compute."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow([*COLUMNS, *custom])
    for rows in pages:
        writer.writerows([_cell(_value(row, name)) for name in (*COLUMNS, *custom)] for row in rows)
        yield page.getvalue()
        page.seek(0)
        page.truncate()
    yield page.getvalue()


def _value(row: Row, name: str) -> Any:
    """The number is the one that was learned last; the others stand beside it."""
    if name == CONTACT:
        return row[CONTACT]
    if name not in (PHONE, OTHER_PHONES):
        return row["fields"].get(name)
    numbers = [f"+{alias['value']}" for alias in row["aliases"] if alias["kind"] == "wa_id"]
    return (numbers[-1] if numbers else None) if name == PHONE else " ".join(numbers[:-1]) or None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}" if text.lstrip("'").startswith(_COMPUTED) else text
