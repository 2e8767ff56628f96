"""What the control API can be asked, as strict models: a member that does not exist is an error, never ignored."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .signing import JsonObject

Phone = Literal["usual", "shown", "absent", "blank"]


class Command(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Message(Command):
    """A customer writes. `content` is the type's own payload; without it one is made up from the other members.

    `text` is a text's body or a caption, `target` the message an edit, revoke or reaction is about, `emoji` None
    removes a reaction, `extra` is merged into the message as it stands.
    """

    phone_number_id: str
    type: str = "text"
    text: str | None = None
    content: Any = None
    target: str | None = None
    emoji: str | None = "👍"
    reply_to: str | None = None
    forwarded: Literal["once", "often"] | None = None
    referral: bool = False
    code: int = Field(default=131051, description="of an unsupported message")
    profile_name: str | None = None
    phone: Phone = "usual"
    timestamp: int | None = None
    wamid: str | None = None
    file_base64: str | None = None
    mime_type: str | None = None
    filename: str | None = None
    extra: JsonObject = Field(default_factory=dict)


class NumberChange(Command):
    phone_number_id: str
    wa_id: str


class UserIdChange(Command):
    phone_number_id: str
    user_id: str | None = None


class Preference(Command):
    phone_number_id: str
    value: Literal["stop", "resume", "signup"] = "stop"


class Echo(Command):
    """A person at the business answers in the phone app; `customer` is a wa_id or user id."""

    customer: str
    type: str = "text"
    text: str = "Respondi pelo celular 📱"
    content: Any = None


class NewCustomer(Command):
    """At least one of `wa_id` and `user_id`; a known one is changed."""

    wa_id: str | None = None
    user_id: str | None = None
    name: str | None = None
    username: str | None = None
    country_code: str | None = None
    phone_shown: bool | None = None
    undeliverable: Literal["no", "refused", "failed"] | None = None


class NewWaba(Command):
    id: str | None = None
    business_id: str | None = None
    name: str = "Recado Test Account"
    subscribed: bool = False


class NewNumber(Command):
    id: str | None = None
    waba_id: str
    display: str
    name: str = "Recado Test"
    verified: bool = True
    registered: bool = False
    pin: str | None = None
    on_phone_app: bool = False
    allowed_recipients: list[str] | None = None


class NumberState(Command):
    """Members left out stay as they are."""

    verified: bool | None = None
    registered: bool | None = None
    pin: str | None = None
    on_phone_app: bool | None = None
    allowed_recipients: list[str] | None = None
    name: str | None = None
    quality: str | None = None
    limit: str | None = None


class NewTemplate(Command):
    waba_id: str
    name: str
    language: str = "en_US"
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"] = "UTILITY"
    status: str = "APPROVED"
    body: str = "Hello"
    header: Literal["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"] | None = None
    header_text: str = ""
    url_buttons: list[str] = Field(default_factory=list)
    named: bool = False


class ScriptVerdict(Command):
    """Of every template of this name: the verdict, after `seconds` (None: the usual), or in the answer itself."""

    waba_id: str
    name: str
    event: str = "APPROVED"
    reason: str = "NONE"
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"] | None = None
    seconds: float | None = None
    at_once: bool = False
    told: bool = Field(default=True, description="whether a webhook says so")


class TemplateChange(Command):
    """What Meta, or somebody in WhatsApp Manager, does to a template. `told` False: the webhook is missed."""

    waba_id: str
    name: str
    language: str = "en_US"
    event: str | None = None
    reason: str = "NONE"
    category: Literal["MARKETING", "UTILITY", "AUTHENTICATION"] | None = None
    announced: bool = False
    quality: str | None = None
    body: str | None = None
    told: bool = True
    extra: JsonObject = Field(default_factory=dict)


class NewCode(Command):
    """What Embedded Signup would hand to the browser; the number is only checked to belong to the WABA."""

    waba_id: str
    phone_number_id: str | None = None


class NewToken(Command):
    waba_ids: list[str]
    scopes: list[str] | None = None
    lives_seconds: int | None = None


class TokensDie(Command):
    """458 app removed, 460 password changed, 463 expired, 467 invalid."""

    waba_id: str | None = None
    subcode: int = 463


class SetWindow(Command):
    """The customer's last message to the number is said to have come `seconds_ago`."""

    phone_number_id: str
    customer: str
    seconds_ago: float = 0.0


class ShowStatus(Command):
    """A status, now. A wamid that was never sent needs `phone_number_id` and `customer`; `extra` is merged in."""

    wamid: str
    status: str
    timestamp: int | None = None
    code: int | None = None
    details: str | None = None
    extra: JsonObject = Field(default_factory=dict)
    phone_number_id: str | None = None
    customer: str | None = None


class RaiseUpdate(Command):
    """Any other field's webhook, such as account_update; `time` None leaves it out of the entry."""

    waba_id: str
    field: str
    value: JsonObject
    time: int | None = None


class RawBody(Command):
    """Exactly one of `json_body` (written as Meta writes), `text` and `base64` (sent as they are)."""

    json_body: Any = None
    text: str | None = None
    base64: str | None = None


class RawWebhooks(Command):
    """Bodies to post at once, each with its own answer. `headers` are added to the signed ones, or replace them all."""

    bodies: list[RawBody]
    secret: str | None = None
    signed: bool = True
    headers: list[tuple[str, str]] = Field(default_factory=list)
    url: str | None = None
    copies: int = Field(default=1, ge=1)
    retry: bool = False
    observe: bool = Field(default=False, description="count the messages inside as written by their customers")


class Handshake(Command):
    """What the dashboard does when a callback is saved; None leaves the parameter out."""

    url: str | None = None
    mode: str | None = "subscribe"
    token: str | None = None
    challenge: str | None = "1158201444"


class Advance(Command):
    seconds: float = Field(ge=0)


class Reset(Command):
    """`keep_accounts` keeps WABAs, numbers, tokens, subscriptions and templates."""

    keep_accounts: bool = False


class RotateSecret(Command):
    app_secret: str = Field(min_length=1)
