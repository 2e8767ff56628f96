"""What is shown is what the log says: balances, and after every line of the statement what was available then (31)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row
from recado_chassis.mapper import Recorded
from recado_chassis.verifying.figures import Figure, none_of

from billing.adapters.postgres.verifying.entries import Books
from billing.application.books import FOLDS, fold_of
from billing.domain.wallet import ACCOUNTS

_BALANCES = "SELECT * FROM view_wallets.balances"
_SNAPSHOTS = "SELECT stream, version, state FROM snapshots WHERE code = ANY (%s)"
_STATEMENT = "SELECT * FROM view_wallets.statement ORDER BY organisation_id, position"


def figures(of: str, books: Books, connection: Connection[Any]) -> Iterator[Figure]:
    """Compared where the view has come to the end of what was read; a view that is behind is another figure's."""
    rows = connection.cursor(row_factory=dict_row)
    shown = {row["organisation_id"]: row for row in rows.execute(_BALANCES).fetchall()}
    differing = [
        f"{owner} {account}"
        for owner in books.balances.keys() | shown.keys()
        for account in ACCOUNTS
        if _shown(shown, owner, account) != books.balances.get(owner, Counter())[account]
    ]
    yield none_of(of, "balances shown that are not the log's", differing)
    lines, wrong = 0, []
    sums: dict[Any, Counter[str]] = {}
    for row in rows.execute(_STATEMENT):
        lines += 1
        owner = row["organisation_id"]
        total = sums.setdefault(owner, Counter())
        total.update({account: row[account] for account in ACCOUNTS})
        then = row["available_after"], row["held_after"]
        if books.after.get((owner, row["position"])) != then or then != (total["available"], total["held"]):
            wrong.append(f"position {row['position']}")
    yield Figure(of, "lines of the statement", lines, books.entries)
    yield none_of(of, "lines of the statement whose balance is another one", wrong)
    apart = [
        f"{owner} {account}"
        for owner, total in sums.items()
        for account in ACCOUNTS
        if total[account] != books.balances.get(owner, Counter())[account]
    ]
    yield none_of(of, "balances that the statement does not sum to", apart)


def strange_snapshots(log: Sequence[Recorded], connection: Connection[Any]) -> list[str]:
    """Of all streams that have one, by the code that runs now."""
    codes = [fold.keeping.code for fold in FOLDS.values() if fold.keeping]
    kept = {stream: (version, bytes(state)) for stream, version, state in connection.execute(_SNAPSHOTS, [codes])}
    states: dict[str, Any] = {}
    for each in log:
        stream = each.envelope.stream
        if stream in kept and each.envelope.sequence <= kept[stream][0]:
            fold = fold_of(stream)
            states[stream] = fold.evolve(states.get(stream, fold.initial), each.event)
    return [stream for stream, (_, state) in kept.items() if states.get(stream) != _decoded(stream, state)]


def _decoded(stream: str, state: bytes) -> Any:
    keeping = fold_of(stream).keeping
    return None if keeping is None else keeping.decode(state)


def _shown(shown: dict[Any, Any], owner: Any, account: str) -> int:
    row = shown.get(owner)
    return 0 if row is None else int(row[account])
