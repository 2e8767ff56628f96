"""Contacts that were merged into others: whom each is met as, whatever was merged into what, and in which order."""

SUPERSEDED = """
    INSERT INTO superseded (contact_id, organisation_id, survivor_id)
    VALUES (%(contact_id)s, %(organisation_id)s, %(survivor_id)s)
    ON CONFLICT (contact_id) DO UPDATE SET survivor_id = excluded.survivor_id"""
MET_AS = """
    WITH RECURSIVE up (contact_id, steps) AS (
        SELECT %(contact_id)s::uuid, 0 UNION ALL
        SELECT s.survivor_id, up.steps + 1 FROM superseded s JOIN up ON s.contact_id = up.contact_id
        WHERE s.survivor_id IS NOT NULL),
    down (contact_id) AS (
        SELECT %(contact_id)s::uuid UNION
        SELECT s.contact_id FROM superseded s JOIN down ON s.survivor_id = down.contact_id)
    UPDATE superseded SET met_as = (SELECT up.contact_id FROM up ORDER BY up.steps DESC LIMIT 1)
    WHERE contact_id IN (SELECT contact_id FROM down)"""
"""Of a contact and of all that lead to it, once every merge of the page is written."""
WHO = "coalesce((SELECT m.met_as FROM view_inbox.superseded m WHERE m.contact_id = {contact_id}), {contact_id})"
"""Whom a contact is met as."""
THEIRS = """
    {column} = ANY (ARRAY (SELECT {contact_id} UNION ALL
                           SELECT m.contact_id FROM view_inbox.superseded m WHERE m.met_as = {contact_id}))"""
"""It is of that contact, or of one that is met as it."""
