"""Channels: connected step by step, renamed, disconnected and connected again."""

from __future__ import annotations

import structlog
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause

from gateway.application.folds import CHANNEL
from gateway.application.ports import Accounts, GraphFailed, Number, Token, Tokens
from gateway.application.steps import Given, StepFailed, Stepped, Steps
from gateway.commands import ChannelCommand, CompleteStep, DisconnectChannel, FailStep
from gateway.domain.channel import Connection, channel_stream
from gateway.domain.connecting import decide
from gateway.domain.refusals import ChannelIsDisconnected, NumberTaken, StepRefused, UnknownChannel

_log = structlog.get_logger()


class Connecting:
    """Synchronous, for threads: its steps wait for Meta."""

    def __init__(self, streams: Streams, accounts: Accounts, tokens: Tokens, app_id: str) -> None:
        self._streams = streams
        self._accounts = accounts
        self._tokens = tokens
        self._steps = Steps(accounts, app_id)

    def ask(self, work: Work, command: ChannelCommand, cause: Cause) -> Connection | None:
        """Decides one command in a unit of work; answers what the organisation has with the number then."""
        stream = channel_stream(command.phone_number_id)
        work.record(decide(command, work.state(stream, CHANNEL)), cause)
        return work.state(stream, CHANNEL).connections.get(command.organisation_id)

    def disconnect(self, work: Work, command: DisconnectChannel, cause: Cause) -> Connection | None:
        """From the commit on nothing is sent, and the token is gone."""
        after = self.ask(work, command, cause)
        work.also(self._tokens.forget((command.organisation_id, command.phone_number_id)))
        return after

    def found(self, work: Work, number: Number) -> Connection:
        """What the organisation has with the number. Raises UnknownChannel."""
        found = work.state(channel_stream(number[1]), CHANNEL).connections.get(number[0])
        if found is None:
            raise UnknownChannel
        return found

    def connection(self, number: Number) -> Connection:
        """The same, outside of any unit of work."""
        return self._streams.transact(lambda work: self.found(work, number)).value

    def token(self, number: Number) -> Token | None:
        return self._tokens.find([number]).get(number)

    # Steps -----------------------------------------------------------------------------------------

    def take_steps(self, number: Number, code: str | None, pin: str | None, cause: Cause) -> Connection:
        """Goes on from the first step that is not done, to the end. Raises StepRefused, which names the step,
        and ChannelIsDisconnected."""
        while True:
            mine = self.connection(number)
            step = mine.next_step
            if mine.status == "disconnected":
                raise ChannelIsDisconnected
            if mine.status != "connecting" or step is None:
                return mine
            given = Given(*number, mine, self.token(number), code, pin)
            try:
                self._complete(number, step, self._steps.take(step, given), cause)
            except StepFailed as failed:
                self._fail(number, step, failed, cause)
            except NumberTaken:
                self._fail(number, step, StepFailed(NumberTaken.rule), cause)

    def _complete(self, number: Number, step: str, done: Stepped, cause: Cause) -> None:
        command = CompleteStep(
            organisation_id=number[0],
            phone_number_id=number[1],
            step=step,
            display_phone_number=done.display_phone_number,
            now=self._streams.clock.now(),
        )

        def decide_and_keep(work: Work) -> None:
            before = work.state(channel_stream(number[1]), CHANNEL).connections[number[0]]
            after = self.ask(work, command, cause)
            if done.token is not None and after is not None and after.authorisation > before.authorisation:
                work.also(self._tokens.keep(number, after.waba_id, Token(done.token, after.authorisation)))

        self._streams.transact(decide_and_keep)

    def _fail(self, number: Number, step: str, failed: StepFailed, cause: Cause) -> None:
        """Records it and raises StepRefused; returns where somebody else has done the step meanwhile."""
        command = FailStep(
            organisation_id=number[0],
            phone_number_id=number[1],
            step=step,
            reason=failed.reason,
            meta_code=failed.meta_code,
            now=self._streams.clock.now(),
        )
        after = self._streams.transact(lambda work: self.ask(work, command, cause)).value
        if after is None or step not in after.done:
            raise StepRefused(step, failed.reason, failed.meta_code, retry=failed.retry)

    # After a disconnection -------------------------------------------------------------------------

    def unsubscribe(self, number: Number, token: Token | None) -> None:
        """Best effort: asks Meta to send nothing more, unless another number of the account is served here."""
        channel = self._streams.read(channel_stream(number[1]), CHANNEL)
        mine = channel.connections.get(number[0])
        if mine is None or token is None or mine.status != "disconnected" or self._tokens.any_of_account(mine.waba_id):
            return
        try:
            self._accounts.unsubscribe(mine.waba_id, token)
            if self._tokens.any_of_account(mine.waba_id):
                # Another number of the account began to connect meanwhile: it must not lose its updates.
                self._accounts.subscribe(mine.waba_id, token)
        except GraphFailed as failed:
            _log.warning("unsubscription_failed", phone_number_id=number[1], reason=failed.reason, code=failed.code)
