"""Looking at conversations: lists, one with its timeline, counters. Permission limits every question."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.ports import Clock
from recado_chassis.streams import Streams
from starlette.responses import Response

from conversations.adapters.http.attachments import shown
from conversations.adapters.http.filtering import filters
from conversations.adapters.http.people import viewers
from conversations.adapters.http.presence import block_shown
from conversations.domain.message import is_lost, shown_status
from conversations.domain.refusals import OutOfScope
from conversations.views import Filters, Order, Place, Questions, Viewer
from conversations.views.failures import failure_of
from conversations.views.filters import window_state

Row = dict[str, Any]
_QUEUED = {None: "queued", "released": "queued"}
"""Of what leaves, while nothing was told of it yet."""
_UNREAD, _NEWEST = Filters(unread=True), 200


def inbox_routes(streams: Streams, questions: Questions, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["inbox"], dependencies=[Depends(caught_up)])

    Viewing = Annotated[Viewer, Depends(viewers(streams))]  # noqa: N806 (a type, though a local one)

    @router.get("/conversations")
    def conversations(
        at: Annotated[Page, Depends(page)], who: Viewing, asked: Annotated[Filters, Depends(filters)]
    ) -> Response:
        return listed(questions, who, asked, at, clock.now())

    @router.get("/conversations/{conversation_id}")
    def conversation(conversation_id: UUID, who: Viewing) -> Row:
        row = _found(questions, who, conversation_id)
        owners = [_owner(o) for o in questions.owners_of(conversation_id)]
        block = block_shown(questions.block_of(row["customer_id"]))
        wish = questions.wish_of(row["customer_id"])
        return {**_conversation(row, clock.now()), "owners": owners, "block": block, "marketing": wish}

    @router.get("/conversations/{conversation_id}/messages")
    def timeline(
        conversation_id: UUID, at: Annotated[Page, Depends(page)], who: Viewing, order: Order = "oldest"
    ) -> Response:
        """`order`: which of its messages come first. A page that begins with the newest goes back from there."""
        _found(questions, who, conversation_id)
        after = (datetime.fromisoformat(at.after[0]), at.after[1], at.after[2]) if at.after else None
        rows = questions.timeline(conversation_id, order, after, at.fetch)
        files = questions.files.of_messages([row["message_id"] for row in rows])
        return at.answer(
            rows,
            lambda row: [row["occurred_at"].isoformat(), row["source_ordinal"], row["position"]],
            lambda row: {**_message(row), "attachment": shown(files.get(row["message_id"]))},
        )

    @router.get("/counters")
    def counters(who: Viewing) -> Row:
        """`unread` is of all that the caller may see; `conversations` of the newest ones that have some."""
        unread = questions.badge(who)
        rows = questions.conversations_of(who, _UNREAD, clock.now(), None, _NEWEST).rows if unread else []
        return {"unread": unread, "conversations": {str(row["conversation_id"]): row["unread"] for row in rows}}

    return router


def listed(questions: Questions, who: Viewer, asked: Filters, at: Page, now: datetime) -> Response:
    """One page of a list of conversations."""
    after = Place(datetime.fromisoformat(at.after[0]), UUID(at.after[1])) if at.after else None
    found = questions.conversations_of(who, asked, now, after, at.fetch)
    edge = None if found.edge is None else [found.edge.at.isoformat(), str(found.edge.conversation_id)]
    return at.answer(
        found.rows,
        lambda row: [row["last_message_at"].isoformat(), str(row["conversation_id"])],
        lambda row: _conversation(row, now),
        edge=edge,
    )


def _found(questions: Questions, who: Viewer, conversation_id: UUID) -> Row:
    row = questions.conversation(who, conversation_id)
    if row is None:
        raise OutOfScope
    return row


def _conversation(row: Row, now: datetime) -> Row:
    closes_at = row["window_closes_at"]
    state = window_state(closes_at, now)
    return {
        "conversation_id": row["conversation_id"],
        "phone_number_id": row["phone_number_id"],
        "customer": {
            "customer_id": row["customer_id"],
            "contact_id": row["contact_id"],
            "name": row["customer_name"],
            "username": row["customer_username"],
            "wa_id": row["customer_wa_id"],
            "user_id": row["customer_user_id"],
        },
        "state": row["state"],
        "assignee": row["assignee"],
        "initiated_by": row["initiated_by"],
        "previous_id": row["previous_id"],
        "opened_at": row["opened_at"],
        "closed_at": row["closed_at"],
        "last_message_at": row["last_message_at"],
        "answered": row["last_inbound_at"] is None or any(not is_lost(set(words)) for words in row["answers"]),
        "window": {"open": state != "closed", "closes_at": closes_at, "state": state},
        "unread": row["unread"],
    }


def _owner(row: Row) -> Row:
    return {name: row[name] for name in ("user_id", "how", "assigned_by", "assigned_at")}


def _message(row: Row) -> Row:
    statuses = row["statuses"]
    status, failed = shown_status(set(statuses))
    codes = [code for name in ("failed", "rejected") for code in statuses.get(name, {}).get("codes", ())]
    told = row["edited_content"] or row["content"]
    content = None if told is None or row["revoked_at"] else _seen(orjson.loads(bytes(told)))
    return {
        "message_id": row["message_id"],
        "direction": row["direction"],
        "kind": row["kind"],
        "content": content,
        "supported": content is None or not ("raw" in content or content["kind"] == "unsupported"),
        "occurred_at": row["occurred_at"],
        "sent_by": row["sent_by"],
        "reply_to": row["quoted_id"],
        "forwarded": row["forwarded"],
        **_whence(row),
        "edited_at": row["edited_at"],
        "revoked_at": row["revoked_at"],
        "reactions": _reactions(row["reactions"]),
        "status": _QUEUED.get(status, status) if row["direction"] == "out" else status,
        "error": {"codes": codes, "reason": statuses.get("rejected", {}).get("reason")} if failed or codes else None,
        "failure": failure_of(statuses),
        "statuses": {name: datetime.fromisoformat(told["at"]) for name, told in sorted(statuses.items())},
    }


def _whence(row: Row) -> Row:
    """The ad and the product that the customer wrote about, where they did."""
    told = None if row["whence"] is None or row["revoked_at"] else orjson.loads(bytes(row["whence"]))
    return {name: told and told.get(name) for name in ("referral", "referred_product")}


def _seen(content: Row) -> Row:
    """Without the places of files, which say nothing to anybody."""
    return {name: value for name, value in content.items() if name not in ("key", "thumbnail")}


def _reactions(rows: list[Row]) -> Row:
    """The last one of each side that reached the other, unless it took the former back."""
    last = {row["side"]: row["emoji"] for row in rows if not is_lost(set(row["words"]))}
    return {side: emoji for side, emoji in last.items() if emoji}
