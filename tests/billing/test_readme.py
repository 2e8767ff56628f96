"""What services/billing/README.md says is so: every route has a command there that works, every type is named."""

from __future__ import annotations

import billing

from tests.billing.office import Office
from tests.harness.readme import curls, readme, uncalled


async def test_every_command_of_the_page_works_and_every_route_has_one(office: Office) -> None:
    bought = await office.buys(1)
    _, message = office.sends()
    known = {
        "BILLING": "",
        "ORGANISATION": office.organisation,
        "PURCHASE": bought["purchase_id"],
        "MESSAGE": message,
    }
    made = list(curls(readme(billing), known))
    await office.service.shown()
    who = {"operator": office.operator, "administrator": office.administrator}
    for call in made:
        answer = await office.client.request(
            call.method, call.path, content=call.body, headers={**who[call.who], **call.headers}
        )
        assert answer.is_success, (call, answer.text)
    assert uncalled(office.service.service, made) == set()


def test_everything_heard_and_told_is_named(office: Office) -> None:
    page, service = readme(billing), office.service.service
    heard = {kind for hears in service.hears for kind in hears.reactions}
    told = {event.TYPE for event in service.tells}
    for kind in heard | told:
        name = "".join(word.capitalize() for word in kind.split(".")[1].split("-"))
        assert f"`{name}`" in page, name
