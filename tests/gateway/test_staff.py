"""A token says who somebody was when it was made; what was heard since counts."""

from __future__ import annotations

from uuid import UUID, uuid4

from recado_events.conversations import UserActivated, UserDeactivated, UserName, UserRegistered, UserRoleAssigned
from recado_events.ids import UserId

from tests.gateway.stage import NUMBER, Stage
from tests.harness.on_database import token

WHO, BOSS = UserId(UUID(int=1)), UserId(UUID(int=2))


async def asks(stage: Stage) -> tuple[int, int]:
    """HTTP statuses of looking and of changing, for somebody whose token says administrator."""
    async with stage.on_database.http(token("administrator", stage.organisation, WHO)) as client:
        looked = await client.get("/channels")
        changed = await client.put(f"/channels/{NUMBER}/details", json={"name": "Mine"})
    return looked.status_code, changed.status_code


async def test_a_user_nobody_has_heard_of_is_who_the_token_says(stage: Stage) -> None:
    assert await asks(stage) == (200, 404)


async def test_a_deactivated_user_stays_outside_until_activated_again(stage: Stage) -> None:
    now = stage.clock.now()
    org = stage.organisation
    deactivated = UserDeactivated(organisation_id=org, user_id=WHO, deactivated_by=BOSS, deactivated_at=now)
    stage.hears(deactivated, deactivated)
    assert await asks(stage) == (401, 401)

    stage.hears(UserActivated(organisation_id=org, user_id=WHO, activated_by=BOSS, activated_at=now))

    assert await asks(stage) == (200, 404)


async def test_a_former_administrator_is_a_member_whatever_the_token_says(stage: Stage) -> None:
    now = stage.clock.now()
    org = stage.organisation
    stage.hears(
        UserRegistered(
            organisation_id=org, user_id=WHO, role="administrator", registered_by=BOSS, registered_at=now,
            personal=UserName(name="Ana"),
        ),
        UserRoleAssigned(organisation_id=org, user_id=WHO, role="member", assigned_by=BOSS, assigned_at=now),
    )  # fmt: skip

    assert await asks(stage) == (200, 403)


async def test_a_member_is_not_made_more_than_the_token_says(stage: Stage) -> None:
    now = stage.clock.now()
    assigned = UserRoleAssigned(
        organisation_id=stage.organisation, user_id=WHO, role="administrator", assigned_by=BOSS, assigned_at=now
    )
    stage.hears(assigned)
    async with stage.on_database.http(token("member", stage.organisation, WHO, uuid4())) as client:
        changed = await client.put(f"/channels/{NUMBER}/details", json={"name": "Mine"})

    assert changed.status_code == 403
