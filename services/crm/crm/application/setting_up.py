"""What administrators set up."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause

from crm.application.book import Book
from crm.commands import (
    ChangeContactField,
    ChangePipeline,
    CreatePipeline,
    DefineContactField,
    OnSetup,
    RetireContactField,
    RetirePipeline,
    SetRecordRules,
)
from crm.domain import custom_fields, pipelines
from crm.domain.setup import Setup
from crm.domain.staff import Staff


class SettingUp:
    def __init__(self, book: Book) -> None:
        self._book = book

    def create_pipeline(self, work: Work, command: CreatePipeline, cause: Cause) -> None:
        self._book.record(work, pipelines.create_pipeline(command, *self._at(work, command)), cause)

    def change_pipeline(self, work: Work, command: ChangePipeline, cause: Cause) -> None:
        self._book.record(work, pipelines.change_pipeline(command, *self._at(work, command)), cause)

    def retire_pipeline(self, work: Work, command: RetirePipeline, cause: Cause) -> None:
        self._book.record(work, pipelines.retire_pipeline(command, *self._at(work, command)), cause)

    def set_record_rules(self, work: Work, command: SetRecordRules, cause: Cause) -> None:
        self._book.record(work, pipelines.set_record_rules(command, *self._at(work, command)), cause)

    def define_field(self, work: Work, command: DefineContactField, cause: Cause) -> None:
        self._book.record(work, custom_fields.define_field(command, *self._at(work, command)), cause)

    def change_field(self, work: Work, command: ChangeContactField, cause: Cause) -> None:
        self._book.record(work, custom_fields.change_field(command, *self._at(work, command)), cause)

    def retire_field(self, work: Work, command: RetireContactField, cause: Cause) -> None:
        self._book.record(work, custom_fields.retire_field(command, *self._at(work, command)), cause)

    def _at(self, work: Work, command: OnSetup) -> tuple[Setup, Staff]:
        return self._book.setup(work, command.organisation_id), self._book.staff(work, command.organisation_id)
