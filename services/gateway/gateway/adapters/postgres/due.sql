-- Which sends may leave now: the first of each customer, as many of each number as its rate and its room allow.
-- The numbers are found by skipping through their index, so that the long line of one hides no other.
WITH RECURSIVE numbers (phone_number_id) AS (
    (SELECT phone_number_id FROM pending_sends ORDER BY phone_number_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT later.phone_number_id FROM pending_sends AS later
        WHERE later.phone_number_id > numbers.phone_number_id ORDER BY later.phone_number_id LIMIT 1
    )
    FROM numbers WHERE numbers.phone_number_id IS NOT NULL
)
SELECT first.*, its.is_on_phone_app FROM numbers
LEFT JOIN rate_buckets AS own ON own.bucket = 'number:' || numbers.phone_number_id
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM phone_app_numbers AS app WHERE app.phone_number_id = numbers.phone_number_id)
) AS its (is_on_phone_app)
CROSS JOIN LATERAL (
    SELECT CASE WHEN its.is_on_phone_app THEN %(phone_app_rate)s ELSE %(number_rate)s END
) AS allowed (rate)
CROSS JOIN LATERAL (
    SELECT send.* FROM pending_sends AS send
    LEFT JOIN rate_buckets AS to_person ON to_person.bucket = send.pair
    WHERE send.phone_number_id = numbers.phone_number_id
        AND send.state = 'queued' AND send.due_at <= %(now)s AND send.send_by > %(now)s
        AND (%(partitions)s::integer[] IS NULL OR send.partition = ANY (%(partitions)s::integer[]))
        AND (send.pair IS NULL OR level(to_person, %(pair_burst)s, %(pair_rate)s) >= 1)
        AND NOT EXISTS (
            SELECT FROM pending_sends AS earlier
            WHERE earlier.phone_number_id = send.phone_number_id AND earlier.customer_id = send.customer_id
                AND earlier.place < send.place
        )
    ORDER BY send.place
    LIMIT least(
        coalesce((%(rooms)s::jsonb ->> numbers.phone_number_id)::bigint, %(room)s),
        greatest(floor(level(own, allowed.rate, allowed.rate))::bigint, 0)
    )
) AS first
ORDER BY first.place LIMIT %(limit)s
