"""Whatever happens in whatever order and however often it is told: every request ends once, and rightly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from conversations.domain.refusals import ChannelIsDisconnected
from hypothesis import given, settings
from hypothesis import strategies as st
from recado_events import templates
from recado_events.conversations import MessageRefused, MessageReleased, MessageRequested, MessageWithdrawn
from recado_events.event import Event

from tests.conversations.business import MARIA, Business

Step = Callable[[Business, MessageRequested], list[Event]]
MEANWHILE: dict[str, Step] = {
    "paused": lambda stage, _: stage.pauses(),
    "approved": lambda stage, _: stage.approves(),
    "recategorised": lambda stage, _: stage.template(
        templates.TemplateRecategorised, category="MARKETING", recategorised_at=stage.now
    ),
    "category back": lambda stage, _: stage.template(
        templates.TemplateRecategorised, category="UTILITY", recategorised_at=stage.now
    ),
    "disconnected": lambda stage, _: stage.connects(False),
    "connected": lambda stage, _: stage.connects(),
    "frozen": lambda stage, _: stage.edition("free"),
    "thawed": lambda stage, _: stage.edition("premier"),
    "stopped": lambda stage, _: stage.wishes(False, MARIA),
    "customer writes": lambda stage, _: stage.writes(MARIA),
    "closed": lambda stage, asked: stage.closes(asked.conversation_id),
    "deadline": lambda stage, _: _wait(stage),
    "looked at": lambda stage, _: stage.expires(stage.now),
}
BILLING: dict[str, Step] = {
    "reserved": lambda stage, asked: stage.reserves(asked),
    "refused": lambda stage, asked: stage.refuses(asked=asked),
}


def _wait(stage: Business) -> list[Event]:
    stage.later(minutes=20)
    return []


STEPS = st.lists(st.sampled_from(sorted(MEANWHILE)), max_size=6)
ENDS = (MessageReleased, MessageWithdrawn, MessageRefused)


@given(
    before=STEPS,
    answer=st.sampled_from(sorted(BILLING)),
    after=STEPS,
    again=st.lists(st.sampled_from(sorted(BILLING)), max_size=2),
)
@settings(max_examples=150, deadline=None)
def test_any_interleaving_ends_each_request_in_exactly_one_way(
    before: Sequence[str], answer: str, after: Sequence[str], again: Sequence[str]
) -> None:
    """Every step is done twice by the stage, as if it were retried."""
    stage = Business()
    stage.knows()
    stage.starts()
    asked = stage.one(MessageRequested)
    for step in before:
        _do(MEANWHILE[step], stage, asked)
    expected = _expected(before) if answer == "reserved" or _is_over(before) else MessageRefused
    _do(BILLING[answer], stage, asked)
    assert [type(fact) for fact in stage.facts() if isinstance(fact, ENDS)] == [expected]
    for step in (*after, *again):
        _do({**MEANWHILE, **BILLING}[step], stage, asked)
    ends = Counter(fact.message_id for fact in stage.facts() if isinstance(fact, ENDS))
    assert ends == {asked.message_id: 1}


def _do(step: Step, stage: Business, asked: MessageRequested) -> None:
    stage.now += timedelta(seconds=1)
    with suppress(ChannelIsDisconnected):
        step(stage, asked)


def _is_over(steps: Sequence[str]) -> bool:
    """Somebody looked after the deadline, before billing answered."""
    return "deadline" in steps and "looked at" in steps[steps.index("deadline") :]


def _expected(steps: Sequence[str]) -> type[Event]:
    """What the rules say, from what happened last of each."""
    last: dict[str, bool] = {}
    category_is_utility = True
    for step in steps:
        match step:
            case "paused" | "approved":
                last["approved"] = step == "approved"
                category_is_utility = category_is_utility or step == "approved"
            case "disconnected" | "connected":
                last["connected"] = step == "connected"
            case "frozen" | "thawed":
                last["thawed"] = step == "thawed"
            case "recategorised" | "category back":
                category_is_utility = step == "category back"
            case "deadline":
                last["in time"] = False
    return MessageReleased if all(last.values()) and category_is_utility else MessageWithdrawn
