"""The tables behind the screens of crm."""

from crm.adapters.postgres.entries import ENTRIES
from crm.adapters.postgres.entry_questions import EntriesInPostgres
from crm.adapters.postgres.projection import CONTACTS
from crm.adapters.postgres.questions import ContactQuestions

__all__ = ["CONTACTS", "ENTRIES", "ContactQuestions", "EntriesInPostgres"]
