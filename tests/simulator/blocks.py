"""`POST|DELETE|GET /<phone number id>/block_users`: whom a number lets write no more.

Meta's contract, section 16: only people who wrote within 24 hours; partial success is an HTTP 400 with both lists.
139100 is the code of such an answer as a whole; 131047 is chosen for who did not write.
"""

from .calls import Call
from .entities import BusinessNumber, Customer
from .errors import GraphError, invalid_parameter, parameter_missing, refusal
from .recipients import resolve
from .signing import JsonObject
from .windows import Windows
from .world import World

_TOLD = {True: "added_users", False: "removed_users"}


class PartlyBlocked(GraphError):
    """Some, or all, were not blocked: both lists come in the answer."""

    def __init__(self, told: JsonObject) -> None:
        super().__init__(139100, "(#139100) Failed to block/unblock some users")
        self.told = told

    def body(self, trace: str) -> JsonObject:
        return {"messaging_product": "whatsapp", "block_users": self.told, **super().body(trace)}


class Blocks:
    def __init__(self, world: World, windows: Windows) -> None:
        self._world, self._windows = world, windows

    def block(self, number: BusinessNumber, call: Call) -> JsonObject:
        return self._change(number, call.body, blocked=True)

    def unblock(self, number: BusinessNumber, call: Call) -> JsonObject:
        return self._change(number, call.body, blocked=False)

    def listing(self, number: BusinessNumber, call: Call) -> JsonObject:
        people = [one for one in self._world.store.all(Customer) if number.id in one.blocked_by]
        return {"data": [{"messaging_product": "whatsapp", "wa_id": one.wa_id} for one in people]}

    def _change(self, number: BusinessNumber, body: JsonObject, *, blocked: bool) -> JsonObject:
        if body.get("messaging_product") != "whatsapp":
            raise parameter_missing("messaging_product")
        users = body.get("block_users")
        if not isinstance(users, list) or not users:
            raise parameter_missing("block_users")
        done: list[JsonObject] = []
        failed: list[JsonObject] = []
        for user in users:
            self._take(number, user, done, failed, blocked=blocked)
        if failed:
            raise PartlyBlocked({_TOLD[blocked]: done, "failed_users": failed} if done else {"failed_users": failed})
        return {"messaging_product": "whatsapp", "block_users": {_TOLD[blocked]: done}}

    def _take(
        self, number: BusinessNumber, user: object, done: list[JsonObject], failed: list[JsonObject], *, blocked: bool
    ) -> None:
        if not isinstance(user, dict) or set(user) not in ({"user"}, {"user_id"}):
            raise invalid_parameter("Param block_users must be a list of objects with user or user_id")
        given = user.get("user") or user.get("user_id")
        try:
            person = resolve(self._world, number, {"to": user.get("user"), "recipient": user.get("user_id")}).customer
            if blocked and not self._windows.is_open(number.id, person.id):
                raise refusal(131047, "The user has not sent a message to this number within 24 hours.")
        except GraphError as error:
            told = {"message": error.message, "code": error.code, "error_data": {"details": error.details or ""}}
            failed.append({"input": given, "errors": [told]})
            return
        person.blocked_by = sorted({*person.blocked_by, number.id} if blocked else {*person.blocked_by} - {number.id})
        self._world.store.put(person)
        done.append({"input": given, "wa_id": person.wa_id} if person.wa_id else {"input": given, "user_id": given})
