"""What stands in the place of merge fields: the values of a contact, its company, who sends, and the organisation."""

from __future__ import annotations

from collections.abc import Sequence

from recado_events.identity import Alias
from recado_events.ids import UserId

from conversations.domain.company import Company
from conversations.domain.contact import Contact
from conversations.domain.customer import Customer, newest_of
from conversations.domain.team import Team

_NAMED: dict[str, str] = {"company": "company.name"}


def field_values(contact: Contact, company: Company, customer: Customer, team: Team, agent: UserId) -> dict[str, str]:
    """By name of the merge field; what has no value is left out. `company`: the contact's.

    Where crm has not told of the contact yet, it is called as the customer calls themselves; where it has not told of
    the company, that is called as it is written on the contact.
    """
    fields = dict(contact.values) if contact.organisation_id else {"name": customer.called}
    user = team.users.get(agent)
    told = {
        **{_NAMED.get(name, f"contact.{name}"): value for name, value in fields.items() if name != "name"},
        **{f"company.{name}": value for name, value in company.values.items()},
        **_name("contact", fields.get("name")),
        **_name("agent", user.name if user else None),
        "contact.phone": _phone(customer.aliases or contact.aliases),
        "organisation.name": team.organisation.name,
    }
    return {name: value for name, value in told.items() if value}


def _name(of: str, name: str | None) -> dict[str, str | None]:
    first, _, last = (name or "").strip().partition(" ")
    return {f"{of}.name": name, f"{of}.first_name": first, f"{of}.last_name": last}


def _phone(aliases: Sequence[Alias]) -> str | None:
    number = newest_of(aliases).get("wa_id")
    return None if number is None else f"+{number.value}"
