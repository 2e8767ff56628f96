"""Lines of the statement as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from operator import itemgetter

from billing.domain.wallet import ACCOUNTS
from billing.views import Row
from billing.views.reasons import text_of

_COLUMNS = ("position", "at", "what", "message_id", "purchase_id", *ACCOUNTS, "available_after", "held_after")
_LINES = 500
_cells = itemgetter(*_COLUMNS)


def as_line(row: Row, locale: str) -> Row:
    """`text` explains every line: by the reason of its amount, else by what it is."""
    reason = _reason(row)
    names = ("position", "at", "what", "message_id", "purchase_id", "available_after", "held_after", "details")
    return {
        **{name: row[name] for name in names},
        "moved": {account: row[account] for account in ACCOUNTS if row[account]},
        "reason": reason,
        "text": text_of(reason or row["what"], locale),
    }


def as_csv(rows: Iterable[Row], locale: str) -> Iterator[str]:
    """Amounts are integer micro-US$; text begins with nothing that a spreadsheet would compute."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow([*_COLUMNS, "reason", "text"])
    texts: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        reason = _reason(row) or ""
        explained = reason or row["what"]
        if explained not in texts:
            texts[explained] = text_of(explained, locale)
        position, at, *others = _cells(row)
        writer.writerow([position, at.isoformat(), *others, reason, texts[explained]])
        if number % _LINES == 0:
            yield _taken(page)
    yield _taken(page)


def _taken(page: io.StringIO) -> str:
    text = page.getvalue()
    page.seek(0)
    page.truncate()
    return text


def _reason(row: Row) -> str | None:
    details = row["details"]
    found = details.get("rated", {}).get("reason") or details.get("reason")
    return None if found is None else str(found)
