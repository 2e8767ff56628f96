"""Templates as Meta treats them: scripted verdicts, and what it does to a template later."""

from fastapi import APIRouter, HTTPException

from ..commands import NewTemplate, ScriptVerdict, TemplateChange
from ..entities import Submission, Template, Verdict
from ..platform import Platform
from ..signing import JsonObject
from .lookup import waba_of


def template_routes(platform: Platform) -> APIRouter:
    routes, world, reviews = APIRouter(), platform.world, platform.reviews

    @routes.post("/templates")
    async def create_template(given: NewTemplate) -> Template:
        waba_of(platform, given.waba_id)
        return world.add_template(Template(id="", **given.model_dump()))

    @routes.get("/templates")
    async def templates(waba_id: str) -> list[Template]:
        return world.templates(waba_of(platform, waba_id).id)

    @routes.get("/templates/submissions")
    async def submissions() -> list[Submission]:
        """Every call that was to make a template, in order, also those that were refused."""
        return world.store.all(Submission)

    @routes.post("/templates/verdicts")
    async def script(given: ScriptVerdict) -> JsonObject:
        waba_of(platform, given.waba_id)
        reviews.script(Verdict(id="", **given.model_dump()))
        return {"scripted": given.name}

    @routes.post("/templates/changes")
    async def change(given: TemplateChange) -> Template:
        """Whatever is given, one after the other: category, quality, body, then the event."""
        found = world.template(given.waba_id, given.name, given.language)
        if found is None:
            raise HTTPException(404, f"no template {given.name} in {given.language}")
        if given.category is not None:
            found = reviews.recategorise(found, given.category, announced=given.announced, told=given.told)
        if given.quality is not None:
            found = reviews.rate(found, given.quality, told=given.told)
        if given.body is not None:
            found = reviews.rewrite(found, given.body, told=given.told)
        if given.event == "DELETED":
            return reviews.delete(found, told=given.told)
        if given.event is not None:
            found = reviews.decide(found, given.event, told=given.told, reason=given.reason, **given.extra)
        return found

    return routes
