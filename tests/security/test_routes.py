"""Every route of every service, from what each describes: who may come in, and that nobody reaches another's."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.journeys.world import World, new_customer, until
from tests.security.endless import asked
from tests.security.routes import CHANGING, EVERY_ROLE, FORM, HOOK, PIPELINE, ROUTES, Route, absent, described
from tests.security.tenants import Tenant, claims, signed

pytestmark = pytest.mark.timeout(240)


class Asking:
    """Asks a route with the body that fits it."""

    def __init__(self, world: World, http: httpx.Client) -> None:
        self._world = world
        self._http = http

    def __call__(self, route: Route, ids: dict[str, str], token: str | None, claimed: str = "") -> httpx.Response:
        """`claimed`: an organisation named beside the token."""
        named = dict.fromkeys(("X-Organisation-Id", "tenantid"), claimed) if claimed else {}
        beside = dict.fromkeys(("organisation_id", "tenant_id"), claimed) if claimed else {}
        query = {**ROUTES[route].query, **beside} or None
        if token is not None:
            named["Authorization"] = f"Bearer {token}"
        if route.method in CHANGING:
            named["Idempotency-Key"] = secrets.token_hex(8)
        url = f"{self._world.endpoints[route.service]}{route.at(ids)}"
        named["Last-Event-ID"] = "0"
        request = self._http.build_request(route.method, url, params=query, json=ROUTES[route].body, headers=named)
        return asked(self._http, request)


@pytest.fixture
def ask(world: World) -> Iterator[Asking]:
    with httpx.Client(timeout=30) as http:
        yield Asking(world, http)


@pytest.fixture
async def theirs(world: World) -> dict[str, str]:
    """Ids of everything that the seeded organisation has."""
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, world.number, "Oi")
    talk = await world.conversation_of(name)
    (contact,) = await until(lambda: world.contacts_named(name), "a contact")
    draft = {**FORM, "name": f"x{wa_id}", "waba_id": world.endpoints["waba_id"], "draft": True}
    template = await world.does("POST", "templates", "/templates", draft, key=wa_id)
    message = await world.replies(talk["conversation_id"])
    bought = await world.does("POST", "billing", "/purchases", {"credits": 1}, key=secrets.token_hex(8))
    shortcut = {"shortcut": f"x{wa_id}", "title": "x", "text": "x"}
    reply = await world.does("POST", "conversations", "/quick-replies", shortcut, key=secrets.token_hex(8))
    hooks = (await world.does("GET", "gateway", "/subscriptions"))["items"]
    hook = hooks[0] if hooks else await world.does("POST", "gateway", "/subscriptions", HOOK)
    shared = {"name": "x", "shared": True, "filters": {}}
    view = await world.does("POST", "conversations", "/views", shared, key=secrets.token_hex(8))
    crm = await records_of(world)
    await world.settled()
    return {
        **crm,
        "subscription_id": hook["subscription_id"],
        "view_id": view["view_id"],
        "template_id": template["template_id"],
        "conversation_id": talk["conversation_id"],
        "contact_id": contact["contact_id"],
        "user_id": world.launcher.organisation.agents[0],
        "profile_id": world.launcher.organisation.profile_id,
        "phone_number_id": world.number,
        "organisation_id": world.endpoints["organisation"],
        "message_id": message,
        "past_id": message,
        "purchase_id": bought["purchase_id"],
        "quick_reply_id": reply["quick_reply_id"],
    }


async def records_of(world: World) -> dict[str, str]:
    """Ids of what the seeded organisation has at crm beside contacts."""

    async def made(path: str, body: dict[str, Any]) -> Any:
        return await world.does("POST", "crm", path, body, key=secrets.token_hex(8))

    field = f"custom_x{uuid4().hex}"
    await made("/contact-fields", {"field": field, "label": "X", "value_type": "text"})
    pipeline = await made("/pipelines", PIPELINE)
    record = await made("/pipeline-records", {"stage_id": pipeline["stage_ids"][0], "name": "x"})
    company = await made("/companies", {"name": "x"})
    started = await made("/imports", {"columns": ["name"]})
    of_pipeline = {"pipeline_id": pipeline["pipeline_id"], "stage_id": pipeline["stage_ids"][0]}
    return {**started, "part": "700019", "field": field, **of_pipeline, **record, **company}


async def test_every_route_that_is_described_has_its_expectation(world: World) -> None:
    found = await described(world)
    assert {str(route) for route in found - ROUTES.keys()} == set(), "say in routes.py what they expect"
    assert {str(route) for route in ROUTES.keys() - found} == set(), "these routes are gone"


async def test_no_route_lets_anybody_in_without_a_good_token(world: World, ask: Asking) -> None:
    let_in = {}
    for route, expected in ROUTES.items():
        role = sorted(expected.roles)[0]
        good = claims(role, None if role == "service" else uuid4())
        for how, token in bad_tokens(signed(world, good)).items():
            answer = ask(route, absent(), token)
            if answer.status_code != 401 or answer.json()["rule"] != "not_authenticated":
                let_in[f"{route} {how}"] = answer.status_code
            assert answer.headers["www-authenticate"].startswith("Bearer")
    assert let_in == {}


def bad_tokens(good: str) -> dict[str, str | None]:
    head, payload, signature = good.split(".")
    told = json.loads(base64.urlsafe_b64decode(payload + "=="))
    other = {**told, "role": "administrator", "organisation_id": str(UUID(int=7))}
    return {
        "without": None,
        "garbage": "garbage",
        "of another organisation": f"{head}.{encoded(other)}.{signature}",
        "with another signature": f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
        "unsigned": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
    }


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def test_101_every_route_admits_its_roles_and_no_other(tenant: Tenant, ask: Asking) -> None:
    wrong = {}
    for route, expected in ROUTES.items():
        for role in EVERY_ROLE:
            token = tenant.token(role, uuid4(), profile_id=str(uuid4()) if role == "member" else None)
            answer = ask(route, absent(), token)
            if outcome(answer) != wanted(role, expected.roles):
                wrong[f"{route} {role}"] = answer.status_code, answer.text[:200]
    assert wrong == {}


def outcome(answer: httpx.Response) -> str:
    if answer.status_code == 401:
        return "a token of the wrong kind"
    if answer.status_code == 403 and answer.json()["rule"] == "role_not_allowed":
        return "a role that may not"
    return "failed" if answer.status_code >= 500 and answer.json()["rule"] == "internal_error" else "admitted"


def wanted(role: str, roles: frozenset[str]) -> str:
    if role in roles:
        return "admitted"
    of_users = roles - {"service"}
    if (role == "service" and "service" not in roles) or (role != "service" and not of_users):
        return "a token of the wrong kind"
    return "a role that may not"


async def test_83_ids_of_another_organisation_are_as_if_they_did_not_exist(
    tenant: Tenant, ask: Asking, theirs: dict[str, str]
) -> None:
    wrong = {}
    for route, expected in ROUTES.items():
        if not route.has_ids:
            continue
        stranger = Tenant.new(tenant.world).administrator
        nowhere = absent()
        foreign, nothing = ask(route, theirs, stranger), ask(route, nowhere, stranger)
        told = (foreign.status_code, shape(foreign, theirs)), (nothing.status_code, shape(nothing, nowhere))
        if told[0] != told[1] or (expected.owned and foreign.status_code != 404):
            wrong[str(route)] = told
    assert wrong == {}


def shape(answer: httpx.Response, ids: dict[str, str]) -> Any:
    """The answer without the ids that were asked for, and without its own."""
    text = answer.text
    for name, value in ids.items():
        text = text.replace(value, name)
    return {**json.loads(text), "instance": ""} if answer.is_error else bool(text)


async def test_83_84_lists_hold_nothing_of_another_organisation_whatever_is_claimed(
    tenant: Tenant, world: World, ask: Asking, theirs: dict[str, str]
) -> None:
    lists = [route for route, expected in ROUTES.items() if route.method == "GET" and "administrator" in expected.roles]
    for route in lists:
        told = ask(route, theirs, tenant.administrator, claimed=world.endpoints["organisation"]).text
        assert not [value for value in theirs.values() if value in told.replace(route.at(theirs), "")], str(route)


async def test_what_another_organisation_does_under_our_ids_changes_nothing_of_ours(
    tenant: Tenant, world: World, theirs: dict[str, str]
) -> None:
    """Ids of users and profiles come from the identity provider: anybody may name them, each for its own people."""
    before = await ours(world)
    user, profile = theirs["user_id"], theirs["profile_id"]
    for body in ({"name": "Mallory", "role": "administrator"}, {"name": "Mallory", "role": "member", "active": False}):
        await tenant.asks("PUT", "conversations", f"/users/{user}", body)
    await tenant.asks("PUT", "conversations", f"/users/{user}/availability", {"online": True})
    await tenant.asks("PUT", "conversations", f"/profiles/{profile}/grant", {"level": "view_only", "scope": "own"})
    await world.settled()
    assert await ours(world) == before
    for service, path in (("conversations", "/conversations"), ("crm", "/contacts"), ("gateway", "/channels")):
        assert (await world.asks("GET", service, path, who="0")).status_code == 200


async def ours(world: World) -> Any:
    rota = await world.does("GET", "conversations", f"/channels/{world.number}/rota")
    return (await world.does("GET", "conversations", "/users"))["items"], rota


async def test_91_ids_inside_bodies_are_not_anothers_either(
    tenant: Tenant, world: World, theirs: dict[str, str]
) -> None:
    line = await tenant.connect()
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, line.phone_number_id, "Oi")

    async def shown() -> list[Any] | None:
        return await tenant.talks() or None

    talk = (await until(shown, "a conversation"))[0]["conversation_id"]
    message = (await world.timeline(theirs["conversation_id"]))[0]
    await world.settled()
    contact = (await tenant.does("GET", "crm", "/contacts"))["items"][0]["contact_id"]
    quoted = {"type": "text", "text": "x", "reply_to": message["message_id"]}
    reaction = {"type": "reaction", "message_id": message["message_id"], "emoji": "x"}
    written = {"type": "quick_reply", "quick_reply_id": theirs["quick_reply_id"]}
    chat = {"phone_number_id": line.phone_number_id, "template": {"template_id": theirs["template_id"]}}
    stage = (await tenant.does("POST", "crm", "/pipelines", PIPELINE))["stage_ids"][0]
    made_in = {"conversation_id": theirs["conversation_id"]}
    for method, service, path, body in [
        ("POST", "conversations", f"/conversations/{talk}/messages", quoted),
        ("POST", "conversations", f"/conversations/{talk}/messages", reaction),
        ("POST", "conversations", f"/conversations/{talk}/messages", written),
        ("POST", "conversations", f"/conversations/{talk}/read", {"up_to_id": message["message_id"]}),
        ("POST", "conversations", f"/conversations/{talk}/assign", {"user_id": theirs["user_id"]}),
        ("POST", "conversations", "/previews", {**chat, "contact_id": theirs["contact_id"]}),
        ("POST", "conversations", "/previews", {**chat, "pipeline_record_id": theirs["pipeline_record_id"]}),
        ("PUT", "crm", f"/contacts/{contact}/owner", {"user_id": theirs["user_id"]}),
        ("PUT", "crm", f"/contacts/{contact}/company", {"company_id": theirs["company_id"]}),
        ("POST", "crm", f"/contacts/{contact}/merge", {"merged_id": theirs["contact_id"]}),
        ("POST", "crm", "/pipeline-records", {"stage_id": stage, "name": "x", "contact_id": theirs["contact_id"]}),
        ("POST", "crm", "/pipeline-records", {"stage_id": stage, "name": "x", "company_id": theirs["company_id"]}),
        ("POST", "crm", "/pipeline-records", {"stage_id": theirs["stage_id"], "name": "x"}),
        ("POST", "crm", "/pipeline-records", {"stage_id": stage, "name": "x", "owner_id": theirs["user_id"]}),
        ("POST", "crm", "/pipeline-records", {"stage_id": stage, "name": "x", **made_in}),
        ("POST", "crm", "/companies", {"name": "x", **made_in}),
        ("PUT", "conversations", f"/channels/{line.phone_number_id}/rota", {"members": [theirs["user_id"]]}),
    ]:
        answer = await tenant.asks(method, service, path, body)
        assert answer.status_code in {404, 422}, f"{path} {body}: {answer.status_code} {answer.text}"
