"""What each step of connecting does at Meta. A step that cannot be done says why, in words that are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from recado_events.ids import OrganisationId, PhoneNumberId, WabaId

from gateway.application.accounts import Accounts, Granted, GraphFailed, Number, NumberAtMeta, Token
from gateway.domain.connection import (
    CODE_EXCHANGE,
    NUMBER_REGISTRATION,
    TOKEN_CHECK,
    TOKEN_INVALID,
    WEBHOOK_SUBSCRIPTION,
    Connection,
)
from gateway.domain.verdicts import AUTHORISATION_CODES

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")


class StepFailed(Exception):
    """`reason` is one of the words below; `retry` tells that Meta could not be asked, or could not answer; `also`
    holds further reasons, of the same kind, that were found together with it."""

    def __init__(
        self, reason: str, meta_code: int | None = None, *, retry: bool = False, also: Sequence[str] = ()
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.meta_code = meta_code
        self.retry = retry
        self.also = tuple(also)


@dataclass(frozen=True, slots=True)
class Given:
    """What a step works with. `code` and `pin` are what the administrator gave this time."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    connection: Connection
    token: Token | None
    code: str | None
    pin: str | None

    @property
    def number(self) -> Number:
        return self.organisation_id, self.phone_number_id


@dataclass(frozen=True, slots=True)
class Stepped:
    """What a step brought: a token, the number as Meta has it, or nothing but its being done."""

    token: str | None = None
    number: NumberAtMeta | None = None


class Steps:
    def __init__(self, accounts: Accounts, app_id: str) -> None:
        self._accounts = accounts
        self._app_id = app_id
        self._actions: Mapping[str, Callable[[Given], Stepped]] = {
            CODE_EXCHANGE: self._exchange_code,
            TOKEN_CHECK: self._check_token,
            WEBHOOK_SUBSCRIPTION: self._subscribe,
            NUMBER_REGISTRATION: self._register,
        }

    def take(self, step: str, given: Given) -> Stepped:
        """Raises StepFailed."""
        try:
            return self._actions[step](given)
        except GraphFailed as failed:
            raise _as_step_failed(step, failed) from failed

    def lacks(self, waba_id: WabaId, phone_number_id: PhoneNumberId, code: str | None) -> list[str]:
        """Reasons for which Meta would not let the number be connected, as far as the code lets one look. It is spent;
        nothing is kept."""
        if code is None:
            return []
        try:
            return self._look(waba_id, phone_number_id, Token(self._accounts.exchange(code)))[1]
        except (GraphFailed, StepFailed):
            return []

    def _exchange_code(self, given: Given) -> Stepped:
        if given.code is None:
            raise StepFailed("code_missing")
        return Stepped(token=self._accounts.exchange(given.code))

    def _check_token(self, given: Given) -> Stepped:
        """Says whose the number is: nobody gets a number by naming it."""
        number, lacking = self._look(given.connection.waba_id, given.phone_number_id, _token(given))
        if lacking:
            raise StepFailed(lacking[0], also=lacking[1:])
        return Stepped(number=number)

    def _look(
        self, waba_id: WabaId, phone_number_id: PhoneNumberId, token: Token
    ) -> tuple[NumberAtMeta | None, list[str]]:
        """The number, and every prerequisite that is missing. An account that is not shared shows no number either."""
        granted = self._accounts.inspect(token)
        if not granted.is_valid or granted.app_id != self._app_id:
            raise StepFailed(TOKEN_INVALID)
        is_shared = all(_allows(granted, scope, waba_id) for scope in SCOPES)
        try:
            number = self._accounts.number(waba_id, phone_number_id, token)
        except GraphFailed as failed:
            if is_shared or not failed.is_refusal:
                raise
            number = None
        found = {"business_account_missing": is_shared, "phone_number_missing": number is not None}
        return number, [reason for reason, is_there in found.items() if not is_there]

    def _subscribe(self, given: Given) -> Stepped:
        self._accounts.subscribe(given.connection.waba_id, _token(given))
        return Stepped()

    def _register(self, given: Given) -> Stepped:
        """A number that is registered already needs no PIN; one that lives in the phone app cannot be registered."""
        token = _token(given)
        number = self._number(given, token)
        if not number.is_registered and not number.is_on_phone_app:
            if given.pin is None:
                raise StepFailed("pin_missing")
            self._accounts.register(given.phone_number_id, given.pin, token)
        return Stepped(number=number)

    def _number(self, given: Given, token: Token) -> NumberAtMeta:
        number = self._accounts.number(given.connection.waba_id, given.phone_number_id, token)
        if number is None:
            raise StepFailed("phone_number_missing")
        return number


def _token(given: Given) -> Token:
    if given.token is None:
        raise StepFailed(TOKEN_INVALID)
    return given.token


def _allows(granted: Granted, scope: str, waba_id: str) -> bool:
    accounts = granted.accounts.get(scope)
    return scope in granted.scopes and (accounts is None or waba_id in accounts)


def _as_step_failed(step: str, failed: GraphFailed) -> StepFailed:
    if not failed.is_refusal:
        return StepFailed(failed.reason, failed.code, retry=True)
    if step != CODE_EXCHANGE and failed.code in AUTHORISATION_CODES:
        return StepFailed(TOKEN_INVALID, failed.code)
    reasons = {CODE_EXCHANGE: "code_refused", TOKEN_CHECK: "business_account_missing"}
    return StepFailed(reasons.get(step, "refused_by_meta"), failed.code)
