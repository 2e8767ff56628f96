"""The story all examples tell: a bakery in New York, its people, and one customer who asks about a cake.

Everybody and every number in it is invented; the numbers are of the ranges kept free for fiction.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from recado_events.content import OutgoingTemplate, TemplateParameter
from recado_events.conversations.release import Released, TemplateUse
from recado_events.identity import Recipient
from recado_events.ids import (
    CompanyId,
    ContactId,
    ConversationId,
    CustomerId,
    MessageId,
    NoteId,
    OrganisationId,
    PhoneNumberId,
    PipelineId,
    PipelineRecordId,
    ProfileId,
    RequestId,
    StageId,
    SubscriptionId,
    TemplateId,
    UserId,
    WabaId,
    wamid_id,
)

START = datetime(2026, 3, 2, 13, 45, tzinfo=UTC)
DAY = timedelta(days=1)


def uuid7(moment: datetime, name: str) -> UUID:
    """A version 7 id of that moment whose other bits follow from `name`, so that it never changes."""
    bits = int.from_bytes(sha256(name.encode()).digest()[:10])
    value = int(moment.timestamp() * 1000) << 80 | bits
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def _id(name: str) -> UUID:
    return uuid7(START, name)


ORGANISATION = OrganisationId(_id("Aurora Bakery"))
PHONE_NUMBER = PhoneNumberId("109876543210987")
WABA = WabaId("108765432109876")
HELENA = UserId(_id("Helena, administrator"))
ANA = UserId(_id("Ana, member"))
BRUNO = UserId(_id("Bruno, member"))
SALES = ProfileId(_id("the profile of sales"))
CLARA = CustomerId(_id("Clara, who asks about a cake"))
CLARA_AGAIN = CustomerId(_id("Clara, before she was known to be the same"))
CONTACT = ContactId(_id("Clara's contact"))
CONTACT_AGAIN = ContactId(_id("Clara's contact, before she was known to be the same"))
CONVERSATION = ConversationId(_id("the talk about the cake"))
EARLIER_CONVERSATION = ConversationId(_id("the talk about bread"))
NOTE = NoteId(_id("the note about nuts"))
COMPANY = CompanyId(_id("the company that Clara works for"))
PIPELINE = PipelineId(_id("the pipeline of cakes"))
ASKED = StageId(_id("the stage of cakes that are asked for"))
ORDERED = StageId(_id("the stage of cakes that are ordered"))
CAKE = PipelineRecordId(_id("the pipeline record of the cake"))
TEMPLATE = TemplateId(_id("the template that says when a cake is ready"))
META_TEMPLATE = "1689556908129832"
SUBMISSION = RequestId(_id("the template's submission"))
SUBSCRIPTION = SubscriptionId(_id("the subscription"))

CLARA_WA_ID = "12125550143"
CLARA_NEW_WA_ID = "12125550187"
CLARA_USER_ID = "US.13491208655302741918"
CLARA_NAME = "Clara Nunes"
AURORA_NUMBER = "12125550100"

WAMID = "wamid.HBgLMTIxMjU1NTAxNDMVAgASGBQzQTAwMDAwMDAwMDAwMDAwMDAw{}AA=="
QUESTION_WAMID = WAMID.format("MQ")
REACTION_WAMID = WAMID.format("Mg")
EDIT_WAMID = WAMID.format("Mw")
REVOKE_WAMID = WAMID.format("NA")
ECHO_WAMID = WAMID.format("NQ")
ANSWER_WAMID = WAMID.format("Ng")
SECOND_ANSWER_WAMID = WAMID.format("Nw")


def seen(wamid: str) -> MessageId:
    """The id of a message that came from Meta."""
    return wamid_id(ORGANISATION, PHONE_NUMBER, wamid)


QUESTION = seen(QUESTION_WAMID)
ANSWER = MessageId(_id("the answer about the cake"))
RECEIPT = MessageId(_id("the receipt for the question"))
QUESTION_TEXT = "Do you have the lemon cake without nuts?"
ANSWER_TEXT = "Yes! We bake it without nuts every morning."
CORRECTED_TEXT = "Do you have the lemon cake without walnuts?"
PHOTO_HASH = sha256(b"a photo of a cake").hexdigest()
PHOTO = {"size": 184_320, "mime_type": "image/jpeg", "declared_type": "image/jpeg", "attempts": 1}
ECHO_TEXT = "Your cake is ready to be picked up."
NOTE_TEXT = "Allergic to nuts."
SET_ASIDE_TEXT = f'{{"event":"unheard_of","value":{{"wa_id":"{CLARA_WA_ID}"}}}}'

GREETING = MessageId(_id("the message that says that the cake is ready"))
USE = TemplateUse(template_id=TEMPLATE, waba_id=WABA, name="cake_ready", language="en_US", category="UTILITY")
GREETED = Released(
    content=OutgoingTemplate(
        name="cake_ready",
        language="en_US",
        parameters=(TemplateParameter(component="body", index=0, value="Clara"),),
        body="Hello Clara, your cake is ready to be picked up.",
    ),
    recipient=Recipient(wa_id=CLARA_WA_ID, user_id=CLARA_USER_ID),
)
