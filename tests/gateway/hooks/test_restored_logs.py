"""A log that ends before what was read of it was restored from a backup; one that has only grown meanwhile was not."""

from __future__ import annotations

from uuid import uuid4

from gateway.adapters.hooks.notifier import Notifier
from gateway.adapters.postgres.subscription_cursors import SubscriptionCursors
from gateway.application.subscription_ports import Logs, Page
from recado_events.ids import OrganisationId

from tests.gateway.hooks.receiver import Receiver
from tests.gateway.hooks.switchboard import Switchboard
from tests.gateway.hooks.test_delivering import told


class Growing(Logs):
    """Tells its end, and has grown and been looked through before the answer arrives."""

    def __init__(self, cursors: SubscriptionCursors) -> None:
        self._cursors = cursors

    async def page(self, source: str, after: int, organisation_id: OrganisationId | None = None) -> Page:
        raise NotImplementedError

    async def end(self, source: str) -> int:
        end = self._cursors.followed()[source]
        assert self._cursors.follow(source, end, end + 5, [])
        return end


def places(board: Switchboard) -> list[tuple[int, int, int]]:
    with board.on_database.store.connection() as connection:
        return connection.execute(
            "SELECT kept.position, kept.epoch, known.position FROM subscription_cursors AS kept"
            " JOIN subscription_sources AS known USING (source)"
        ).fetchall()


async def test_a_log_that_grew_while_its_end_was_asked_for_is_no_restored_one(
    board: Switchboard, receiver: Receiver
) -> None:
    await board.subscribes(receiver.url)
    ((position, epoch, known),) = places(board)
    cursors = SubscriptionCursors(board.on_database.store.connection, uuid4)
    notifier = Notifier(cursors, Growing(cursors), board.notifier._serving, board.clock, 30)

    await notifier._compare_ends()

    assert places(board) == [(position, epoch, known + 5)]


async def test_what_is_new_in_a_restored_log_is_delivered(board: Switchboard, receiver: Receiver) -> None:
    await board.subscribes(receiver.url)
    with board.on_database.store.connection() as connection:
        connection.execute("UPDATE subscription_cursors SET position = position + 50, due_at = NULL")
        connection.execute("UPDATE subscription_sources SET position = position + 50")
    async with board.notifying():
        ((position, _, known),) = places(board)
        await board.until(lambda: places(board)[0][2] < known)
        board.happens("Ana")
        await told(receiver, 1)

    assert position > known - 50
