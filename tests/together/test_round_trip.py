"""Rule 13, invariant 24: two contacts merged and parted again are what they were, on every screen of both services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.together.desk import SIZE, Desk, Person
from tests.together.services import Services

MANY = 8
CHANGES = ("write", "write", "learn", "close", "stop", "resume")


@dataclass(frozen=True)
class Past:
    """What a contact is before it is merged."""

    fields: dict[str, str]
    size: str | None
    company: str | None
    notes: int
    records: int
    owner: int | None
    wish: bool | None
    closed: bool


PASTS = st.builds(
    Past,
    fields=st.dictionaries(st.sampled_from(("city", "job_title", "website")), st.sampled_from(("x", "y"))),
    size=st.sampled_from((None, "P", "G")),
    company=st.sampled_from((None, "Aurora", "Padaria")),
    notes=st.integers(0, 2),
    records=st.integers(0, 1),
    owner=st.sampled_from((None, 0, 1)),
    wish=st.sampled_from((None, True, False)),
    closed=st.booleans(),
)
MEANWHILE = st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 1)), max_size=6)


async def lives(desk: Desk, person: Person, past: Past) -> None:
    path = f"/contacts/{person.contact}"
    company = {"company": past.company} if past.company else {}
    custom = {"custom": {SIZE: past.size}} if past.size else {}
    if edits := {**past.fields, **company, **custom}:
        await desk.does("PATCH", path, edits)
    for number in range(past.notes):
        await desk.does("POST", f"{path}/notes", {"text": f"nota {number}"})
    for number in range(past.records):
        talk = desk.talks_of(person)[0]
        body = {"stage_id": desk.stage, "name": f"venda {number}"}
        await desk.does("POST", f"/conversations/{talk}/pipeline-records", body)
    if past.owner is not None:
        await desk.does("PUT", f"{path}/owner", {"user_id": str(desk.office.agents[past.owner])})
    if past.wish is not None:
        await desk.wishes(person, past.wish)
    if past.closed:
        await desk.closes(person)


async def happens(desk: Desk, what: str, person: Person) -> None:
    match what:
        case "write" | "learn":
            await desk.writes(person, also_known=what == "learn")
        case "close":
            await desk.closes(person)
        case _:
            await desk.wishes(person, what == "resume")


def stopped(*people: Person) -> list[str]:
    """What is in the way of a marketing message to whom these people are: their newest wish counts (rule 38)."""
    wishes = sorted(wish for person in people for wish in person.wishes)
    return ["marketing_stopped"] if wishes and not wishes[-1][1] else []


async def is_one(desk: Desk, kept: Person, left: Person, before: list[Any]) -> None:
    """While they are merged, the one that stays shows what is of both."""
    both = {str(talk) for person in (kept, left) for talk in desk.talks_of(person)}
    shown = await desk.contact(kept)
    assert shown["aliases"] >= kept.aliases | left.aliases
    assert len(shown["notes"]) == sum(len(each["notes"]) for each in before)
    assert len(shown["records"]) == sum(len(each["records"]) for each in before)
    assert (await desk.conversations(kept)).keys() == (await desk.inbox(kept)).keys() == both
    assert (await desk.preview(kept))[1] == stopped(kept, left)


async def is_itself(desk: Desk, person: Person, before: Any, lines: list[Any], other: Person) -> None:
    after = await desk.contact(person)
    assert after == {**before, "aliases": person.aliases}
    own = [str(talk) for talk in desk.talks_of(person)]
    at_crm, at_talks = await desk.conversations(person), await desk.inbox(person)
    assert at_crm == at_talks
    assert at_crm.keys() == set(own)
    assert sorted(await desk.texts(*own)) == sorted(person.texts)
    assert await desk.preview(person) == (f"Oi, tamanho {after['fields'].get(SIZE, '?')} chegou.", stopped(person))
    history = await desk.history(person)
    assert [line for line in history if line["position"] <= lines[0]["position"]] == lines
    theirs = {str(talk) for talk in desk.talks_of(other)}
    named = {line["details"].get("conversation_id") for line in history}
    assert named & theirs == set()
    assert named >= set(own)


@settings(
    max_examples=MANY,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(past=st.tuples(PASTS, PASTS), meanwhile=MEANWHILE)
async def test_rule_13_invariant_24_a_merge_taken_back_restores_both_contacts_on_every_screen(
    services: Services, past: tuple[Past, Past], meanwhile: list[tuple[str, int]]
) -> None:
    """Fields, custom fields, company, owner, notes, pipeline records, wishes about marketing, aliases, conversations
    with their messages, history; what came meanwhile is with whoever it came from."""
    desk = Desk(services)
    await desk.opens()
    kept, left = desk.people
    for person, each in zip(desk.people, past, strict=True):
        await lives(desk, person, each)
    before = [await desk.contact(person) for person in desk.people]
    lines = [await desk.history(person) for person in desk.people]
    await desk.does("POST", f"/contacts/{kept.contact}/merge", {"merged_id": left.contact})
    for what, which in meanwhile:
        await happens(desk, what, desk.people[which])
    await is_one(desk, kept, left, before)
    await desk.does("POST", f"/contacts/{left.contact}/unmerge")
    await is_itself(desk, kept, before[0], lines[0], left)
    await is_itself(desk, left, before[1], lines[1], kept)
