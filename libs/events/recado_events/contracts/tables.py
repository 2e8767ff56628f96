"""The tables of the contracts' README, between marks, so that prose and generated lines live in one file."""

from __future__ import annotations

import re

from recado_events.catalogue import TOPICS, Topic
from recado_events.contracts.examples import MAIN
from recado_events.contracts.json_schemas import READERS
from recado_events.contracts.listing import Entry, entries

_MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


class MarksMissing(ValueError):
    """The README lost a mark, or has one too many."""


def with_tables(text: str) -> str:
    """The same text with every marked part made anew. Raises MarksMissing where marks and tables do not agree."""
    tables = {"topics": _topics(), "types": _types()}
    marks = [found[2] for found in _MARKED.finditer(text)]
    if sorted(marks) != sorted(tables):
        raise MarksMissing(
            f"README.md must hold each of {sorted(tables)} once between "
            f"'<!-- generated: NAME -->' and '<!-- /generated -->'; it holds {sorted(marks)}"
        )
    return _MARKED.sub(lambda found: found[1] + tables[found[2]] + found[3], text)


def _topics() -> str:
    head = "| topic | owner | key | partitions | kept | record up to | data |\n|---|---|---|---|---|---|---|\n"
    return head + "".join(_topic(topic) for topic in TOPICS)


def _topic(topic: Topic) -> str:
    cells = (
        f"`{topic.name}`",
        topic.owner,
        topic.key,
        str(topic.partitions),
        f"{topic.retention.days} days",
        f"{topic.max_message_bytes // (1024 * 1024)} MiB",
        topic.data_class,
    )
    return f"| {' | '.join(cells)} |\n"


def _types() -> str:
    listed: set[str] = set()
    parts: list[str] = []
    for topic in TOPICS:
        fresh = [one for one in entries(topic) if one.name not in listed]
        listed |= {one.name for one in fresh}
        parts.append(_heading(topic) + (_rows(fresh) if fresh else "The types of what Meta sent, as above.\n"))
    return "\n".join(parts)


def _heading(topic: Topic) -> str:
    return f"**`{topic.name}`**: {topic.summary}\n\n"


def _rows(types: list[Entry]) -> str:
    return "| type | example | what it says |\n|---|---|---|\n" + "".join(_row(one) for one in types)


def _row(one: Entry) -> str:
    schema, example = READERS.format(type=one.name), MAIN.format(type=one.name)
    return f"| [`{one.name}`]({schema}) | [example]({example}) | {one.summary} |\n"
