"""The reviewers of templates, and everything else Meta does to a template later, each with its webhook.

Meta's contract, section 8. Webhooks write the language with a hyphen, the API with an underscore, as seen at Meta.
"""

import asyncio
from typing import Any

from .bodies import envelope
from .entities import Template, Verdict, Waba
from .signing import JsonObject
from .webhooks import Webhooks
from .world import World


class Reviews:
    """Verdicts now or later, changes of category, quality and words; `told` says whether a webhook goes out."""

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world, self._webhooks = world, webhooks
        self._tasks: set[asyncio.Task[None]] = set()

    def script(self, verdict: Verdict) -> None:
        """What becomes of the next template of this name."""
        self._world.store.put(verdict.model_copy(update={"id": f"{verdict.waba_id}/{verdict.name}"}))

    def begin(self, template: Template) -> Template:
        """A template is under review from now on, or has its answer at once."""
        verdict = self._verdict(template)
        if verdict.category is not None:
            template = self._world.add_template(template.model_copy(update={"category": verdict.category}))
        if verdict.at_once:
            return self._settle(template, verdict.event, verdict.reason)
        seconds = self._world.rules.review_seconds if verdict.seconds is None else verdict.seconds
        if seconds is None:
            return template
        due = template.model_copy(update={"review_due_at": self._world.clock.now() + seconds})
        template = self._world.add_template(due)
        self._spawn(template, verdict, seconds)
        return template

    def resume(self) -> None:
        """After a restart, what was under review still is."""
        for template in self._world.store.all(Template):
            if template.status == "PENDING" and template.review_due_at is not None and template.deleted_at is None:
                left = template.review_due_at - self._world.clock.now()
                self._spawn(template, self._verdict(template), max(left, 0.0))

    async def forget(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def decide(self, template: Template, event: str, *, told: bool = True, **members: Any) -> Template:
        """APPROVED, REJECTED, PAUSED, DISABLED, FLAGGED … of one template."""
        reason = str(members.pop("reason", "NONE"))
        after = self._settle(template, event, reason)
        if told:
            value = {"event": event, "reason": reason, "message_template_category": after.category, **members}
            self._tell(after, "message_template_status_update", value)
        return after

    def recategorise(
        self, template: Template, category: str, *, announced: bool = False, told: bool = True
    ) -> Template:
        """`announced`: it will be so in 24 hours, and is not yet."""
        before = template.category
        if announced:
            at = int(self._world.clock.now()) + 86_400
            value: JsonObject = {"new_category": before, "correct_category": category, "category_update_timestamp": at}
        else:
            template = self._world.add_template(template.model_copy(update={"category": category}))
            value = {"previous_category": before, "new_category": category}
        if told:
            self._tell(template, "template_category_update", value)
        return template

    def rate(self, template: Template, quality: str, *, told: bool = True) -> Template:
        before = template.quality
        after = self._world.add_template(template.model_copy(update={"quality": quality}))
        if told:
            value = {"previous_quality_score": before, "new_quality_score": quality}
            self._tell(after, "message_template_quality_update", value)
        return after

    def rewrite(self, template: Template, body: str, *, told: bool = True) -> Template:
        """Somebody edits the words in WhatsApp Manager; it stays what it is."""
        components = [{**c, "text": body} if c.get("type") == "BODY" else c for c in template.components]
        after = template.model_copy(update={"body": body, "components": components})
        after = self._world.add_template(after)
        if told:
            self._tell(after, "message_template_components_update", {"message_template_element": body})
        return after

    def delete(self, template: Template, *, told: bool = True) -> Template:
        after = template.model_copy(update={"deleted_at": self._world.clock.now(), "status": "DELETED"})
        self._world.store.put(after)
        if told:
            self._tell(after, "message_template_status_update", {"event": "DELETED", "reason": "NONE"})
        return after

    def _verdict(self, template: Template) -> Verdict:
        scripted = self._world.store.find(Verdict, f"{template.waba_id}/{template.name}")
        usual = Verdict(id="", waba_id=template.waba_id, name=template.name, event=self._world.rules.review_verdict)
        return scripted or usual

    def _spawn(self, template: Template, verdict: Verdict, seconds: float) -> None:
        async def review() -> None:
            await asyncio.sleep(seconds)
            now = self._world.template_of(template.meta_id)
            if now is not None and now.status == "PENDING":
                self.decide(now, verdict.event, reason=verdict.reason, told=verdict.told)

        task = asyncio.get_running_loop().create_task(review())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _settle(self, template: Template, event: str, reason: str) -> Template:
        if event in ("FLAGGED", "LOCKED"):
            return template
        status = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}.get(event, event)
        rejected = reason if status == "REJECTED" else "NONE"
        changes = {"status": status, "rejected_reason": rejected, "review_due_at": None}
        return self._world.add_template(template.model_copy(update=changes))

    def _tell(self, template: Template, field: str, value: JsonObject) -> None:
        waba = self._world.store.find(Waba, template.waba_id)
        assert waba is not None, "a template is only ever created under an existing WABA"
        about = {
            "message_template_id": int(template.meta_id),
            "message_template_name": template.name,
            "message_template_language": template.language.replace("_", "-"),
        }
        body = envelope(template.waba_id, field, {**about, **value}, time=int(self._world.clock.now()))
        self._webhooks.send(body, waba=waba)
