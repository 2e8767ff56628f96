"""Who wants marketing, of those who ever said so."""

from __future__ import annotations

WISH = """
    INSERT INTO wishes (customer_id, wanted, told_at, evidence)
    VALUES (%(customer_id)s, %(wanted)s, %(told_at)s, %(evidence)s)
    ON CONFLICT (customer_id) DO UPDATE SET
        wanted = excluded.wanted, told_at = excluded.told_at, evidence = excluded.evidence"""

WISH_OF = "SELECT wanted, told_at, evidence FROM view_inbox.wishes WHERE customer_id = %(id)s"
