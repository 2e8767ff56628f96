"""Meta is asked to send nothing more of a disconnected number's account, again and again until it was heard."""

from __future__ import annotations

import structlog

from gateway.application.accounts import Accounts, GraphFailed, Number, Tokens, Unsubscription, Unsubscriptions
from gateway.domain.verdicts import AUTHORISATION_CODES

AT_ONCE = 10

_log = structlog.get_logger()


class Unsubscribing:
    """Synchronous, for threads: it waits for Meta."""

    def __init__(self, accounts: Accounts, tokens: Tokens, pending: Unsubscriptions) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._pending = pending

    def unsubscribe(self, number: Number | None = None) -> int:
        """Those that are due, of one number or of all; answers how many were tried."""
        due = self._pending.take(AT_ONCE, number)
        for one in due:
            if self._is_over(one):
                self._pending.settle(one)
        return len(due)

    def _is_over(self, one: Unsubscription) -> bool:
        """Whether it is done, or given up: the token is dead, or Meta has refused for days."""
        try:
            self._ask(one)
        except GraphFailed as failed:
            is_hopeless = one.is_overdue or failed.code in AUTHORISATION_CODES
            about = {"phone_number_id": one.number[1], "waba_id": one.waba_id}
            log = _log.error if is_hopeless else _log.warning
            log("unsubscription_failed", **about, reason=failed.reason, code=failed.code, given_up=is_hopeless)
            return is_hopeless
        return True

    def _ask(self, one: Unsubscription) -> None:
        """Unless another number of the account is served here; one that began to connect meanwhile, or since an
        attempt of whose success nobody heard, must not lose its updates."""
        if one.token is None:
            raise GraphFailed("token_unreadable")
        may_be_unsubscribed = one.attempts > 1
        if not self._tokens.any_of_account(one.waba_id):
            self._accounts.unsubscribe(one.waba_id, one.token)
            may_be_unsubscribed = True
        if may_be_unsubscribed and self._tokens.any_of_account(one.waba_id):
            self._accounts.subscribe(one.waba_id, one.token)
