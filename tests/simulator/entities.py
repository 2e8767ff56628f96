"""What the simulated platform remembers: each entity is one JSON line of its journal, the last line of an id wins."""

from typing import Literal

from pydantic import BaseModel, Field

from .signing import JsonObject

MESSAGING = "whatsapp_business_messaging"
MANAGEMENT = "whatsapp_business_management"


class Entity(BaseModel):
    """Something with an id that outlives a restart."""

    id: str


class ClockPush(Entity):
    """How far tests have pushed the platform's clock forward."""

    seconds: float


class Waba(Entity):
    """A WhatsApp Business Account; people get one business-scoped id per `business_id`."""

    business_id: str
    name: str = "Recado Test Account"
    subscribed: bool = False
    override_uri: str | None = None


class BusinessNumber(Entity):
    """A phone number of a business; `id` is Meta's phone number id."""

    waba_id: str
    display: str
    name: str = "Recado Test"
    verified: bool = True
    registered: bool = False
    pin: str | None = None
    wrong_pins: int = 0
    registrations: list[float] = Field(default_factory=list)
    on_phone_app: bool = False
    override_uri: str | None = None
    allowed_recipients: list[str] | None = None
    quality: str = "GREEN"
    limit: str = "TIER_2K"

    @property
    def digits(self) -> str:
        return "".join(filter(str.isdigit, self.display))


class Customer(Entity):
    """A person on WhatsApp. `undeliverable` says how a send to them ends: refused at once or failed later."""

    wa_id: str | None = None
    name: str | None = "Marina Lopes"
    username: str | None = None
    country_code: str = "BR"
    user_ids: dict[str, str] = Field(default_factory=dict)
    phone_shown: bool = True
    undeliverable: Literal["no", "refused", "failed"] = "no"
    stopped_marketing: list[str] = Field(default_factory=list)
    blocked_by: list[str] = Field(default_factory=list)
    """Ids of the numbers that let them write no more."""


class Code(Entity):
    """What Embedded Signup hands over; valid for seconds, once (Meta's contract, section 16)."""

    waba_id: str
    expires_at: float
    used: bool = False


class AccessToken(Entity):
    """A business token; `expires_at` 0 means never, `dead` is the error subcode that killed it."""

    waba_ids: list[str]
    scopes: list[str] = Field(default_factory=lambda: [MESSAGING, MANAGEMENT])
    issued_at: int
    expires_at: int = 0
    dead: int | None = None
    user_id: str = ""


class Template(Entity):
    """A message template; `id` is made of WABA, name and language, `meta_id` is what Graph and webhooks call it.

    `components` are as they were given; the members below them are what sends are checked against.
    """

    waba_id: str
    name: str
    language: str = "en_US"
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"] = "UTILITY"
    status: str = "APPROVED"
    body: str = ""
    header: Literal["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"] | None = None
    header_text: str = ""
    url_buttons: list[str] = Field(default_factory=list)
    named: bool = False
    meta_id: str = ""
    components: list[JsonObject] = Field(default_factory=list)
    code_buttons: list[int] = Field(default_factory=list)
    quality: str = "UNKNOWN"
    rejected_reason: str = "NONE"
    created_at: float = 0.0
    edited_at: list[float] = Field(default_factory=list)
    was_approved: bool = False
    deleted_at: float | None = None
    review_due_at: float | None = None


class Submission(Entity):
    """A call that was to make a template, whatever came of it; `subcode` says why it was refused."""

    waba_id: str
    name: str
    language: str
    at: float
    subcode: int | None = None


class Verdict(Entity):
    """What the reviewers will say of a template of this name, instead of the usual."""

    waba_id: str
    name: str
    event: str = "APPROVED"
    reason: str = "NONE"
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"] | None = None
    seconds: float | None = None
    at_once: bool = False
    told: bool = True


class Window(Entity):
    """The last time a person wrote to a number, and the free entry point if an advertisement brought them."""

    phone_number_id: str
    customer_id: str
    opened_at: float
    referred_at: float | None = None
    free_entry_until: float | None = None


class Inbound(Entity):
    """A message a customer wrote; `id` is its wamid."""

    phone_number_id: str
    customer_id: str
    type: str
    at: float
    marked_read_at: float | None = None
    typing_shown: bool = False


class Send(Entity):
    """An accepted send, one line of the ground-truth log; `id` is its wamid, `request` what the caller asked.

    `service_rank` counts the number's service messages of the month, this one included.
    """

    sequence: int
    phone_number_id: str
    waba_id: str
    customer_id: str
    to: str | None
    recipient: str | None
    wa_id: str | None
    user_id: str | None
    type: str
    category: str
    biz_opaque_callback_data: str | None
    accepted_at: float
    free_entry: bool = False
    in_window: bool = True
    service_rank: int = 0
    request: JsonObject


class StatusShown(Entity):
    """A status webhook that was made for a wamid; `id` is a running number."""

    wamid: str
    status: str
    at: float
    delivery_id: str


class MediaFile(Entity):
    """An uploaded or received medium; the bytes lie beside the journal."""

    phone_number_id: str
    mime_type: str
    sha256: str
    size: int
    expires_at: float
    deleted: bool = False


class Delivery(Entity):
    """A webhook on its way; the body is kept until the receiver answered 200 or the attempts are used up."""

    field: str
    kind: str
    phone_number_id: str | None = None
    url: str
    body: JsonObject
    due_at: float
    done: bool = False
