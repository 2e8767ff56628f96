"""What is expected of every route of every service. A route that is not here fails the tests: say what it admits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.journeys.world import SERVICES, World

PEOPLE = frozenset({"administrator", "member"})
ADMINISTRATORS = frozenset({"administrator"})
OPERATORS = frozenset({"operator"})
PROGRAMS = frozenset({"service"})
EVERY_ROLE = ("operator", "administrator", "member", "service")
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Route:
    service: str
    method: str
    path: str
    """The template, as the service describes it."""

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.path}"

    def at(self, ids: Mapping[str, str]) -> str:
        return self.path.format_map(ids)

    @property
    def has_ids(self) -> bool:
        return "{" in self.path


@dataclass(frozen=True)
class Expected:
    """`body`: one that fits. `owned`: the ids of a path name something of one organisation; else they are anybody's to
    use, and what one organisation does under them is its own."""

    roles: frozenset[str]
    body: Mapping[str, Any] | None = None
    owned: bool = True
    flags: tuple[str, ...] = ()
    """Members of the body that are true or false."""
    query: Mapping[str, str] = field(default_factory=dict)
    """What has to be asked beside the path."""


NUMBER = "106540000000001"
CONNECT = {"waba_id": "1", "phone_number_id": NUMBER, "code": "code", "pin": "123456"}
TEXT = {"type": "text", "text": "x"}
USER = {"name": "Rita", "role": "member", "active": True}
CHAT = {
    "phone_number_id": NUMBER,
    "number": "+55 11 98765-4321",
    "template": {"template_id": "0190f3a8-0000-7000-8000-0000000000f1"},
}
QUICK_REPLY = {"shortcut": "x", "title": "x", "text": "x"}
HOOK = {"url": "https://[2c0f:ffff::1]/hooks", "event_types": ["gateway.channel-disconnected.v1"]}
"""At a public address where nobody is."""
SOMEBODY = {"user_id": "0190f3a8-0000-7000-8000-000000000001"}
VIEW = {"name": "x", "filters": {"unread": True}}

GATEWAY = {
    ("POST", "/channels"): Expected(ADMINISTRATORS, CONNECT),
    ("GET", "/channels"): Expected(PEOPLE),
    ("GET", "/channels/{phone_number_id}"): Expected(PEOPLE),
    ("POST", "/channels/{phone_number_id}/resume"): Expected(ADMINISTRATORS, {"code": "code"}),
    ("POST", "/channels/{phone_number_id}/reconnect"): Expected(ADMINISTRATORS, {"code": "code"}),
    ("PUT", "/channels/{phone_number_id}/details"): Expected(ADMINISTRATORS, {"name": "Balcão"}),
    ("POST", "/channels/{phone_number_id}/disconnect"): Expected(ADMINISTRATORS),
    ("GET", "/subscriptions"): Expected(ADMINISTRATORS),
    ("POST", "/subscriptions"): Expected(ADMINISTRATORS, HOOK),
    ("GET", "/subscriptions/{subscription_id}"): Expected(ADMINISTRATORS),
    ("PATCH", "/subscriptions/{subscription_id}"): Expected(ADMINISTRATORS, HOOK),
    ("DELETE", "/subscriptions/{subscription_id}"): Expected(ADMINISTRATORS),
    ("POST", "/subscriptions/{subscription_id}/rotate"): Expected(ADMINISTRATORS, {"overlap_seconds": 60}),
    ("POST", "/subscriptions/{subscription_id}/pause"): Expected(ADMINISTRATORS),
    ("POST", "/subscriptions/{subscription_id}/resume"): Expected(ADMINISTRATORS),
    ("POST", "/subscriptions/{subscription_id}/replay"): Expected(ADMINISTRATORS, {"source": "gateway", "after": 0}),
    ("POST", "/subscriptions/{subscription_id}/test"): Expected(ADMINISTRATORS),
    ("GET", "/subscriptions/{subscription_id}/deliveries"): Expected(ADMINISTRATORS),
    ("GET", "/events"): Expected(PROGRAMS),
    ("GET", "/events/stream"): Expected(PROGRAMS),
}
CONVERSATIONS = {
    ("GET", "/conversations"): Expected(PEOPLE),
    ("POST", "/conversations"): Expected(PEOPLE, CHAT),
    ("POST", "/previews"): Expected(PEOPLE, CHAT),
    ("GET", "/conversations/{conversation_id}"): Expected(PEOPLE),
    ("GET", "/conversations/{conversation_id}/messages"): Expected(PEOPLE),
    ("POST", "/conversations/{conversation_id}/messages"): Expected(PEOPLE, TEXT, flags=("preview_url",)),
    ("POST", "/conversations/{conversation_id}/read"): Expected(PEOPLE, {}, flags=("notify_customer",)),
    ("POST", "/conversations/{conversation_id}/assign"): Expected(PEOPLE, SOMEBODY),
    ("POST", "/conversations/{conversation_id}/close"): Expected(PEOPLE),
    ("POST", "/conversations/{conversation_id}/reopen"): Expected(PEOPLE),
    ("GET", "/conversations/{conversation_id}/past"): Expected(PEOPLE),
    ("GET", "/conversations/{conversation_id}/quick-replies"): Expected(PEOPLE),
    ("POST", "/conversations/{conversation_id}/typing"): Expected(PEOPLE),
    ("POST", "/conversations/{conversation_id}/block"): Expected(PEOPLE),
    ("POST", "/conversations/{conversation_id}/unblock"): Expected(PEOPLE),
    ("GET", "/quick-replies"): Expected(PEOPLE),
    ("POST", "/quick-replies"): Expected(PEOPLE, QUICK_REPLY, owned=False),
    ("POST", "/quick-replies/attachments"): Expected(PEOPLE, query={"filename": "x.jpg"}, owned=False),
    ("GET", "/quick-replies/{quick_reply_id}/attachment"): Expected(PEOPLE),
    ("GET", "/quick-replies/{quick_reply_id}/thumbnail"): Expected(PEOPLE),
    ("PUT", "/quick-replies/{quick_reply_id}"): Expected(PEOPLE, QUICK_REPLY),
    ("DELETE", "/quick-replies/{quick_reply_id}"): Expected(PEOPLE),
    ("GET", "/channels/{phone_number_id}/conversation-rules"): Expected(PEOPLE, owned=False),
    ("PUT", "/channels/{phone_number_id}/conversation-rules"): Expected(
        ADMINISTRATORS, {}, owned=False, flags=("typing",)
    ),
    ("POST", "/conversations/{conversation_id}/attachments"): Expected(PEOPLE, query={"filename": "x.jpg"}),
    ("GET", "/conversations/{conversation_id}/messages/{message_id}/attachment"): Expected(PEOPLE),
    ("GET", "/conversations/{conversation_id}/messages/{message_id}/thumbnail"): Expected(PEOPLE),
    ("GET", "/counters"): Expected(PEOPLE),
    ("GET", "/views"): Expected(PEOPLE),
    ("POST", "/views"): Expected(PEOPLE, VIEW, owned=False, flags=("shared",)),
    ("PUT", "/views/{view_id}"): Expected(PEOPLE, VIEW, flags=("shared",)),
    ("DELETE", "/views/{view_id}"): Expected(PEOPLE),
    ("GET", "/views/{view_id}/conversations"): Expected(PEOPLE),
    ("GET", "/stream"): Expected(PEOPLE),
    ("GET", "/users"): Expected(PEOPLE),
    ("PUT", "/users/{user_id}"): Expected(ADMINISTRATORS, USER, owned=False, flags=("active",)),
    ("PUT", "/users/{user_id}/availability"): Expected(PEOPLE, {"online": True}, flags=("online",)),
    ("PUT", "/profiles/{profile_id}/grant"): Expected(
        ADMINISTRATORS, {"level": "view_reply", "scope": "all"}, owned=False
    ),
    ("GET", "/profiles"): Expected(ADMINISTRATORS),
    ("DELETE", "/profiles/{profile_id}/grant"): Expected(ADMINISTRATORS, owned=False),
    ("GET", "/channels/{phone_number_id}/rota"): Expected(PEOPLE, owned=False),
    ("PUT", "/channels/{phone_number_id}/rota"): Expected(
        ADMINISTRATORS, {"members": [], "only_online": False}, owned=False, flags=("only_online",)
    ),
    ("GET", "/events"): Expected(PROGRAMS),
    ("GET", "/events/stream"): Expected(PROGRAMS),
}
FORM = {"name": "x", "language": "en", "category": "UTILITY", "body": "x"}
TEMPLATES = {
    ("GET", "/templates"): Expected(PEOPLE),
    ("POST", "/templates"): Expected(ADMINISTRATORS, {**FORM, "waba_id": "1", "draft": True}, flags=("draft",)),
    ("GET", "/templates/{template_id}"): Expected(PEOPLE),
    ("PUT", "/templates/{template_id}"): Expected(ADMINISTRATORS, {**FORM, "draft": True}, flags=("draft",)),
    ("DELETE", "/templates/{template_id}"): Expected(ADMINISTRATORS),
    ("POST", "/templates/{template_id}/submit"): Expected(ADMINISTRATORS),
    ("POST", "/templates/{template_id}/duplicate"): Expected(ADMINISTRATORS, {"name": "y"}),
    ("GET", "/templates/{template_id}/history"): Expected(PEOPLE),
    ("GET", "/templates/{template_id}/preview"): Expected(PEOPLE),
    ("POST", "/template-previews"): Expected(PEOPLE, FORM, owned=False),
    ("GET", "/template-fields"): Expected(PEOPLE, owned=False),
    ("GET", "/events"): Expected(PROGRAMS),
    ("GET", "/events/stream"): Expected(PROGRAMS),
}
PIPELINE = {"name": "Sales", "stages": [{"name": "Asked"}]}
STAGE = {"stage_id": "0190f3a8-0000-7000-8000-0000000000f2"}
RECORD = {**STAGE, "name": "Bicycle"}
LABEL = {"label": "X"}
CRM = {
    ("GET", "/contacts"): Expected(PEOPLE),
    ("GET", "/contacts/{contact_id}"): Expected(PEOPLE),
    ("PATCH", "/contacts/{contact_id}"): Expected(PEOPLE, {"name": "Rita"}),
    ("PUT", "/contacts/{contact_id}/owner"): Expected(PEOPLE, SOMEBODY),
    ("GET", "/contacts/{contact_id}/notes"): Expected(PEOPLE),
    ("POST", "/contacts/{contact_id}/notes"): Expected(PEOPLE, {"text": "x"}),
    ("GET", "/contacts/{contact_id}/history"): Expected(PEOPLE),
    ("GET", "/contacts/{contact_id}/conversations"): Expected(PEOPLE),
    ("GET", "/contacts/{contact_id}/pipeline-records"): Expected(PEOPLE),
    ("PUT", "/contacts/{contact_id}/company"): Expected(PEOPLE, {"company_id": None}),
    ("POST", "/contacts"): Expected(PEOPLE, {"name": "Rita"}),
    ("GET", "/contacts.csv"): Expected(PEOPLE),
    ("GET", "/duplicates"): Expected(PEOPLE),
    ("GET", "/contacts/{contact_id}/duplicates"): Expected(PEOPLE),
    ("POST", "/imports"): Expected(ADMINISTRATORS, {"columns": ["name"]}),
    ("GET", "/imports/{import_id}"): Expected(ADMINISTRATORS),
    ("GET", "/imports/{import_id}/rejected"): Expected(ADMINISTRATORS),
    ("PUT", "/imports/{import_id}/parts/{part}"): Expected(ADMINISTRATORS, {"csv": "Rita"}),
    ("POST", "/imports/{import_id}/finish"): Expected(ADMINISTRATORS),
    ("POST", "/contacts/{contact_id}/merge"): Expected(PEOPLE, {"merged_id": SOMEBODY["user_id"]}),
    ("POST", "/contacts/{contact_id}/unmerge"): Expected(PEOPLE),
    ("GET", "/conversations/{conversation_id}/related"): Expected(PEOPLE),
    ("PATCH", "/conversations/{conversation_id}/contact"): Expected(PEOPLE, {"city": "Recife"}),
    ("POST", "/conversations/{conversation_id}/notes"): Expected(PEOPLE, {"text": "x"}),
    ("POST", "/conversations/{conversation_id}/pipeline-records"): Expected(PEOPLE, RECORD),
    ("GET", "/companies"): Expected(PEOPLE),
    ("POST", "/companies"): Expected(PEOPLE, {"name": "Aurora"}),
    ("GET", "/companies/{company_id}"): Expected(PEOPLE),
    ("PATCH", "/companies/{company_id}"): Expected(PEOPLE, {"name": "Aurora"}),
    ("PUT", "/companies/{company_id}/owner"): Expected(PEOPLE, SOMEBODY),
    ("GET", "/companies/{company_id}/notes"): Expected(PEOPLE),
    ("POST", "/companies/{company_id}/notes"): Expected(PEOPLE, {"text": "x"}),
    ("GET", "/companies/{company_id}/history"): Expected(PEOPLE),
    ("GET", "/companies/{company_id}/contacts"): Expected(PEOPLE),
    ("GET", "/companies/{company_id}/pipeline-records"): Expected(PEOPLE),
    ("GET", "/companies/{company_id}/conversations"): Expected(PEOPLE),
    ("GET", "/pipelines"): Expected(PEOPLE),
    ("POST", "/pipelines"): Expected(ADMINISTRATORS, PIPELINE),
    ("GET", "/pipelines/{pipeline_id}"): Expected(PEOPLE),
    ("PUT", "/pipelines/{pipeline_id}"): Expected(ADMINISTRATORS, PIPELINE),
    ("DELETE", "/pipelines/{pipeline_id}"): Expected(ADMINISTRATORS),
    ("GET", "/channels/{phone_number_id}/record-rules"): Expected(PEOPLE, owned=False),
    ("PUT", "/channels/{phone_number_id}/record-rules"): Expected(
        ADMINISTRATORS, {"company": True}, owned=False, flags=("company",)
    ),
    ("GET", "/contact-fields"): Expected(PEOPLE),
    ("POST", "/contact-fields"): Expected(ADMINISTRATORS, {**LABEL, "field": "custom_x", "value_type": "text"}),
    ("PUT", "/contact-fields/{field}"): Expected(ADMINISTRATORS, LABEL),
    ("DELETE", "/contact-fields/{field}"): Expected(ADMINISTRATORS),
    ("GET", "/pipeline-records"): Expected(PEOPLE),
    ("POST", "/pipeline-records"): Expected(PEOPLE, RECORD),
    ("GET", "/pipeline-records/{pipeline_record_id}"): Expected(PEOPLE),
    ("PATCH", "/pipeline-records/{pipeline_record_id}"): Expected(PEOPLE, {"name": "Bicycle"}),
    ("PUT", "/pipeline-records/{pipeline_record_id}/stage"): Expected(PEOPLE, STAGE),
    ("PUT", "/pipeline-records/{pipeline_record_id}/amount"): Expected(PEOPLE, {"amount": None}),
    ("PUT", "/pipeline-records/{pipeline_record_id}/related"): Expected(
        PEOPLE, {"contact_id": None, "company_id": None}
    ),
    ("PUT", "/pipeline-records/{pipeline_record_id}/owner"): Expected(PEOPLE, SOMEBODY),
    ("GET", "/pipeline-records/{pipeline_record_id}/notes"): Expected(PEOPLE),
    ("POST", "/pipeline-records/{pipeline_record_id}/notes"): Expected(PEOPLE, {"text": "x"}),
    ("GET", "/pipeline-records/{pipeline_record_id}/history"): Expected(PEOPLE),
    ("GET", "/pipeline-records/{pipeline_record_id}/stages"): Expected(PEOPLE),
    ("GET", "/pipeline-records/{pipeline_record_id}/conversations"): Expected(PEOPLE),
    ("GET", "/events"): Expected(PROGRAMS),
    ("GET", "/events/stream"): Expected(PROGRAMS),
}
POLICY = {"policy": "R1", "valid_from": "2999-01-01"}
CARD = {
    "rate_card": "2999",
    "valid_from": "2999-01-01",
    "prices": [{"market": "BR", "category": "utility", "amount": 1}],
}
RECHARGE = {"on": False, "floor": 1, "amount": 1, "daily_cap": 1}
ORGANISATION = {"name": "Aurora", "locale": "en", "edition": "free"}
BILLING = {
    ("PUT", "/organisations/{organisation_id}"): Expected(OPERATORS, ORGANISATION, owned=False),
    ("PUT", "/organisations/{organisation_id}/edition"): Expected(OPERATORS, {"edition": "free"}, owned=False),
    ("GET", "/organisations/{organisation_id}"): Expected(OPERATORS, owned=False),
    ("GET", "/organisation"): Expected(PEOPLE),
    ("POST", "/policies"): Expected(OPERATORS, POLICY, flags=("reply_window_is_free",)),
    ("GET", "/policies"): Expected(OPERATORS),
    ("POST", "/rate-cards"): Expected(OPERATORS, CARD),
    ("GET", "/rate-cards"): Expected(OPERATORS),
    ("GET", "/wallet"): Expected(ADMINISTRATORS),
    ("PUT", "/wallet/recharge"): Expected(ADMINISTRATORS, RECHARGE, flags=("on",)),
    ("GET", "/wallet/statement"): Expected(ADMINISTRATORS),
    ("GET", "/wallet/statement.csv"): Expected(ADMINISTRATORS),
    ("GET", "/messages/{message_id}/cost"): Expected(ADMINISTRATORS),
    ("POST", "/purchases"): Expected(ADMINISTRATORS, {"credits": 1}),
    ("GET", "/purchases"): Expected(ADMINISTRATORS),
    ("GET", "/purchases/{purchase_id}"): Expected(ADMINISTRATORS),
    ("GET", "/events"): Expected(PROGRAMS),
    ("GET", "/events/stream"): Expected(PROGRAMS),
}
TABLES = {
    "gateway": GATEWAY,
    "conversations": CONVERSATIONS,
    "templates": TEMPLATES,
    "crm": CRM,
    "billing": BILLING,
}
ROUTES = {
    Route(service, method, path): expected
    for service, table in TABLES.items()
    for (method, path), expected in table.items()
}


def with_bodies() -> Iterable[tuple[Route, Mapping[str, Any]]]:
    return ((route, expected.body) for route, expected in ROUTES.items() if expected.body is not None)


def absent() -> dict[str, str]:
    """Ids of nothing."""
    names = (
        "conversation_id", "contact_id", "user_id", "profile_id", "template_id", "organisation_id", "message_id",
        "purchase_id", "company_id", "pipeline_id", "pipeline_record_id", "import_id", "quick_reply_id",
        "subscription_id", "view_id",
    )  # fmt: skip
    return {
        **{name: str(uuid4()) for name in names},
        "field": f"custom_x{uuid4().hex}",
        "part": "700027",
        "phone_number_id": str(uuid4().int)[:15],
    }


async def described(world: World) -> set[Route]:
    """All routes that the running services describe."""
    found: set[Route] = set()
    async with httpx.AsyncClient(timeout=30) as http:
        for service in SERVICES:
            document = (await http.get(f"{world.endpoints[service]}/openapi.json")).json()
            paths = document["paths"].items()
            found |= {Route(service, method.upper(), path) for path, methods in paths for method in methods}
    return found


async def parameters(world: World) -> dict[Route, list[str]]:
    """The query parameters of each route that are whole numbers."""
    found: dict[Route, list[str]] = {}
    async with httpx.AsyncClient(timeout=30) as http:
        for service in SERVICES:
            document = (await http.get(f"{world.endpoints[service]}/openapi.json")).json()
            for path, methods in document["paths"].items():
                for method, told in methods.items():
                    given = [each for each in told.get("parameters", ()) if each["in"] == "query"]
                    named = [each["name"] for each in given if each["schema"].get("type") == "integer"]
                    found[Route(service, method.upper(), path)] = named
    return found
