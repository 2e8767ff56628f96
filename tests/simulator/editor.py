"""Graph's template editor: create, list, look, edit, delete, and the reviewers behind it.

Meta's contract, section 15. A new or edited template is under review until `review_seconds` are over (never by itself
where that is None), or as a scripted verdict says. What is not known: how Meta compares an edit with no change; here it
is reviewed like any other.
"""

from typing import Any

from .calls import Call
from .entities import Submission, Template, Waba
from .errors import GraphError
from .reviews import Reviews
from .signing import JsonObject
from .template_forms import category_of, named, read_form, unfit
from .world import World

_DAY = 86_400.0
_EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
_FIELDS = "id,name,status,category,language,components,parameter_format"


class Editor:
    """The edges of a WABA and of a template that have to do with templates."""

    def __init__(self, world: World, reviews: Reviews) -> None:
        self._world, self._reviews = world, reviews

    def create(self, waba: Waba, call: Call) -> JsonObject:
        name, language, category = named(call.body)
        members = read_form(call.body)
        submission = Submission(
            id=self._world.ids.key(), waba_id=waba.id, name=name, language=language, at=self._world.clock.now()
        )
        try:
            self._check_room(waba, name, language)
        except GraphError as error:
            submission.subcode = error.subcode
            raise
        finally:
            self._world.store.put(submission)
        about = {"name": name, "language": language, "category": category, "status": "PENDING"}
        now = {"id": "", "waba_id": waba.id, "created_at": self._world.clock.now()}
        template = self._world.add_template(Template.model_validate({**about, **now, **members}))
        template = self._reviews.begin(template)
        return {"id": template.meta_id, "status": template.status, "category": template.category}

    def listing(self, waba: Waba, call: Call) -> JsonObject:
        wanted = {name: call.query[name] for name in ("name", "language", "status", "category") if name in call.query}
        rows = [_row(template, call) for template in self._world.templates(waba.id)]
        found = [row for row in rows if all(str(row["_"][name]) == value for name, value in wanted.items())]
        limit, start = min(int(call.query.get("limit", "25")), 100), _start(call.query.get("after"))
        page = [{name: value for name, value in row.items() if name != "_"} for row in found[start : start + limit]]
        end = start + len(page)
        more = {"next": f"{call.base_url}/next"} if end < len(found) else {}
        return {"data": page, "paging": {"cursors": {"before": f"c{start}", "after": f"c{end}"}, **more}}

    def one(self, template: Template, call: Call) -> JsonObject:
        return {name: value for name, value in _row(template, call).items() if name != "_"}

    def edit(self, template: Template, call: Call) -> JsonObject:
        if template.status not in _EDITABLE:
            raise unfit("Only APPROVED, REJECTED or PAUSED templates can be edited", 2388025)
        now, rules = self._world.clock.now(), self._world.rules
        changes: JsonObject = _form(template, call) if "components" in call.body else {}
        if "category" in call.body:
            category = category_of(call.body["category"])
            if template.status == "APPROVED" and category != template.category:
                raise unfit("The category of an approved template cannot be edited", 2388025)
            changes["category"] = category
        recent = [at for at in template.edited_at if at > now - 30 * _DAY]
        if template.status == "APPROVED":
            last_day = [at for at in recent if at > now - _DAY]
            if len(last_day) >= rules.edits_a_day or len(recent) >= rules.edits_a_month:
                raise unfit("The template was edited too often", 2388025)
            recent.append(now)
        edited = template.model_copy(update={**changes, "status": "PENDING", "edited_at": recent})
        edited = self._reviews.begin(self._world.add_template(edited))
        return {"success": True, "id": edited.meta_id, "name": edited.name, "category": edited.category}

    def delete(self, waba: Waba, call: Call) -> JsonObject:
        mine = self._world.templates(waba.id)
        if "hsm_id" in call.query:
            doomed = [t for t in mine if t.meta_id == call.query["hsm_id"] and t.name == call.query.get("name")]
        else:
            doomed = [t for t in mine if t.name == call.query.get("name")]
        if not doomed:
            raise GraphError(100, "Invalid parameter", 400, subcode=2593002, details="Message template was not found")
        for template in doomed:
            self._reviews.delete(template, told=False)
        return {"success": True}

    def _check_room(self, waba: Waba, name: str, language: str) -> None:
        known = self._world.store.find(Template, f"{waba.id}/{name}/{language}")
        if known is not None and known.deleted_at is None:
            raise unfit("Content in this language already exists", 2388024)
        if known is not None and known.was_approved and self._world.clock.now() < (known.deleted_at or 0) + 30 * _DAY:
            raise unfit("New content can't be added while the existing content is being deleted", 2388023)
        if len(self._world.templates(waba.id)) >= self._world.rules.templates:
            raise unfit("The limit of message templates is reached", 2388019)


def _form(template: Template, call: Call) -> JsonObject:
    """An edit keeps how its places are told apart, unless it says otherwise."""
    return read_form({"parameter_format": "NAMED" if template.named else "POSITIONAL", **call.body})


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.startswith("c") or not cursor[1:].isdigit():
        raise GraphError(131059, "(#131059) Invalid cursor")
    return int(cursor[1:])


def _row(template: Template, call: Call) -> JsonObject:
    known: dict[str, Any] = {
        "id": template.meta_id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "parameter_format": "NAMED" if template.named else "POSITIONAL",
        "components": template.components or _as_components(template),
        "quality_score": {"score": template.quality, "date": int(template.created_at)},
        "rejected_reason": template.rejected_reason,
    }
    fields = call.query.get("fields", _FIELDS).split(",")
    for field in fields:
        if field not in known:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({field})")
    return {**{field: known[field] for field in fields}, "id": template.meta_id, "_": known}


def _as_components(template: Template) -> list[JsonObject]:
    """Of one that a test planted without the editor."""
    header: list[JsonObject] = [{"type": "HEADER", "format": template.header}] if template.header else []
    if header and template.header == "TEXT":
        header[0]["text"] = template.header_text
    buttons = [{"type": "URL", "text": "See", "url": url} for url in template.url_buttons]
    listed: list[JsonObject] = [{"type": "BUTTONS", "buttons": buttons}] if buttons else []
    return [*header, {"type": "BODY", "text": template.body}, *listed]
