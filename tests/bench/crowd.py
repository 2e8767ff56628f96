"""A desk with a long past: one organisation's conversations and messages, copied straight into the view's tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar, LiteralString
from uuid import UUID

from conversations.views.words import spellings_of, words_of
from recado_events.trigrams import marked, trigrams_of

from tests.bench.loading import Row, loading
from tests.bench.past import AT_STAGES, FIRST, Past

EACH = 10
"""Messages of a conversation, the customer's and the business's in turn."""
PAST = timedelta(days=180)
DAY = timedelta(days=1)
CHANNELS = ("106540000000001", "106540000000002", "106540000000003")
_LAST = ("Silva", "Pereira", "Gonçalves", "Strauß", "Nuñez", "Okafor", "Ito", "Souza", "Conceição", "Müller")


@dataclass
class Crowd(Past):
    """`users[0]` has read everything, `users[1]` nothing, `users[2]` all but a few of long ago, the rest their own."""

    SEED: ClassVar[int] = 6

    def __post_init__(self) -> None:
        super().__post_init__()
        self._position = 0

    def load(self, dsn: str) -> None:
        with loading(dsn, "view_inbox") as connection:
            self._copy(connection, _COLUMNS, self.count, self._talk)
            connection.execute(_COUNTS, {"nobody": UUID(int=0)})

    def _talk(self, number: int, rows: dict[str, list[Row]]) -> None:
        random, customer, talk = self.random, self._id(), self._id()
        age = PAST * random.random() ** 2
        last = self.now - age
        assignee = None if random.random() < 0.02 else self.users[number % len(self.users)]
        state = "open" if age < DAY else random.choices(("closed", "awaiting_reply", "open"), (95, 1, 4))[0]
        rows["customers"].append(self._customer(number, customer, last))
        if random.random() < 0.5:
            name = f"{random.choice(FIRST)} {random.choice(_LAST)}"
            words = " ".join(marked(self.organisation, words_of(name)))
            rows["contacts"].append((self.contacts[number], self.organisation, name, words))
        self._sale(number, talk, rows)
        rows["conversations"].append((
            talk, self.organisation, _channel(random), customer, state, assignee, "customer", None,
            last - DAY, last if state == "closed" else None, last, last, EACH // 2,
        ))  # fmt: skip
        for place in range(EACH):
            self._message(rows, talk, customer, place, last - timedelta(minutes=EACH - place))
        for user, seen in self._seen(number, assignee, age):
            rows["read_marks"].append((user, talk, self._position - 2 * (EACH // 2 - seen), seen))

    def _sale(self, number: int, talk: UUID, rows: dict[str, list[Row]]) -> None:
        """Every fifth contact is of one company; every second conversation has a pipeline record."""
        company = self.companies[0] if number % 5 == 0 else self.random.choice(self.companies[1:])
        rows["contact_companies"].append((self.contacts[number], self.organisation, company))
        if number % 2:
            (stage,) = self.random.choices(self.stages, AT_STAGES)
            owner, contact = self.users[number % len(self.users)], self.contacts[number]
            rows["pipeline_records"].append((self._id(), self.organisation, talk, stage, contact, owner))

    def _customer(self, number: int, customer: UUID, last: datetime) -> Row:
        name = f"{self.random.choice(FIRST)} {self.random.choice(_LAST)} {self._words(1)}"
        wa_id = f"55119{60_000_000 + number * 37 % 40_000_000}"
        numbers = spellings_of(wa_id)
        trigrams = dict.fromkeys(trigram for each in numbers for trigram in trigrams_of(each))
        org = self.organisation
        return (
            customer, org, CHANNELS[0], name, None, wa_id, None, last + DAY, None, self.contacts[number],
            marked(org, words_of(name)), None, " ".join(numbers), marked(org, trigrams),
        )  # fmt: skip

    def _message(self, rows: dict[str, list[Row]], talk: UUID, customer: UUID, place: int, at: datetime) -> None:
        message, text = self._id(), self._words(8)
        self._position += 1
        inbound = place % 2 == 0
        rows["messages"].append((
            message, self.organisation, talk, customer, "in" if inbound else "out", "text",
            f'{{"kind":"text","body":"{text}"}}'.encode(), at, 0, self._position, None, None, None, message, None,
            False,
        ))  # fmt: skip
        rows["texts"].append((talk, message, customer, " ".join(marked(self.organisation, words_of(text)))))
        if inbound:
            self._changes(rows, talk, customer, message, at)
            return
        failed = self.random.random() < 0.002
        rows["statuses"] += [(message, word, at, None, []) for word in (("failed",) if failed else _TOLD)]
        if failed:
            rows["failures"].append((self.organisation, talk, message))

    def _changes(self, rows: dict[str, list[Row]], talk: UUID, customer: UUID, message: UUID, at: datetime) -> None:
        """Some customers edit what they wrote, or take it back."""
        luck, text = self.random.random(), self._words(8)
        if luck < 0.02:
            words = " ".join(marked(self.organisation, words_of(text)))
            rows["edits"].append((message, customer, talk, f'{{"kind":"text","body":"{text}"}}'.encode(), words, at))
        elif luck < 0.03:
            rows["revocations"].append((message, customer, at))

    def _seen(self, number: int, assignee: UUID | None, age: timedelta) -> Iterator[tuple[UUID, int]]:
        yield self.users[0], EACH // 2
        if not (number % 5_000 == 7 and age > 30 * DAY):
            yield self.users[2], EACH // 2
        if assignee in self.users[3:] and self.random.random() < 0.9:
            yield assignee, self.random.choice((EACH // 2, EACH // 2, 2))


_TOLD = ("sent", "delivered", "read")
_COLUMNS: dict[str, str] = {
    "customers": """customer_id, organisation_id, phone_number_id, name, username, wa_id, user_id, window_closes_at,
        merged_into, contact_id, name_words, username_words, numbers, trigrams""",
    "contacts": "contact_id, organisation_id, name, words",
    "contact_companies": "contact_id, organisation_id, company_id",
    "pipeline_records": "pipeline_record_id, organisation_id, conversation_id, stage_id, contact_id, owner_id",
    "conversations": """conversation_id, organisation_id, phone_number_id, customer_id, state, assignee, initiated_by,
        previous_id, opened_at, closed_at, last_message_at, last_inbound_at, received""",
    "messages": """message_id, organisation_id, conversation_id, customer_id, direction, kind, content, occurred_at,
        source_ordinal, position, reply_to, target_id, sent_by, wamid_id, send_by, forwarded""",
    "texts": "conversation_id, message_id, customer_id, words",
    "edits": "target_id, customer_id, conversation_id, content, words, occurred_at",
    "revocations": "target_id, customer_id, occurred_at",
    "statuses": "message_id, status, occurred_at, reason, codes",
    "failures": "organisation_id, conversation_id, message_id",
    "read_marks": "user_id, conversation_id, position, seen",
}
_COUNTS: LiteralString = """
    INSERT INTO counts (organisation_id, user_id, received, seen, seen_own)
    SELECT organisation_id, user_id, coalesce(received, 0), coalesce(seen, 0), coalesce(own, 0)
    FROM (SELECT organisation_id, coalesce(assignee, %(nobody)s) AS user_id, sum(received) AS received
          FROM conversations GROUP BY 1, 2) AS theirs
    FULL JOIN (SELECT organisation_id, user_id, sum(seen) AS seen, sum(seen) FILTER (WHERE user_id = assignee) AS own
               FROM read_marks JOIN conversations USING (conversation_id) GROUP BY 1, 2) AS marks
    USING (organisation_id, user_id)"""


def _channel(random: Random) -> str:
    return random.choices(CHANNELS, (80, 19, 1))[0]
