"""What an organisation has with a business number: how far it is connected, and which token it sends with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recado_events.ids import UserId, WabaId

CODE_EXCHANGE = "code_exchange"
TOKEN_CHECK = "token_check"  # noqa: S105 - the name of a step
WEBHOOK_SUBSCRIPTION = "webhook_subscription"
NUMBER_REGISTRATION = "number_registration"
STEPS = (CODE_EXCHANGE, TOKEN_CHECK, WEBHOOK_SUBSCRIPTION, NUMBER_REGISTRATION)

TOKEN_INVALID = "token_invalid"  # noqa: S105 - the name of a reason


@dataclass(frozen=True, slots=True)
class Failure:
    step: str
    reason: str
    meta_code: int | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """What one organisation has, had or wants with this number."""

    waba_id: WabaId
    country: str
    time_zone: str
    requested_by: UserId
    name: str | None = None
    detailed: bool = False
    """Its details were saved, now or in an earlier life."""
    status: Literal["connecting", "connected", "disconnected"] = "connecting"
    done: tuple[str, ...] = ()
    failure: Failure | None = None
    display_phone_number: str | None = None
    authorisation: int = 0
    """How many tokens it has had; the steps work with the last one."""
    checked: int = 0
    """Which of them was proven last: messages go out with it. `lost`: Meta takes that one no more."""
    lost: bool = False
    renewing: bool = False
    """It was connected when it was asked for anew, and goes on sending."""

    @property
    def sends(self) -> bool:
        """Whether messages may leave while its authorisation is not lost."""
        return self.status == "connected" or self.renewing

    @property
    def next_step(self) -> str | None:
        return next((step for step in STEPS if step not in self.done), None)

    def step_with(self, code: str | None) -> str | None:
        """The step to do now: a fresh code takes the place of a token that failed its check."""
        return CODE_EXCHANGE if code is not None and self._token_failed else self.next_step

    def takes(self, step: str) -> bool:
        """Whether this step is to be done now."""
        return step == self.next_step or (step == CODE_EXCHANGE and self._token_failed)

    @property
    def _token_failed(self) -> bool:
        return self.next_step == TOKEN_CHECK and self.failure is not None
