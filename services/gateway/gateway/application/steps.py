"""What each step of connecting does at Meta. A step that cannot be done says why, in words that are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from recado_events.ids import OrganisationId, PhoneNumberId

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
    """`reason` is one of the words below; `retry` tells that Meta could not be asked, or could not answer."""

    def __init__(self, reason: str, meta_code: int | None = None, *, retry: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.meta_code = meta_code
        self.retry = retry


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

    def _exchange_code(self, given: Given) -> Stepped:
        if given.code is None:
            raise StepFailed("code_missing")
        return Stepped(token=self._accounts.exchange(given.code))

    def _check_token(self, given: Given) -> Stepped:
        """Says whose the number is: nobody gets a number by naming it."""
        token = _token(given)
        granted = self._accounts.inspect(token)
        if not granted.is_valid or granted.app_id != self._app_id:
            raise StepFailed(TOKEN_INVALID)
        if not all(_allows(granted, scope, given.connection.waba_id) for scope in SCOPES):
            raise StepFailed("business_account_missing")
        return Stepped(number=self._number(given, token))

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
