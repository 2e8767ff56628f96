"""What the platform's operator settles."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId

from billing.application.books import Books
from billing.commands import ChangeEdition, ChoosePolicy, ImportRateCard, Register, SetAutoRecharge
from billing.domain import alarm, organisation, prices
from billing.domain.organisation import Organisation


class Settling:
    def __init__(self, books: Books) -> None:
        self._books = books

    def organisation(self, work: Work, organisation_id: OrganisationId) -> Organisation:
        return self._books.organisation(work, organisation_id)

    def register(self, work: Work, command: Register, cause: Cause) -> None:
        known = self._books.organisation(work, command.organisation_id)
        self._books.enter(work, organisation.register(command, known), command.now, cause)

    def change_edition(self, work: Work, command: ChangeEdition, cause: Cause) -> None:
        known = self._books.organisation(work, command.organisation_id)
        self._books.enter(work, organisation.change_edition(command, known), command.now, cause)

    def choose_policy(self, work: Work, command: ChoosePolicy, cause: Cause) -> None:
        self._books.enter(work, prices.choose_policy(command, self._books.prices(work)), command.now, cause)

    def import_rate_card(self, work: Work, command: ImportRateCard, cause: Cause) -> None:
        self._books.enter(work, prices.import_rate_card(command, self._books.prices(work)), command.now, cause)

    def set_auto_recharge(self, work: Work, command: SetAutoRecharge, cause: Cause) -> None:
        wallet = self._books.wallet(work, command.organisation_id)
        self._books.enter(work, alarm.set_auto_recharge(command, wallet), command.now, cause)
