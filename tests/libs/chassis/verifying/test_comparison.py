"""Whatever is not told or not shown yet is a difference: a comparison is made at rest."""

from __future__ import annotations

from contextlib import closing
from types import SimpleNamespace
from typing import Any

from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.verifying.comparison import at_rest

from tests.libs.chassis.store.shelves import Shelves, Shelving
from tests.libs.chassis.verifying.test_published import found_in
from tests.libs.chassis.verifying.test_views import prepared
from tests.servers.database_factory import DatabaseFactory


def test_what_nobody_has_told_or_shown_yet_is_named(database: DatabaseFactory) -> None:
    with closing(PostgresStore(database(prepared))) as store:
        site: Any = SimpleNamespace(name="tests", store=store, service=SimpleNamespace(shows=[Shelves()]))
        Shelving(store).shelve(["1", "2"])
        with store.connection() as connection:
            found = found_in(list(at_rest(site, connection)))
    assert found == {"events not published yet": 2, "events that view shelves does not show yet": 2}
