"""How the streams of crm become states, by the first word of their names."""

from __future__ import annotations

from typing import Any

from recado_chassis.work import Fold

from crm.domain import company, contact, importing, pipeline_record, setup, staff

FOLDS: dict[str, Fold[Any]] = {
    "contact": Fold(contact.ABSENT, contact.evolve),
    "staff": Fold(staff.Staff(), staff.evolve),
    "company": Fold(company.NO_COMPANY, company.evolve),
    "organisation": Fold(setup.Setup(), setup.evolve),
    "exports": Fold(None, lambda nothing, _: nothing),
    "import": Fold(importing.NO_IMPORT, importing.evolve),
    "record": Fold(pipeline_record.NO_RECORD, pipeline_record.evolve),
}


def fold_of(stream: str) -> Fold[Any]:
    return FOLDS[stream.split("-", 1)[0]]
