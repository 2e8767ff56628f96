"""Merge fields: how templates and quick replies name a value, and how it is put in. Part of the published language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count

TOKEN = re.compile(r"#\{([a-z]+(?:_[a-z]+)*\.[a-z][a-z0-9_]*)\}")
"""A merge field as typed: `#{contact.first_name}`."""

FIELDS: tuple[str, ...] = (
    "contact.first_name",
    "contact.last_name",
    "contact.name",
    "contact.phone",
    "contact.email",
    "company.name",
    "pipeline_record.name",
    "pipeline_record.stage",
    "pipeline_record.amount",
    "agent.first_name",
    "agent.name",
    "organisation.name",
)
"""Every field the picker offers; `contact.custom_…` fields come with their definitions."""


def tokens(text: str) -> list[str]:
    """The names of the fields in a text, each as often as it stands there, in order."""
    return TOKEN.findall(text)


def render(text: str, values: Mapping[str, str]) -> str:
    """Every field replaced. Raises KeyError with the name of the first one that has no value."""
    return TOKEN.sub(lambda token: values[token.group(1)], text)


NAMED = "named"
"""Meta's word for a template whose places have names."""
FOREIGN = "parameter."
"""Begins the fields that are places of a template made elsewhere: `parameter.body_first_name`."""
_PART = re.compile(r"^parameter\.(?:header|body|button_\d+)_")


def name_at_meta(field: str) -> str:
    """What a place is called in a template whose places have names: `first_name`, `contact_first_name`."""
    return _PART.sub("", field).replace(".", "_")


def as_at_meta(text: str, parameter_format: str) -> str:
    """A text as Meta keeps it, with its places by number or by name."""
    if parameter_format != NAMED:
        return positional(text)
    return TOKEN.sub(lambda token: f"{{{{{name_at_meta(token.group(1))}}}}}", text)


def address_at_meta(url: str) -> str:
    """An address has one place at most: the first, or whatever it was called where it was made."""
    return TOKEN.sub(lambda token: f"{{{{{_place_of(token.group(1))}}}}}", url)


def _place_of(field: str) -> str:
    return name_at_meta(field) if field.startswith(f"{FOREIGN}button_") else "1"


def positional(text: str) -> str:
    """The text as Meta keeps it: each field by its place, `{{1}}` on, one that stands there twice has two places."""
    places = count(1)
    return TOKEN.sub(lambda _: f"{{{{{next(places)}}}}}", text)
