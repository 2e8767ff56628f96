"""One body of every kind Meta's contract names in sections 4 to 12, for tests that must accept them all."""

from collections.abc import Iterator

from ..identifiers import wamid
from ..signing import JsonObject
from . import account, coexistence, contents, messages, other, statuses
from .envelope import Line, Person, envelope, merged, messaging_value

PEOPLE = (
    Person("5511987650001", "BR.13491208655302741918", "Marina Lopes"),
    Person("4791234567", "NO.20817364509218374650", "Søren Åkerlund", "@soren.a", "NO"),
    Person("886912345678", "TW.55120983746501928374", "陳美玲"),
    Person("201001234567", "EG.77019283746501928375", "ليلى حسن"),
    Person("380501234567", "UA.41120983746501928376", "Ольга Петренко"),
    Person("84912345678", "VN.32120983746501928377", "Nguyễn Thị Ánh"),
    Person("5215512345678", "MX.21120983746501928378", "Zoë 🦊 Peña"),
    Person("14155550142", "US.99120983746501928379", "Rob\u202etxt.exe\u202c O'Neil <b>&amp;</b>"),
    Person("491701234567", "DE.88120983746501928370", ""),
    Person("919812345678", None, "प्रिया शर्मा"),
    Person(None, "PT.66120983746501928371", "Inês", "@ines.reads", "PT"),
    Person(None, "BR.10120983746501928372", None, parent_user_id="BR.ENT.11815799212886844830"),
)


class Wamids:
    """Fresh wamids of a party, in a fixed order."""

    def __init__(self, start: int = 0) -> None:
        self._numbers = iter(range(start + 1, 1 << 40))

    def of(self, person: Person, *, sent: bool = False) -> str:
        key = f"{next(self._numbers):018X}"
        return wamid(person.party, key, 0x11) if sent else wamid(person.party, "3A" + key)


def every_kind(
    line: Line | None = None, person: Person = PEOPLE[0], now: int = 1_795_000_000, start: int = 0
) -> dict[str, JsonObject]:
    """Bodies by a speaking name; `start` keeps the wamids of several calls apart."""
    line, ids = line or Line(), Wamids(start)
    made: dict[str, JsonObject] = {}
    made.update(_plain_messages(line, person, now, ids))
    made.update(_answers(line, person, now, ids))
    made.update(_changes(line, person, now, ids))
    made.update(_statuses(line, person, now, ids))
    made.update(_phone_app(line, person, now, ids))
    made.update(_account(line, now))
    made.update(_others(line, person, now, ids))
    return made


def _plain_messages(line: Line, person: Person, now: int, ids: Wamids) -> Iterator[tuple[str, JsonObject]]:
    for kind, sample in contents.SAMPLES.items():
        yield f"messages-{kind}", messages.message_body(line, person, ids.of(person), now, kind, sample())
    for what, content in {
        "image-without-caption": ("image", contents.media("image") | {"caption": ""}),
        "audio-file": ("audio", contents.media("audio", voice=False)),
        "sticker-animated": ("sticker", contents.media("sticker", animated=True)),
        "document-strange-name": ("document", contents.media("document", filename="../../e\u0301tat\u202e.pdf")),
        "voice-old": ("voice", contents.media("audio")),
        "never-seen": ("hologram", {"depth": 3}),
    }.items():
        yield f"messages-{what}", messages.message_body(line, person, ids.of(person), now, *content)
    for other_person in PEOPLE[1:]:
        body = messages.message_body(line, other_person, ids.of(other_person), now, "text", contents.text())
        yield f"messages-text-of-{other_person.party}", body
    blank = Person("", "PT.66120983746501928999", "Tomás")
    yield "messages-text-blank-phone", messages.message_body(line, blank, ids.of(blank), now, "text", contents.text())
    yield "messages-errors-only", messages.errors_body(line)


def _answers(line: Line, person: Person, now: int, ids: Wamids) -> Iterator[tuple[str, JsonObject]]:
    sent = ids.of(person, sent=True)
    quoted = {"context": messages.quoting(line, sent)}
    for name, (kind, content, extras) in {
        "reply": ("text", contents.text("Sim, pode ser."), quoted),
        "list_reply": ("interactive", contents.list_reply(), quoted),
        "nfm_reply": ("interactive", contents.flow_reply(), quoted),
        "call_permission_reply": ("interactive", contents.call_permission_reply(), quoted),
        "forwarded": ("text", contents.text("repassando"), {"context": messages.forwarded()}),
        "forwarded-often": ("text", contents.text("corrente"), {"context": messages.forwarded(often=True)}),
        "product-enquiry": ("text", contents.text("tem?"), {"context": messages.product_enquiry(line, sent)}),
        "referral": ("text", contents.text("vi o anúncio"), {"referral": contents.referral()}),
        "reaction": ("reaction", contents.reaction(sent), {}),
        "reaction-removed": ("reaction", contents.reaction(sent, None), {}),
        "reaction-emptied": ("reaction", contents.reaction(sent, ""), {}),
        "request_welcome": ("request_welcome", None, {}),
    }.items():
        body = messages.message_body(line, person, ids.of(person), now, kind, content, **extras)
        yield f"messages-{name}", body


def _changes(line: Line, person: Person, now: int, ids: Wamids) -> Iterator[tuple[str, JsonObject]]:
    original, name = ids.of(person), person.name or ""
    renamed = contents.user_id_changed(person.user_id or "BR.1", "BR.20120983746501928399")
    identity = {"acknowledged": True, "created_timestamp": now, "hash": "Xq2kP0"}
    for what, (kind, content, extras) in {
        "edit": ("edit", contents.edit(original), {}),
        "edit-image": ("edit", contents.edit(original, "image", contents.media("image")), {}),
        "revoke": ("revoke", contents.revoke(original), {}),
        "number-changed": ("system", contents.number_changed(name, person.party, "5511987659999"), {}),
        "user-id-changed": ("system", renamed, {}),
        "identity-changed": ("system", contents.identity_changed(name), {"identity": identity}),
    }.items():
        yield f"messages-{what}", messages.message_body(line, person, ids.of(person), now, kind, content, **extras)
    for code, hint in ((131051, "poll_creation"), (131051, None), (131060, "media_placeholder"), (130501, "gif")):
        body = messages.unsupported_body(line, person, ids.of(person), now, code, hint)
        yield f"messages-unsupported-{code}-{hint}", body


def _statuses(line: Line, person: Person, now: int, ids: Wamids) -> Iterator[tuple[str, JsonObject]]:
    sent = ids.of(person, sent=True)
    for name in ("sent", "delivered", "read", "played", "failed"):
        yield f"statuses-{name}", statuses.status_body(line, person, sent, now, name)
    talk = {"id": "72b14d6bd5407799e66f64d1b338e567", "origin": {"type": "referral_conversion"}}
    old = {"billable": True, "pricing_model": "CBP", "category": "service"}
    entry = statuses.status(person, sent, now, "sent", conversation={**talk, "expiration_timestamp": str(now + 9)})
    conversation = statuses.status(person, sent, now, "delivered", pricing=old, conversation=talk)
    yield "statuses-free-entry", statuses.statuses_body(line, [entry])
    yield "statuses-conversation", statuses.statuses_body(line, [conversation])
    nobody = Person(None, None, None)
    yield "statuses-without-recipient", statuses.statuses_body(line, [statuses.status(nobody, sent, now, "read")])
    both = [statuses.status(person, ids.of(person, sent=True), now, one) for one in ("sent", "delivered")]
    yield "statuses-several", statuses.statuses_body(line, both, person)


def _phone_app(line: Line, person: Person, now: int, ids: Wamids) -> Iterator[tuple[str, JsonObject]]:
    sent = ids.of(person, sent=True)
    yield "echo-text", coexistence.echo_body(line, person, sent, now)
    for kind, content in (("edit", contents.edit(sent)), ("revoke", contents.revoke(sent))):
        body = coexistence.echo_body(line, person, ids.of(person, sent=True), now, kind, content)
        yield f"echo-{kind}", body
    past = [
        coexistence.history_message(line.digits, ids.of(person, sent=True), now - 900, text={"body": "Bom dia!"}),
        coexistence.history_message(person.party, ids.of(person), now - 800, "DELIVERED", text={"body": "Olá"}),
        coexistence.history_message(person.party, ids.of(person), now - 700, "PLAYED"),
    ]
    yield "history", coexistence.history_body(line, person, past)
    yield "history-last", coexistence.history_body(line, person, [], phase=2, chunk=4, progress=100)
    yield "history-declined", coexistence.history_declined_body(line)
    media = contents.media("image")
    yield "history-media", coexistence.history_media_body(line, person, ids.of(person), now - 700, media)
    for action in ("add", "remove"):
        yield f"address-book-{action}", coexistence.address_book_body(line, person, now, action)
    for value in ("stop", "resume", "signup"):
        yield f"user_preferences-{value}", coexistence.preference_body(line, person, now, value)


def _account(line: Line, now: int) -> Iterator[tuple[str, JsonObject]]:
    for event in ("APPROVED", "REJECTED", "PAUSED", "DISABLED", "FLAGGED", "ARCHIVED"):
        yield f"template-{event.lower()}", account.template_status_body(line, now, event)
    yield "template-category-announced", account.template_category_body(line, now, done=False)
    yield "template-category-done", account.template_category_body(line, now)
    yield "template-quality", account.template_quality_body(line, now)
    yield "template-components", account.template_components_body(line, now)
    yield from account.account_updates(line, now).items()
    yield from account.number_updates(line, now).items()


def _others(line: Line, person: Person, now: int, ids: Wamids) -> Iterator[tuple[str, JsonObject]]:
    yield "calls-connect", other.call_body(line, person, now)
    yield "calls-terminate", other.call_body(line, person, now, "terminate")
    yield "calls-status", other.call_status_body(line, person, now)
    yield from other.group_bodies(line, person, now).items()
    yield "automatic_events", other.automatic_event_body(line, ids.of(person), now)
    yield "messaging_handovers", other.handover_body(line, person, now)
    standby = messages.message(person, ids.of(person), now, "text", contents.text())
    yield "standby", envelope(line.waba_id, "standby", messaging_value(line, messages=[standby]))
    yield "unknown-field", other.unknown_field_body(line, now)
    yield "empty-value", envelope(line.waba_id, "messages", {})
    first = messages.message_body(line, person, ids.of(person), now, "text", contents.text("um"))
    second = statuses.status_body(line, person, ids.of(person, sent=True), now)
    yield "batch", merged([first, second])
