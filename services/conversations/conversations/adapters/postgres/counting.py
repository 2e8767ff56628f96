"""Counters, exact after every page (rule 17): unread is what was received less what a user has seen.

A conversation knows how much was received, a read mark how much of that its user has seen, and `counts` sums both up
by user, so that a badge adds up a row for each colleague instead of one for each conversation. Every statement here
that changes one of these numbers or an assignee moves the sums by as much. The rows of `counts` are made by what
people do, never by how the log falls into pages, so that a rebuild gives the same ones.
"""

from __future__ import annotations

NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"
"""Whose conversations are those that wait in a queue."""

OPENED = f"""
    WITH nobody AS (
        INSERT INTO counts (organisation_id, user_id) VALUES (%(organisation_id)s, {NOBODY}) ON CONFLICT DO NOTHING
    )
    INSERT INTO conversations (conversation_id, organisation_id, phone_number_id, customer_id, state,
                               initiated_by, previous_id, opened_at, last_message_at)
    VALUES (%(conversation_id)s, %(organisation_id)s, %(phone_number_id)s, %(customer_id)s, %(state)s,
            %(initiated_by)s, %(previous_id)s, %(opened_at)s, %(opened_at)s)"""

ASSIGNED = f"""
    WITH sides AS (
        SELECT known.organisation_id, coalesce(side.user_id, {NOBODY}) AS user_id,
               side.sign * known.received AS received, side.sign * coalesce(mark.seen, 0) AS seen_own
        FROM conversations AS known
        CROSS JOIN LATERAL (VALUES (known.assignee, -1), (%(user_id)s, 1)) AS side (user_id, sign)
        LEFT JOIN read_marks AS mark ON mark.user_id = side.user_id AND mark.conversation_id = known.conversation_id
        WHERE known.conversation_id = %(conversation_id)s AND known.assignee IS DISTINCT FROM %(user_id)s
    ), moved AS (
        INSERT INTO counts (organisation_id, user_id, received, seen_own) SELECT * FROM sides
        ON CONFLICT (organisation_id, user_id) DO UPDATE SET
            received = counts.received + excluded.received, seen_own = counts.seen_own + excluded.seen_own
    )
    UPDATE conversations SET assignee = %(user_id)s WHERE conversation_id = %(conversation_id)s"""

LAST_MESSAGE = f"""
    WITH newest AS (
        SELECT conversation_id, max(at) AS message_at, max(at) FILTER (WHERE inbound) AS inbound_at,
               count(*) FILTER (WHERE inbound) AS received
        FROM unnest(%(conversation_id)b::uuid[], %(occurred_at)b::timestamptz[], %(inbound)b::boolean[])
        AS told (conversation_id, at, inbound)
        GROUP BY conversation_id
    ), moved AS (
        UPDATE conversations AS known SET
            last_message_at = greatest(known.last_message_at, newest.message_at),
            last_inbound_at = greatest(known.last_inbound_at, newest.inbound_at),
            received = known.received + newest.received
        FROM newest WHERE known.conversation_id = newest.conversation_id
        RETURNING known.organisation_id, known.assignee, newest.received AS more
    )
    INSERT INTO counts (organisation_id, user_id, received)
    SELECT organisation_id, coalesce(assignee, {NOBODY}), sum(more) FROM moved WHERE more > 0 GROUP BY 1, 2
    ON CONFLICT (organisation_id, user_id) DO UPDATE SET received = counts.received + excluded.received"""

READ_UP_TO = """
    WITH mark AS (
        SELECT known.organisation_id, known.assignee, upto.position, coalesce(before.seen, 0) AS seen_before,
               known.received - (SELECT count(*) FROM messages AS later
                                 WHERE later.conversation_id = known.conversation_id AND later.direction = 'in'
                                   AND later.position > upto.position) AS seen
        FROM messages AS upto JOIN conversations AS known ON known.conversation_id = %(conversation_id)s
        LEFT JOIN read_marks AS before
            ON before.user_id = %(user_id)s AND before.conversation_id = known.conversation_id
        WHERE upto.message_id = %(up_to_id)s AND upto.position > coalesce(before.position, 0)
    ), moved AS (
        INSERT INTO read_marks (user_id, conversation_id, position, seen)
        SELECT %(user_id)s, %(conversation_id)s, position, seen FROM mark
        ON CONFLICT (user_id, conversation_id) DO UPDATE SET position = excluded.position, seen = excluded.seen
    )
    INSERT INTO counts (organisation_id, user_id, seen, seen_own)
    SELECT organisation_id, %(user_id)s, seen - seen_before,
           CASE WHEN assignee = %(user_id)s THEN seen - seen_before ELSE 0 END
    FROM mark
    ON CONFLICT (organisation_id, user_id) DO UPDATE SET
        seen = counts.seen + excluded.seen, seen_own = counts.seen_own + excluded.seen_own"""
