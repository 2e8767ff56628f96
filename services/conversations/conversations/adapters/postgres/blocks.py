"""Who is blocked."""

from __future__ import annotations

BLOCK = """
    INSERT INTO blocks (customer_id, blocked, settled_by, settled_at, evidence, refused_code)
    VALUES (%(customer_id)s, %(blocked)s, %(settled_by)s, %(settled_at)s, %(evidence)s, %(refused_code)s)
    ON CONFLICT (customer_id) DO UPDATE SET
        blocked = excluded.blocked, settled_by = excluded.settled_by, settled_at = excluded.settled_at,
        evidence = excluded.evidence, refused_code = excluded.refused_code"""

BLOCK_OF = """
    WITH RECURSIVE same (customer_id, merged_into) AS (
        SELECT customer_id, merged_into FROM view_inbox.customers WHERE customer_id = %(id)s
        UNION
        SELECT k.customer_id, k.merged_into FROM same JOIN view_inbox.customers k ON k.customer_id = same.merged_into
    )
    SELECT b.* FROM same JOIN view_inbox.blocks b USING (customer_id) WHERE same.merged_into IS NULL"""
