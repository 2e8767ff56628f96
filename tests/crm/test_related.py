"""S9, S21, rules 13, 15: conversations of contacts, companies and pipeline records, all of them; duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from crm.adapters.postgres import ContactQuestions
from crm.views import Viewer
from psycopg.rows import dict_row
from recado_chassis.storing.postgres import PostgresStore
from recado_events import conversations as told_by
from recado_events.ids import ConversationId, CustomerId

from tests.crm.office import Office
from tests.crm.test_desk import ID, SALES, conversation


def begun(office: Office, customer: CustomerId, count: int = 1) -> list[str]:
    """More conversations of a customer, every second one at the same instant as the one before."""
    now, ids = datetime.now(UTC), [ConversationId(uuid4()) for _ in range(count)]
    office.hears(
        *(
            told_by.ConversationOpened(
                **office.place(customer),
                conversation_id=talk,
                initiated_by="customer",
                opened_at=now + timedelta(seconds=number // 2),
            )
            for number, talk in enumerate(ids)
        )
    )
    return [str(each) for each in ids]


async def all_of(office: Office, path: str, limit: int = 100) -> list[Any]:
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await office.sees(path, query={"limit": str(limit), **({"cursor": cursor} if cursor else {})})
        assert len(page["items"]) <= limit
        found, cursor = [*found, *page["items"]], page["next_cursor"]
    return found


async def about(office: Office, contact: str) -> list[str]:
    """Where the conversations of a contact, of its company and of its pipeline record are shown."""
    await office.does("PATCH", f"/contacts/{contact}", {"company": "Aurora"})
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    record = await office.made("/pipeline-records", {"stage_id": stages[0], "name": "x", "contact_id": contact}, ID)
    company = (await office.sees(f"/contacts/{contact}"))["company_id"]
    at = (f"/contacts/{contact}", f"/companies/{company}", f"/pipeline-records/{record}")
    return [f"{path}/conversations" for path in at]


async def test_s21_every_conversation_is_found_however_many_there_are(office: Office) -> None:
    customer = office.customer()
    (first,) = await office.listed()
    begun(office, customer, 204)
    for path in await about(office, first["contact_id"]):
        found = await all_of(office, path)
        assert len({each["conversation_id"] for each in found}) == len(found) == 205
        started = [each["started_at"] for each in found]
        assert started == sorted(started, reverse=True)
        assert await all_of(office, path, 51) == found


async def test_rule_13_s9_a_record_of_a_merged_contact_shows_the_conversations_of_the_one_that_stays(
    office: Office,
) -> None:
    kept_customer, customer = office.customer("16505550001", name="Ana"), office.customer(name="Bia")
    ((kept,), (left,)) = [await office.listed(search=name) for name in ("Ana", "Bia")]
    _, company, record = await about(office, left["contact_id"])
    await office.does("POST", f"/contacts/{kept['contact_id']}/merge", {"merged_id": left["contact_id"]})
    new = begun(office, customer) + begun(office, kept_customer)
    shown = {each["conversation_id"] for each in await all_of(office, record)}
    assert len(shown) == 4
    assert shown > set(new)
    assert {each["conversation_id"] for each in await all_of(office, company)} == shown


async def test_rule_13_rule_15_related_conversations_are_for_whoever_owns_the_contact_that_stays(
    office: Office,
) -> None:
    """`kept` and the company are agent 0's, the merged contact was agent 1's; each has a record of theirs."""
    kept, _ = await conversation(office)
    left, talk = await conversation(office, "16505550001", owner=office.agents[1])
    office.granted("view_reply", "own")
    stages = (await office.does("POST", "/pipelines", SALES)).json()["stage_ids"]
    body, shown = {"stage_id": stages[0], "name": "x"}, "pipeline-records"
    records = [
        await office.made(f"/{shown}", {**body, "contact_id": contact}, ID, office.agent(who))
        for who, contact in enumerate((kept, left))
    ]
    company = await office.made("/companies", {"name": "Aurora"}, "company_id", office.agent(0))
    await office.does("PUT", f"/contacts/{kept}/company", {"company_id": company}, office.agent(0))
    await office.does("POST", f"/contacts/{kept}/merge", {"merged_id": left})
    for path in (f"/{shown}/{records[0]}", f"/companies/{company}"):
        found = (await office.sees(f"{path}/conversations", office.agent(0)))["items"]
        assert talk in {each["conversation_id"] for each in found}, path
    assert (await office.sees(f"/{shown}/{records[1]}/conversations", office.agent(1)))["items"] == []


async def test_rule_13_the_lines_of_a_conversation_go_back_from_whom_it_began_with(office: Office) -> None:
    """A is merged into B, begins a conversation, B is merged into C, A is un-merged."""
    customers = [office.customer(f"1650555000{number}", name=name) for number, name in enumerate("ABC")]
    ids = [(await office.listed(search=f"1650555000{number}"))[0]["contact_id"] for number in range(3)]
    await office.does("POST", f"/contacts/{ids[1]}/merge", {"merged_id": ids[0]})
    (talk,) = begun(office, customers[0])
    await office.does("POST", f"/contacts/{ids[2]}/merge", {"merged_id": ids[1]})
    await office.does("POST", f"/contacts/{ids[0]}/unmerge")
    lines = [
        [line["details"].get("conversation_id") for line in (await office.sees(f"/contacts/{each}/history"))["items"]]
        for each in ids
    ]
    assert [talk in each for each in lines] == [True, False, False]
    assert talk in {each["conversation_id"] for each in await all_of(office, f"/contacts/{ids[0]}/conversations")}


async def test_duplicates_are_as_many_pairs_as_there_are_contacts_too_many_and_a_page_looks_at_few_rows(
    office: Office,
) -> None:
    """An address that a whole file has is no reason to compare everybody with everybody."""
    path = f"/imports/{await office.made('/imports', {'columns': ['name', 'email']}, 'import_id')}"
    for part in (1, 2, 3):
        rows = "\n".join(f"Person {part} {row},nao@tem.com" for row in range(500))
        await office.does("PUT", f"{path}/parts/{part}", {"csv": rows})
    await office.service.shown()
    pairs = [(each["contact_id"], each["duplicate_id"]) for each in await all_of(office, "/duplicates")]
    oldest = min(first for first, _ in pairs)
    assert len(set(pairs)) == len(pairs) == 1_499
    assert {first for first, _ in pairs} == {oldest}
    others = [each["contact_id"] for each in await all_of(office, f"/contacts/{pairs[700][1]}/duplicates")]
    assert len(others) == 1_499
    viewer = Viewer(office.organisation, office.administrator_id, own_only=False)
    with office.service.store.connection() as connection:
        connection.execute("ANALYZE")
    explained = Explained(office.service.store)
    questions = ContactQuestions(explained.connection)
    for ask in (questions.duplicates, partial(questions.duplicates_of, contact_id=UUID(oldest))):
        ask(viewer=viewer, after=None, limit=51)
    assert explained.looked_at, "nothing was explained"
    assert max(explained.looked_at) < 3_000, explained.looked_at


class Explained:
    """Connections on which it is counted how many rows the plan of a question went through."""

    def __init__(self, store: PostgresStore) -> None:
        self.looked_at: list[int] = []
        self._store = store
        self._answer: list[Any] = []

    @contextmanager
    def connection(self) -> Iterator[Any]:
        yield self

    @contextmanager
    def cursor(self, **_: Any) -> Iterator[Any]:
        yield self

    def execute(self, sql: bytes, values: Any) -> Explained:
        with self._store.connection() as connection:
            row = connection.execute(b"EXPLAIN (ANALYZE, FORMAT JSON) " + sql, values).fetchone()
            self._answer = connection.cursor(row_factory=dict_row).execute(sql, values).fetchall()
        assert row is not None
        self.looked_at.append(int(rows_in(row[0][0]["Plan"])))
        return self

    def fetchall(self) -> list[Any]:
        return self._answer


def rows_in(plan: Any) -> float:
    return float(plan["Actual Rows"] * plan["Actual Loops"]) + sum(map(rows_in, plan.get("Plans", ())))
