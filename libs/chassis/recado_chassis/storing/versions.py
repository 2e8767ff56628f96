"""What must still be true of the streams when a transaction commits; the same rule for every store."""

from __future__ import annotations

from recado_chassis.store import Changes


def expected_versions(changes: Changes) -> dict[str, int]:
    """The versions that were loaded and, for streams only appended to, the one before their first event.

    Raises ValueError where events of a stream do not follow each other: no store may keep a gap.
    """
    expected = dict(changes.expected)
    reached = dict(expected)
    for row in changes.events:
        before = reached.get(row.stream)
        if before is None:
            before = expected[row.stream] = row.version - 1
        if row.version != before + 1 or row.version < 1:
            raise ValueError(f"{row.type} as version {row.version} of {row.stream} would not follow version {before}")
        reached[row.stream] = row.version
    return expected
