"""Channels: connected step by step, renamed, disconnected and connected again."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId, PhoneNumberId, WabaId

from gateway.application.accounts import Accounts, Number, Token, Tokens
from gateway.application.folds import CHANNEL, EDITION
from gateway.application.ports import Line
from gateway.application.steps import Given, StepFailed, Stepped, Steps
from gateway.commands import ChannelCommand, CompleteStep, DisconnectChannel, FailStep, SaveDetails
from gateway.domain.channel import channel_stream
from gateway.domain.connecting import decide
from gateway.domain.connection import Connection
from gateway.domain.edition import Edition, edition_stream
from gateway.domain.refusals import (
    ChannelIsDisconnected,
    EditionWithoutWhatsApp,
    NumberTaken,
    StepRefused,
    UnknownChannel,
)


class About(TypedDict):
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    waba_id: WabaId
    authorisation: int
    step: str
    now: datetime


class Connecting:
    """Synchronous, for threads: its steps wait for Meta."""

    def __init__(self, streams: Streams, accounts: Accounts, tokens: Tokens, line: Line, app_id: str) -> None:
        self._streams = streams
        self._tokens = tokens
        self._line = line
        self._steps = Steps(accounts, app_id)

    def ask(self, work: Work, command: ChannelCommand, cause: Cause) -> Connection | None:
        """Decides one command in a unit of work; answers what the organisation has with the number then."""
        stream = channel_stream(command.phone_number_id)
        work.record(decide(command, work.state(stream, CHANNEL)), cause)
        return work.state(stream, CHANNEL).connections.get(command.organisation_id)

    def check_may_connect(self, number: Number, code: str | None, anew: WabaId | None) -> None:
        """Raises EditionWithoutWhatsApp, which names whatever else is missing too, and UnknownChannel unless the number
        is asked for `anew`, in this account."""
        waba_id = anew or self.connection(number).waba_id
        edition: Edition = self._streams.read(edition_stream(number[0]), EDITION)
        if not edition.includes_whatsapp:
            raise EditionWithoutWhatsApp(edition.name, self._steps.lacks(waba_id, number[1], code))

    def save_details(self, work: Work, command: SaveDetails, cause: Cause) -> Connection | None:
        """What makes a connected number a channel. Raises EditionWithoutWhatsApp too (S1)."""
        self.found(work, (command.organisation_id, command.phone_number_id))
        edition: Edition = work.state(edition_stream(command.organisation_id), EDITION)
        if not edition.includes_whatsapp:
            raise EditionWithoutWhatsApp(edition.name, [])
        return self.ask(work, command, cause)

    def disconnect(self, work: Work, command: DisconnectChannel, cause: Cause) -> Connection | None:
        """From the commit on nothing is sent; the token is of use for the unsubscription only."""
        after = self.ask(work, command, cause)
        work.also(self._tokens.retire((command.organisation_id, command.phone_number_id)))
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

    # Steps -----------------------------------------------------------------------------------------

    def take_steps(self, number: Number, code: str | None, pin: str | None, cause: Cause) -> Connection:
        """Goes on from the first step that is not done, to the end. Raises StepRefused, which names the step,
        ChannelIsDisconnected and UnknownChannel."""
        while True:
            mine = self.connection(number)
            step = mine.step_with(code)
            if mine.status == "disconnected":
                raise ChannelIsDisconnected
            if mine.status != "connecting" or step is None:
                return mine
            given = Given(*number, mine, self._tokens.of(number, mine.authorisation), code, pin)
            try:
                self._complete(step, given, self._steps.take(step, given), cause)
            except StepFailed as failed:
                self._fail(step, given, failed, cause)
            except NumberTaken:
                self._fail(step, given, StepFailed(NumberTaken.rule), cause)

    def _complete(self, step: str, given: Given, done: Stepped, cause: Cause) -> None:
        shown = done.number.display_phone_number if done.number else None
        command = CompleteStep(**self._about(step, given), display_phone_number=shown)

        def decide_and_keep(work: Work) -> None:
            before = self.found(work, given.number)
            after = self.ask(work, command, cause) or before
            if done.token is not None and after.authorisation > before.authorisation:
                work.also(self._tokens.keep(given.number, after.waba_id, Token(done.token, after.authorisation)))
            if after.checked > before.checked:
                work.also(self._tokens.trust(given.number, after.checked))
            if done.number is not None and after != before:
                on_app = done.number.is_on_phone_app
                work.also(self._line.note_number(given.phone_number_id, is_on_phone_app=on_app))

        self._streams.transact(decide_and_keep)

    def _fail(self, step: str, given: Given, failed: StepFailed, cause: Cause) -> None:
        """Records it and raises StepRefused; returns where somebody else has done the step meanwhile."""
        command = FailStep(**self._about(step, given), reason=failed.reason, meta_code=failed.meta_code)
        after = self._streams.transact(lambda work: self.ask(work, command, cause)).value
        if after is None or step not in after.done:
            raise StepRefused(step, failed.reason, failed.meta_code, retry=failed.retry, also=failed.also)

    def _about(self, step: str, given: Given) -> About:
        """Of what the step was done with, which may not be what the channel has by now."""
        return About(
            organisation_id=given.organisation_id,
            phone_number_id=given.phone_number_id,
            waba_id=given.connection.waba_id,
            authorisation=given.connection.authorisation,
            step=step,
            now=self._streams.clock.now(),
        )
