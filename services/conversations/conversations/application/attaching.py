"""Files: put aside, sent, and noted when the gateway has fetched them."""

from __future__ import annotations

from typing import cast

from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import AttachmentId, OrganisationId

from conversations.application.scene import Scene, fold_of
from conversations.application.talking import Talking
from conversations.commands import OnConversation, Person, Reply
from conversations.commands.attaching import NoteAttachment, SendAttachment, UploadAttachment, UploadReplyFile
from conversations.domain import attachments, quick_replies
from conversations.domain.attachments import Attachment
from conversations.domain.places import ConversationPlace
from conversations.domain.talk import check_may_change, talk_of


class Attaching:
    """One method a use case. Each may be repeated and then changes nothing."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.talking = Talking(scene)

    def check_may_upload(self, work: Work, command: OnConversation) -> ConversationPlace:
        """Raises what an upload would, before anything is read. Whoever may reply may put a file aside."""
        scene = self._scene
        place = scene.place_of(work, command.organisation_id, command.conversation_id)
        talk = talk_of(command, scene.customer(work, place["customer_id"]))
        desk = scene.desk(work, command.organisation_id, place["phone_number_id"])
        check_may_change(command, talk, desk, scene.team(work, command.organisation_id))
        return place

    def upload_attachment(self, work: Work, command: UploadAttachment, cause: Cause) -> None:
        place = self.check_may_upload(work, command)
        known = self.attachment(work, command.attachment_id)
        self._scene.record(work, attachments.upload(command, place, known), cause)

    def check_may_upload_for_replies(self, work: Work, organisation_id: OrganisationId, by: Person) -> None:
        """Raises what an upload would: whoever may write quick replies may put a file aside for them."""
        quick_replies.check_may_write(by, self._scene.team(work, organisation_id))

    def upload_for_replies(self, work: Work, command: UploadReplyFile, cause: Cause) -> None:
        self.check_may_upload_for_replies(work, command.organisation_id, command.by)
        known = self.attachment(work, command.attachment_id)
        self._scene.record(work, attachments.upload_for_replies(command, known), cause)

    def send_attachment(self, work: Work, command: SendAttachment, cause: Cause) -> None:
        self.check_may_upload(work, command)
        content = attachments.content_of(command, self.attachment(work, command.attachment_id))
        reply = Reply(
            organisation_id=command.organisation_id,
            conversation_id=command.conversation_id,
            by=command.by,
            now=command.now,
            message_id=command.message_id,
            content=content,
            reply_to=command.reply_to,
        )
        self.talking.reply(work, reply, cause)

    def note_attachment(self, work: Work, command: NoteAttachment, cause: Cause) -> None:
        message = self._scene.message(work, command.message_id)
        self._scene.record(work, attachments.note(command, message), cause)

    def attachment(self, work: Work, attachment_id: AttachmentId) -> Attachment:
        stream = f"attachment-{attachment_id}"
        return cast(Attachment, work.state(stream, fold_of(stream)))
