"""Quick replies: people write them, and read them as they would be sent in a conversation."""

from __future__ import annotations

from typing import cast

from recado_chassis.work import Work
from recado_events.conversations import QuickReplyWritten
from recado_events.envelope import Cause
from recado_events.ids import ConversationId, OrganisationId

from conversations.application.attaching import Attaching
from conversations.application.records import Records
from conversations.application.scene import Scene, fold_of
from conversations.commands import Person, RemoveQuickReply, Reply, SendQuickReply, WriteQuickReply
from conversations.domain import attachments, quick_replies
from conversations.domain.quick_replies import QuickReplies
from conversations.domain.refusals import OutOfScope
from conversations.domain.rendering import Fault

Read = tuple[QuickReplyWritten, str, tuple[Fault, ...]]


class Answering:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._records = Records(scene)
        self._attaching = Attaching(scene)

    def write(self, work: Work, command: WriteQuickReply, cause: Cause) -> None:
        team, replies = self._scene.team(work, command.organisation_id), self.replies(work, command.organisation_id)
        named = command.attachment_id
        file = attachments.NONE if named is None else self._attaching.attachment(work, named)
        self._scene.record(work, quick_replies.write(command, replies, team, file), cause)

    def remove(self, work: Work, command: RemoveQuickReply, cause: Cause) -> None:
        team, replies = self._scene.team(work, command.organisation_id), self.replies(work, command.organisation_id)
        self._scene.record(work, quick_replies.remove(command, replies, team), cause)

    def send(self, work: Work, command: SendQuickReply, cause: Cause) -> None:
        org = command.organisation_id
        place = self._attaching.check_may_upload(work, command)
        customer = self._scene.customer(work, place["customer_id"])
        contact = self._records.contact_of(work, org, customer)
        known = self._records.values(work, org, contact, customer, command.by.user_id)
        written = self.replies(work, org).found(command.quick_reply_id)
        reply = Reply(
            organisation_id=org,
            conversation_id=command.conversation_id,
            by=command.by,
            now=command.now,
            message_id=command.message_id,
            content=quick_replies.content_of(command, written, known),
            reply_to=command.reply_to,
        )
        self._attaching.talking.reply(work, reply, cause)

    def replies(self, work: Work, organisation_id: OrganisationId) -> QuickReplies:
        stream = f"replies-{organisation_id}"
        return cast(QuickReplies, work.state(stream, fold_of(stream)))

    def read(
        self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId, by: Person, beginning: str
    ) -> list[Read]:
        """Those whose shortcut begins so, each as this person would send it there. Raises OutOfScope."""
        place = self._scene.place_of(work, organisation_id, conversation_id)
        customer = self._scene.customer(work, place["customer_id"])
        talk = customer.conversations.get(conversation_id)
        if talk is None:
            raise OutOfScope
        self._scene.team(work, organisation_id).check_may_view(by, talk.assignee)
        contact = self._records.contact_of(work, organisation_id, customer)
        known = self._records.values(work, organisation_id, contact, customer, by.user_id)
        wanted = quick_replies.shortcut_of(beginning)
        found = [each for each in self.replies(work, organisation_id).in_order() if each.shortcut.startswith(wanted)]
        return [(each, *quick_replies.rendered(each, known)) for each in found]
