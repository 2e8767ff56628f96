"""What the gateway does with what it hears of messages: it queues what was released, and believes evidence."""

from __future__ import annotations

from collections.abc import Callable

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.ports import Clock
from recado_chassis.work import Work
from recado_events.content import OutgoingMedia
from recado_events.conversations import BlockReleased, MessageReleased, ReadReceiptReleased, Released
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId, PhoneNumberId

from gateway.application.folds import DISPATCH
from gateway.application.moving import Moving
from gateway.application.ports import Due, Line
from gateway.commands import NoteEvidence, QueueMessage
from gateway.domain.dispatch import Dispatch, dispatch_stream
from gateway.domain.sending import decide
from gateway.domain.tags import Tag

Leaving = MessageReleased | ReadReceiptReleased | BlockReleased
"""All that conversations lets go to Meta."""


class Sending:
    """Reactions: each works in the unit of work of the batch it was heard in."""

    def __init__(
        self,
        line: Line,
        fingerprints: Fingerprints,
        clock: Clock,
        wake: Callable[[], None] = lambda: None,
        files: Moving | None = None,
    ) -> None:
        """`wake` is called, from any thread, when something was queued."""
        self._files = files
        self._line = line
        self._wake = wake
        self._recipients = fingerprints.sibling("recipients")
        self._clock = clock

    def queue_message(self, work: Work, event: Leaving, partition: int, cause: Cause) -> None:
        """`partition` is where it was heard: who holds that partition sends it."""
        now = self._clock.now()
        command = QueueMessage(
            organisation_id=event.organisation_id,
            phone_number_id=event.phone_number_id,
            customer_id=event.customer_id,
            message_id=event.message_id,
            released=event.personal,
            send_by=event.send_by,
            now=now,
        )
        stream = dispatch_stream(event.message_id)
        work.record(decide(command, work.state(stream, DISPATCH)), cause)
        if work.state(stream, DISPATCH).phase == "queued":
            content = event.personal.content if event.personal else None
            is_file = isinstance(content, OutgoingMedia)
            # A file first has to be at Meta: until then its message holds up those that come after it.
            work.also(
                self._line.enter(self._due(event, cause), partition, event.send_by, event.send_by if is_file else now)
            )
            if isinstance(content, OutgoingMedia) and isinstance(event, MessageReleased) and self._files:
                self._files.uploading.queue(work, event, content, cause)
            self._wake()

    def note_evidence(
        self, work: Work, tag: Tag, wamid: str, wa_id: str | None, user_id: str | None, cause: Cause
    ) -> None:
        """Meta says something about a message that carries our tag: it has taken that attempt."""
        stream = dispatch_stream(tag.message_id)
        before: Dispatch = work.state(stream, DISPATCH)
        if before.about is None:
            return
        command = NoteEvidence(
            organisation_id=before.about.organisation_id,
            phone_number_id=before.about.phone_number_id,
            customer_id=before.about.customer_id,
            message_id=tag.message_id,
            attempt=tag.attempt,
            wamid=wamid,
            wa_id=wa_id,
            user_id=user_id,
            now=self._clock.now(),
        )
        facts = decide(command, before)
        if facts:
            work.record(facts, cause)
            work.also(self._line.mirror({tag.message_id: work.state(stream, DISPATCH)}))

    def _due(self, event: Leaving, cause: Cause) -> Due:
        return Due(
            organisation_id=event.organisation_id,
            phone_number_id=event.phone_number_id,
            customer_id=event.customer_id,
            message_id=event.message_id,
            attempt=0,
            pair=self._pair(event.organisation_id, event.phone_number_id, event),
            cause=cause,
        )

    def _pair(
        self,
        organisation_id: OrganisationId,
        phone_number_id: PhoneNumberId,
        event: Leaving,
    ) -> str | None:
        """A bucket's name; what is no message counts in none."""
        released: Released | None = event.personal
        if released is None or not isinstance(event, MessageReleased):
            return None
        to = released.recipient.wa_id or released.recipient.user_id or ""
        return f"pair:{phone_number_id}:{self._recipients.of(str(organisation_id), to)}"
