"""What a member's profile must allow at each route (rule 15). A route of members that is not here fails the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.security.routes import ROUTES, Route

Level = Literal["nothing", "any", "view_reply", "everything"]
Whose = Literal["own", "anothers", "foreign"]
"""A conversation, contact or view: the viewer's own, a colleague's, or one of another organisation."""


@dataclass(frozen=True)
class Viewer:
    """`level` and `scope` are None for a member whose profile was granted nothing, and mean nothing for others."""

    role: str
    level: str | None = None
    scope: str | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.role, self.level, self.scope)))

    @property
    def is_administrator(self) -> bool:
        return self.role == "administrator"

    def sees(self, whose: Whose) -> bool:
        """By the scope alone."""
        if whose == "foreign":
            return False
        return self.is_administrator or (self.level is not None and (whose == "own" or self.scope == "all"))


MEMBERS = (
    Viewer("member"),
    *(Viewer("member", level, scope) for level in ("view_reply", "view_only") for scope in ("all", "own")),
)
VIEWERS = (Viewer("administrator"), *MEMBERS)


@dataclass(frozen=True)
class Permission:
    """`level`: what a member needs; `everything` has no member. `scoped`: what is asked for belongs to somebody, so
    that scope `own` hides it from others. `private`: it is its owner's alone, whatever the scope. `oneself`: it is
    a user, whom only administrators change beside themselves. `by_number`: it is named by a number, which is
    anybody's to type. `queries`: a list is asked with each of them, and holds all that the viewer may see where it
    is `whole`."""

    level: Level = "any"
    scoped: bool = False
    private: bool = False
    by_number: bool = False
    oneself: bool = False
    queries: tuple[str, ...] = ("",)
    whole: bool = False

    def refusals(self, viewer: Viewer, whose: Whose) -> set[str]:
        """The rules that say no; nothing where the viewer is admitted. `hidden`: as if there were no such thing."""
        found = set()
        if not viewer.is_administrator and self.level != "nothing":
            found |= {"no_permission"} if viewer.level is None else set()
            found |= {"no_permission"} if self.level == "everything" else set()
            found |= {"view_only"} if viewer.level == "view_only" and self.level == "view_reply" else set()
        if self.oneself:
            return {"no_permission"} if whose != "own" and not viewer.is_administrator else _hidden(whose == "foreign")
        if whose == "foreign":
            return found | _hidden(not self.by_number)
        return found | _hidden(whose == "anothers" and (self.private or (self.scoped and not viewer.sees(whose))))


def _hidden(is_so: bool) -> set[str]:
    return {"hidden"} if is_so else set()


LOOKS, WRITES = Permission(scoped=True), Permission("view_reply", scoped=True)
LISTS = (
    "", "?text=palavra", "?text=9876500", "?unread=true", "?state=open&state=closed", "?window=open", "?view=all",
    "?owner={anothers}&owner={own}", "?unassigned=false", "?channel={phone_number_id}", "?failed=false",
)  # fmt: skip
CONVERSATIONS = {
    ("GET", "/conversations"): Permission(queries=LISTS, whole=True),
    ("GET", "/counters"): Permission(whole=True),
    ("GET", "/stream"): Permission(whole=True),
    ("GET", "/conversations/{conversation_id}"): LOOKS,
    ("GET", "/conversations/{conversation_id}/messages"): LOOKS,
    ("GET", "/conversations/{conversation_id}/past"): LOOKS,
    ("GET", "/conversations/{conversation_id}/quick-replies"): LOOKS,
    ("GET", "/quick-replies"): Permission(),
    ("POST", "/quick-replies"): Permission("view_reply"),
    ("POST", "/quick-replies/attachments"): Permission("view_reply"),
    ("GET", "/quick-replies/{quick_reply_id}/attachment"): Permission(),
    ("GET", "/quick-replies/{quick_reply_id}/thumbnail"): Permission(),
    ("PUT", "/quick-replies/{quick_reply_id}"): Permission("view_reply"),
    ("GET", "/channels/{phone_number_id}/conversation-rules"): Permission(by_number=True),
    ("POST", "/conversations/{conversation_id}/typing"): WRITES,
    ("POST", "/conversations/{conversation_id}/block"): WRITES,
    ("POST", "/conversations/{conversation_id}/unblock"): WRITES,
    ("GET", "/views"): Permission(),
    ("GET", "/views/{view_id}/conversations"): Permission(private=True),
    ("POST", "/views"): Permission(),
    ("PUT", "/views/{view_id}"): Permission(private=True),
    ("GET", "/users"): Permission(),
    ("GET", "/channels/{phone_number_id}/rota"): Permission(by_number=True),
    ("PUT", "/users/{user_id}/availability"): Permission("nothing", oneself=True),
    ("POST", "/previews"): Permission(scoped=True, by_number=True),
    ("POST", "/conversations"): Permission("view_reply", scoped=True, by_number=True),
    ("POST", "/conversations/{conversation_id}/messages"): WRITES,
    ("POST", "/conversations/{conversation_id}/attachments"): WRITES,
    ("GET", "/conversations/{conversation_id}/messages/{message_id}/attachment"): LOOKS,
    ("GET", "/conversations/{conversation_id}/messages/{message_id}/thumbnail"): LOOKS,
    ("POST", "/conversations/{conversation_id}/read"): LOOKS,
    ("POST", "/conversations/{conversation_id}/assign"): WRITES,
    ("POST", "/conversations/{conversation_id}/close"): WRITES,
    ("POST", "/conversations/{conversation_id}/reopen"): WRITES,
    ("DELETE", "/quick-replies/{quick_reply_id}"): Permission("view_reply"),
    ("DELETE", "/views/{view_id}"): Permission(private=True),
}
BY_NAME = ("", "?search=palavra", "?owner_id={anothers}")
RECORDS = (
    *BY_NAME, "?stage_id={stage_id}", "?pipeline_id={pipeline_id}", "?contact_id={contact_id}&company_id={company_id}",
)  # fmt: skip
CRM = {
    ("GET", "/contacts"): Permission(queries=BY_NAME, whole=True),
    ("GET", "/contacts.csv"): Permission("everything", whole=True),
    ("GET", "/contacts/{contact_id}"): LOOKS,
    ("GET", "/contacts/{contact_id}/notes"): LOOKS,
    ("GET", "/contacts/{contact_id}/history"): LOOKS,
    ("GET", "/contacts/{contact_id}/conversations"): LOOKS,
    ("GET", "/contacts/{contact_id}/pipeline-records"): LOOKS,
    ("GET", "/contacts/{contact_id}/duplicates"): LOOKS,
    ("GET", "/duplicates"): Permission(),
    ("GET", "/companies"): Permission(queries=BY_NAME, whole=True),
    ("GET", "/companies/{company_id}"): LOOKS,
    ("GET", "/companies/{company_id}/notes"): LOOKS,
    ("GET", "/companies/{company_id}/history"): LOOKS,
    ("GET", "/companies/{company_id}/contacts"): LOOKS,
    ("GET", "/companies/{company_id}/pipeline-records"): LOOKS,
    ("GET", "/companies/{company_id}/conversations"): LOOKS,
    ("GET", "/pipeline-records"): Permission(queries=RECORDS, whole=True),
    ("GET", "/pipeline-records/{pipeline_record_id}"): LOOKS,
    ("GET", "/pipeline-records/{pipeline_record_id}/notes"): LOOKS,
    ("GET", "/pipeline-records/{pipeline_record_id}/history"): LOOKS,
    ("GET", "/pipeline-records/{pipeline_record_id}/stages"): LOOKS,
    ("GET", "/pipeline-records/{pipeline_record_id}/conversations"): LOOKS,
    ("GET", "/conversations/{conversation_id}/related"): LOOKS,
    ("GET", "/pipelines"): Permission(),
    ("GET", "/pipelines/{pipeline_id}"): Permission(),
    ("GET", "/contact-fields"): Permission(),
    ("GET", "/channels/{phone_number_id}/record-rules"): Permission(by_number=True),
    ("POST", "/contacts"): Permission("view_reply"),
    ("POST", "/contacts/{contact_id}/notes"): WRITES,
    ("PATCH", "/contacts/{contact_id}"): WRITES,
    ("PUT", "/contacts/{contact_id}/company"): WRITES,
    ("PUT", "/contacts/{contact_id}/owner"): WRITES,
    ("POST", "/companies"): Permission("view_reply"),
    ("POST", "/companies/{company_id}/notes"): WRITES,
    ("PATCH", "/companies/{company_id}"): WRITES,
    ("PUT", "/companies/{company_id}/owner"): WRITES,
    ("POST", "/pipeline-records"): Permission("view_reply"),
    ("POST", "/pipeline-records/{pipeline_record_id}/notes"): WRITES,
    ("PATCH", "/pipeline-records/{pipeline_record_id}"): WRITES,
    ("PUT", "/pipeline-records/{pipeline_record_id}/stage"): WRITES,
    ("PUT", "/pipeline-records/{pipeline_record_id}/amount"): WRITES,
    ("PUT", "/pipeline-records/{pipeline_record_id}/related"): WRITES,
    ("PUT", "/pipeline-records/{pipeline_record_id}/owner"): WRITES,
    ("PATCH", "/conversations/{conversation_id}/contact"): WRITES,
    ("POST", "/conversations/{conversation_id}/notes"): WRITES,
    ("POST", "/conversations/{conversation_id}/pipeline-records"): WRITES,
    ("POST", "/contacts/{contact_id}/merge"): WRITES,
    ("POST", "/contacts/{contact_id}/unmerge"): WRITES,
}
TEMPLATES = {
    ("GET", "/templates"): Permission(whole=True),
    ("GET", "/templates/{template_id}"): Permission(),
    ("GET", "/templates/{template_id}/history"): Permission(),
    ("GET", "/templates/{template_id}/preview"): Permission(),
    ("POST", "/template-previews"): Permission(),
    ("GET", "/template-fields"): Permission(),
}
GATEWAY = {
    ("GET", "/channels"): Permission("nothing", whole=True),
    ("GET", "/channels/{phone_number_id}"): Permission("nothing"),
}
BILLING = {("GET", "/organisation"): Permission("nothing")}
TABLES = {
    "conversations": CONVERSATIONS, "crm": CRM, "templates": TEMPLATES, "gateway": GATEWAY, "billing": BILLING,
}  # fmt: skip
PERMISSIONS = {
    Route(service, method, path): permission
    for service, table in TABLES.items()
    for (method, path), permission in table.items()
}
"""In the order in which they are asked: what ends a thing comes last."""
NAMED = {
    ("PUT", "/contacts/{contact_id}/company"): ("company_id",),
    ("POST", "/pipeline-records"): ("contact_id", "company_id"),
    ("POST", "/conversations/{conversation_id}/pipeline-records"): ("contact_id", "company_id"),
    ("PUT", "/pipeline-records/{pipeline_record_id}/related"): ("contact_id", "company_id"),
    ("POST", "/contacts/{contact_id}/merge"): ("merged_id",),
}
"""What bodies of crm name: it is hidden like what a path names. A merge comes last: a contact is merged once."""
NAMED_IN_BODIES = [(Route("crm", *route), name) for route, names in NAMED.items() for name in names]
NOT_FOR_MEMBERS = tuple(route for route, expected in ROUTES.items() if "member" not in expected.roles)
