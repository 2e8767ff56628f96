"""Files of the imported history: shown, downloaded by whoever may see the conversation, never taken for live ones."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from recado_events.conversations import PastMessageImported
from recado_events.ids import PhoneNumberId
from recado_events.inbound import InboundType
from recado_events.media import MediaLost, MediaStored

from tests.conversations.filing import CUSTOMER, FilingOffice
from tests.conversations.office import NUMBER
from tests.conversations.test_attachments import office
from tests.conversations.test_past import medium
from tests.harness.on_database import told
from tests.samples import JPEG
from tests.simulator.bodies.envelope import Person

__all__ = ["office"]
JOHN = Person(wa_id=CUSTOMER, user_id=None, name="João", username=None, country_code=None)
WAMID = "wamid.of-the-past"


class History:
    """One image from before the number came here, and a conversation of today."""

    def __init__(self, office: FilingOffice, talk: UUID) -> None:
        self.office = office
        self.path = f"/conversations/{talk}/past"

    @classmethod
    async def of(cls, office: FilingOffice) -> History:
        update = {**office.inbound(medium(WAMID, JOHN)), "field": "history"}
        office.service.receives(InboundType.HISTORY, office.organisation, update)
        return cls(office, await office.talk())

    @property
    def image(self) -> UUID:
        (imported,) = self.office.service.facts(PastMessageImported)
        return UUID(str(imported.message_id))

    def _of(self) -> dict[str, Any]:
        return {
            "organisation_id": self.office.organisation,
            "phone_number_id": PhoneNumberId(NUMBER),
            "message_id": self.image,
            "attempts": 1,
        }

    def fetched(self) -> None:
        """The gateway has it: a customer of whom, it does not know."""
        key, digest = self.office.kept(), hashlib.sha256(JPEG).hexdigest()
        about: dict[str, Any] = {
            "file_key": key,
            "sha256": digest,
            "size": len(JPEG),
            "mime_type": "image/jpeg",
            "thumbnail": key,
        }
        self.office.service.hears(told(MediaStored(**self._of(), **about, stored_at=datetime.now(UTC))))

    def lost(self) -> None:
        self.office.service.hears(told(MediaLost(**self._of(), reason="gone", lost_at=datetime.now(UTC))))

    async def shown(self) -> Any:
        (line,) = (await self.office.sees(self.path))["items"]
        return line["attachment"]


async def test_rule_32_a_file_of_the_past_is_fetching_then_stored_and_downloaded(office: FilingOffice) -> None:
    history = await History.of(office)
    at = f"{history.path}/{history.image}"
    assert ((await history.shown())["state"], (await office.gets(f"{at}/attachment")).status_code) == ("fetching", 409)

    history.fetched()
    history.fetched()
    shown = await history.shown()
    assert (shown["state"], shown["download"], shown["thumbnail"]) == ("stored", f"{at}/attachment", f"{at}/thumbnail")
    for path in (shown["download"], shown["thumbnail"]):
        answer = await office.gets(path, office.agent())
        assert (answer.status_code, answer.content) == (200, JPEG)


async def test_a_file_of_the_past_that_is_lost_says_so(office: FilingOffice) -> None:
    history = await History.of(office)
    history.lost()

    assert ((await history.shown())["state"], (await history.shown())["reason"]) == ("lost", "gone")
    assert (await office.gets(f"{history.path}/{history.image}/attachment")).status_code == 410


async def test_rule_15_a_file_of_the_past_is_nobodys_who_may_not_see_that_conversation(office: FilingOffice) -> None:
    history = await History.of(office)
    history.fetched()
    office.customer_writes(wa_id="5511900000002")
    talks = [UUID(each["conversation_id"]) for each in (await office.sees("/conversations"))["items"]]
    for talk in (*talks, uuid4()):
        path = f"/conversations/{talk}/past/{history.image}/attachment"
        assert ((await office.gets(path)).status_code == 200) == path.startswith(history.path), path
    live = f"{history.path.removesuffix('past')}messages/{history.image}/attachment"
    assert (await office.gets(live)).status_code == 404


async def test_rule_17_what_is_live_later_has_the_file_that_was_fetched_before(office: FilingOffice) -> None:
    history = await History.of(office)
    history.fetched()
    image = {"id": "1", "mime_type": "image/jpeg", "sha256": "x"}
    office.meta_tells(InboundType.MESSAGE, **{"from": CUSTOMER}, id=WAMID, type="image", image=image)
    talk = UUID(history.path.split("/")[2])

    assert (await office.shown(talk, history.image))["attachment"]["state"] == "stored"
    assert (await office.gets(f"/conversations/{talk}/messages/{history.image}/attachment")).content == JPEG
    assert (await office.gets(f"{history.path}/{history.image}/attachment")).status_code == 404
