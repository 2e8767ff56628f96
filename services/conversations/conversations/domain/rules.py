"""What administrators chose for the conversations of a business number (rule 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from recado_events.conversations import ConversationRulesChosen
from recado_events.event import Event

from conversations.commands import ChooseRules


@dataclass(frozen=True, slots=True)
class Rules:
    close_after: timedelta | None = None
    """None: silence closes nothing."""
    reopen_within: timedelta | None = None
    """None: whoever writes after the end begins a new conversation."""
    read_receipts: bool | None = None
    """None: where whoever reads asks for it."""
    typing: bool = True


DEFAULT = Rules()


def rules_of(event: ConversationRulesChosen) -> Rules:
    return Rules(
        close_after=_span(event.close_after_seconds),
        reopen_within=_span(event.reopen_within_seconds),
        read_receipts=event.read_receipts,
        typing=event.typing,
    )


def choose_rules(command: ChooseRules, rules: Rules) -> list[Event]:
    chosen = ConversationRulesChosen(
        organisation_id=command.organisation_id,
        phone_number_id=command.phone_number_id,
        close_after_seconds=_seconds(command.close_after),
        reopen_within_seconds=_seconds(command.reopen_within),
        read_receipts=command.read_receipts,
        typing=command.typing,
        chosen_by=command.by,
        chosen_at=command.now,
    )
    return [] if rules_of(chosen) == rules else [chosen]


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else span // timedelta(seconds=1)
