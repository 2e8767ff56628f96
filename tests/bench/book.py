"""The records of one organisation that has sold for years, copied straight into crm's views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import psycopg
from crm.adapters.postgres.projection import FOUND_BY
from crm.views.change import as_json
from crm.views.folding import folded, searched, sort_key
from recado_events.numbers import variants

from tests.bench.loading import Row, loading
from tests.bench.past import AT_STAGES, FIRST, Past

_NUMBER = "106540000000001"


@dataclass
class Book(Past):
    """Every fiftieth contact is of one company; every second has a pipeline record; every tenth is known by a username
    alone, and some share a number or an address."""

    SEED: ClassVar[int] = 5

    def load(self, dsn: str) -> None:
        with loading(dsn, "view_contacts") as connection:
            self._copy(connection, _CONTACTS, self.count, self._contact)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("SET search_path TO view_contacts")
            connection.execute(FOUND_BY.format(but="", whose="WHERE true").encode())
            connection.execute("VACUUM ANALYZE searched")
        with loading(dsn, "view_entries") as connection:
            self._copy(connection, _ENTRIES, len(self.companies), self._company)
            self._copy(connection, _ENTRIES, self.count, self._related)

    def _contact(self, number: int, rows: dict[str, list[Row]]) -> None:
        contact, customer, org, at = self.contacts[number], self._id(), self.organisation, self._ago()
        name = f"{self.random.choice(FIRST)} {self._words(2)}"
        owner = self.users[number % len(self.users)]
        rows["contacts"].append((contact, org, owner, None, sort_key(name), at, at))
        values = {"name": name, "email": f"{folded(name).replace(' ', '.')}@{self._words(1)}.com"}
        if number % 1_000 == 3:
            values["email"] = "vendas@example.com"
        rows["fields"] += [(contact, org, named, as_json(told), folded(told)) for named, told in values.items()]
        self._numbers(number, contact, rows)
        username = f"{self._words(1)}{number}" if number % 10 == 9 else None
        rows["customers"].append((customer, contact, username, folded(username), at))
        rows["conversations"].append((self._id(), contact, _NUMBER, owner, at, at + timedelta(days=1)))

    def _numbers(self, number: int, contact: UUID, rows: dict[str, list[Row]]) -> None:
        if number % 10 == 9:
            rows["aliases"].append((contact, "user_id", f"BR.{10**13 + number}", number, 0))
            return
        wa_id = f"55119{60_000_000 + (number - number % 1_000 * (number % 500 == 1)) * 37 % 40_000_000}"
        rows["aliases"].append((contact, "wa_id", wa_id, number, 0))
        rows["numbers"].append((contact, self.organisation, wa_id, min((wa_id, *variants(wa_id)))))

    def _company(self, number: int, rows: dict[str, list[Row]]) -> None:
        name, at = f"{self._words(2)} Ltda", self._ago()
        company, owner = self.companies[number], self.users[number % len(self.users)]
        rows["companies"].append((company, self.organisation, owner, "person", sort_key(name), at, at))
        rows["fields"].append((company, "name", as_json(name)))
        rows["searched"].append((company, self.organisation, searched(name)))

    def _related(self, number: int, rows: dict[str, list[Row]]) -> None:
        company = self.companies[0] if number % 50 == 0 else self.random.choice(self.companies[1:])
        rows["contact_companies"].append((self.contacts[number], company))
        if number % 2 == 0:
            return
        record, (stage,) = self._id(), self.random.choices(self.stages, AT_STAGES)
        name, at, owner = self._words(2), self._ago(), self.users[number % len(self.users)]
        rows["pipeline_records"].append((
            record, self.organisation, self.stages[0], stage, self.contacts[number], company, 100 * number, "BRL",
            owner, "person", sort_key(name), at, at,
        ))  # fmt: skip
        rows["fields"].append((record, "name", as_json(name)))
        rows["searched"].append((record, self.organisation, searched(name)))

    def _ago(self) -> datetime:
        return self.now - timedelta(days=900) * self.random.random()


_CONTACTS = {
    "contacts": "contact_id, organisation_id, owner_id, superseded_by, sort_key, created_at, changed_at",
    "fields": "contact_id, organisation_id, field, value, folded",
    "aliases": "contact_id, kind, value, position, place",
    "numbers": "contact_id, organisation_id, value, canonical",
    "customers": "customer_id, contact_id, username, folded, told_at",
    "conversations": "conversation_id, contact_id, phone_number_id, assignee, started_at, closed_at",
}
_ENTRIES = {
    "companies": "company_id, organisation_id, owner_id, origin, sort_key, created_at, changed_at",
    "searched": "id, organisation_id, text",
    "contact_companies": "contact_id, company_id",
    "pipeline_records": """pipeline_record_id, organisation_id, pipeline_id, stage_id, contact_id, company_id, amount,
        currency, owner_id, origin, sort_key, opened_at, changed_at""",
    "fields": "entry_id, field, value",
}
