-- Takes files that may be moved now: of each organisation as many as it has hands free, the oldest first.
WITH RECURSIVE whose (organisation_id) AS (
    (SELECT organisation_id FROM pending_media WHERE direction = %(direction)s ORDER BY organisation_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT later.organisation_id FROM pending_media AS later
        WHERE later.direction = %(direction)s AND later.organisation_id > whose.organisation_id
        ORDER BY later.organisation_id LIMIT 1
    )
    FROM whose WHERE whose.organisation_id IS NOT NULL
), chosen AS (
    SELECT first.message_id FROM whose CROSS JOIN LATERAL (
        SELECT waiting.message_id, waiting.due_at FROM pending_media AS waiting
        WHERE waiting.direction = %(direction)s AND waiting.organisation_id = whose.organisation_id
            AND waiting.due_at <= %(now)s
        ORDER BY waiting.due_at
        LIMIT greatest(%(of_one)s - cardinality(array_positions(%(under_way)s::uuid[], whose.organisation_id)), 0)
    ) AS first
    ORDER BY first.due_at LIMIT %(limit)s
)
UPDATE pending_media SET due_at = %(again_at)s
WHERE message_id = ANY (ARRAY(
    SELECT message_id FROM pending_media
    WHERE message_id = ANY (ARRAY(SELECT message_id FROM chosen)) AND due_at <= %(now)s
    FOR UPDATE SKIP LOCKED))
RETURNING *
