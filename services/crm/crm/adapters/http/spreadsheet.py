"""Contacts as rows of a CSV file, both ways."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from recado_chassis.http.problems import Problem

from crm.adapters.http.bodies import Phone, digits_of
from crm.adapters.http.changing import FieldsBody
from crm.commands import ImportRow
from crm.domain.contact import NAME
from crm.domain.setup import CustomField
from crm.views import Row

PHONE = "phone"
FIELDS = tuple(name for name in FieldsBody.model_fields if name != "custom")
COLUMNS = (NAME, PHONE, *(name for name in FIELDS if name != NAME))
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
    """Raises Problem for a text that is no CSV, or has too many rows; a bad row says what is wrong with it."""
    try:
        cells = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        raise Problem(422, "malformed_csv", "This part is no CSV of whole rows: look for an open quotation.") from None
    if len(cells) > ROWS:
        raise Problem(422, "too_many_rows", "Send fewer rows in a part.", limit=ROWS)
    return tuple(_row(each, columns, fields) for each in cells)


def _row(cells: Sequence[str], columns: Sequence[str | None], fields: Mapping[str, CustomField]) -> ImportRow:
    if len(cells) != len(columns):
        return ImportRow(rule="wrong_number_of_columns")
    told = {name: _plain(cell) for name, cell in zip(columns, cells, strict=True) if name and cell}
    phone = told.pop(PHONE, None)
    if phone is not None and not _is_phone(phone):
        return ImportRow(column=PHONE, rule="invalid_field")
    custom = {name: _custom(value, fields.get(name)) for name, value in told.items() if name not in FIELDS}
    standard = {name: value for name, value in told.items() if name in FIELDS}
    try:
        values = FieldsBody.model_validate(standard).model_dump(mode="json", exclude_unset=True, exclude={"custom"})
    except ValidationError as error:
        return ImportRow(column=str(error.errors(include_input=False)[0]["loc"][0]), rule="invalid_field")
    return ImportRow(number=digits_of(phone), values={**values, **custom})


def _is_phone(text: str) -> bool:
    try:
        _PHONE.validate_python(text)
    except ValidationError:
        return False
    return True


def _custom(value: str, custom: CustomField | None) -> str | bool:
    if custom is not None and custom.value_type == "boolean":
        return _TRUTH.get(value.lower(), value)
    return value


def _plain(cell: str) -> str:
    """Without the mark that an export puts before what a spreadsheet would compute."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _COMPUTED else cell


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
    if name != PHONE:
        return row["fields"].get(name)
    numbers = [alias["value"] for alias in row["aliases"] if alias["kind"] == "wa_id"]
    return f"+{numbers[-1]}" if numbers else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}" if text.startswith(_COMPUTED) else text
