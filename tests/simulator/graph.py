"""The Graph API's front: finds the object of a call, checks who asks, answers in Graph's shapes.

Meta's contract, sections 2, 16 and 19. A token only works for the WABAs it was given for.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .accounts import Accounts
from .blocks import Blocks
from .calls import Call, read_call
from .editor import Editor
from .entities import MANAGEMENT, MESSAGING, AccessToken, BusinessNumber, MediaFile, Template, Waba
from .errors import GraphError, refusal, unknown_alias, unknown_field, unknown_object, unknown_path
from .media import DOWNLOAD_PATH, Media
from .numbers import Numbers
from .sending import Sending
from .signing import JsonObject, meta_json
from .tokens import Tokens
from .world import World

Edge = Callable[[Any, Call], JsonObject | Awaitable[JsonObject]]
_NODES = {
    Waba: "WhatsAppBusinessAccount",
    BusinessNumber: "WhatsAppBusinessPhoneNumber",
    MediaFile: "WhatsAppMedia",
    Template: "WhatsAppMessageTemplate",
}
Node = Waba | BusinessNumber | MediaFile | Template


class Graph:
    """The ASGI application of everything Meta serves."""

    def __init__(
        self,
        world: World,
        tokens: Tokens,
        sending: Sending,
        numbers: Numbers,
        accounts: Accounts,
        media: Media,
        editor: Editor,
        blocks: Blocks,
    ) -> None:
        self._world, self._tokens, self._media = world, tokens, media
        self._edges: dict[tuple[type, str, str], tuple[Edge, str]] = {
            (BusinessNumber, "POST", "messages"): (lambda number, call: sending.post(number, call.body), MESSAGING),
            (BusinessNumber, "POST", "block_users"): (blocks.block, MESSAGING),
            (BusinessNumber, "DELETE", "block_users"): (blocks.unblock, MESSAGING),
            (BusinessNumber, "GET", "block_users"): (blocks.listing, MESSAGING),
            (BusinessNumber, "POST", "register"): (numbers.register, MANAGEMENT),
            (BusinessNumber, "POST", "deregister"): (numbers.deregister, MANAGEMENT),
            (BusinessNumber, "POST", "media"): (media.upload, MESSAGING),
            (BusinessNumber, "GET", "message_history"): (numbers.history, MANAGEMENT),
            (BusinessNumber, "GET", ""): (numbers.fields, MANAGEMENT),
            (BusinessNumber, "POST", ""): (numbers.configure, MANAGEMENT),
            (Waba, "GET", ""): (accounts.fields, MANAGEMENT),
            (Waba, "GET", "phone_numbers"): (accounts.phone_numbers, MANAGEMENT),
            (Waba, "POST", "subscribed_apps"): (accounts.subscribe, MANAGEMENT),
            (Waba, "GET", "subscribed_apps"): (accounts.subscriptions, MANAGEMENT),
            (Waba, "DELETE", "subscribed_apps"): (accounts.unsubscribe, MANAGEMENT),
            (Waba, "POST", "message_templates"): (editor.create, MANAGEMENT),
            (Waba, "GET", "message_templates"): (editor.listing, MANAGEMENT),
            (Waba, "DELETE", "message_templates"): (editor.delete, MANAGEMENT),
            (Template, "GET", ""): (editor.one, MANAGEMENT),
            (Template, "POST", ""): (editor.edit, MANAGEMENT),
            (MediaFile, "GET", ""): (media.describe, MESSAGING),
            (MediaFile, "DELETE", ""): (media.delete, MESSAGING),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await read_call(Request(scope, receive))
        try:
            response = await self._answer(call)
        except GraphError as error:
            response = self.refused(error)
        await response(scope, receive, send)

    def refused(self, error: GraphError) -> Response:
        response = self.json(error.body(self._world.ids.trace()), error.http_status)
        if error.code == 190:
            realm = 'OAuth "Facebook Platform" "invalid_token"'
            response.headers["WWW-Authenticate"] = f'{realm} "{error.message}"'.encode("ascii", "replace").decode()
        return response

    def json(self, value: JsonObject, status: int = 200) -> Response:
        headers = {"facebook-api-version": "v25.0", "x-fb-trace-id": self._world.ids.trace()}
        return Response(meta_json(value), status, headers, "application/json; charset=UTF-8")

    async def _answer(self, call: Call) -> Response:
        match call.path:
            case ("oauth", "access_token"):
                return self.json(self._tokens.exchange({**call.query, **call.body}))
            case ("debug_token",):
                return self.json(self._tokens.debug(call.query, call.token))
            case ("whatsapp_business", "attachments") if call.method == "GET":
                self._tokens.authenticate(call.token, call.proof)
                file, content = self._media.download(call)
                return Response(content, media_type=file.mime_type)
        return self.json(await self._answer_edge(call))

    async def _answer_edge(self, call: Call) -> JsonObject:
        if not call.path:
            raise GraphError(100, f"Unsupported {call.method.lower()} request.", kind="GraphMethodException")
        token = self._tokens.authenticate(call.token, call.proof)
        object_id, edge = call.path[0], call.path[1] if len(call.path) > 1 else ""
        if not object_id.isdigit():
            raise unknown_alias(object_id)
        node = self._find(object_id)
        if node is None:
            raise unknown_object(object_id, call.method)
        if len(call.path) > 2:
            raise unknown_path("/".join(call.path[2:]))
        self._check_owner(token, node, call, edge)
        found = self._edges.get((type(node), call.method, edge))
        if found is None and call.method == "GET":
            raise unknown_field(edge, _NODES[type(node)])
        if found is None:
            raise unknown_object(object_id, call.method)
        act, scope = found
        self._check_scope(token, scope)
        result = act(node, call)
        return await result if inspect.isawaitable(result) else result

    def _find(self, object_id: str) -> Node | None:
        number = self._world.store.find(BusinessNumber, object_id)
        waba = self._world.store.find(Waba, object_id)
        return number or waba or self._media.find(object_id) or self._world.template_of(object_id)

    def _check_owner(self, token: AccessToken, node: Node, call: Call, edge: str) -> None:
        if self._owner(node) in token.waba_ids:
            return
        if isinstance(node, BusinessNumber) and edge == "messages":
            raise refusal(131005, "The access token has no permission for this phone number.")
        raise unknown_object(call.path[0], call.method)

    def _owner(self, node: Node) -> str:
        if isinstance(node, Waba):
            return node.id
        if isinstance(node, BusinessNumber | Template):
            return node.waba_id
        number = self._world.store.find(BusinessNumber, node.phone_number_id)
        return number.waba_id if number else ""

    def _check_scope(self, token: AccessToken, scope: str) -> None:
        if scope in token.scopes:
            return
        if scope == MESSAGING:
            raise refusal(131005, f"The access token lacks the permission {MESSAGING}.")
        raise GraphError(200, f"(#200) Requires {MANAGEMENT} permission to manage the object", 403)


assert DOWNLOAD_PATH.strip("/") == "whatsapp_business/attachments", "the route and the URL must agree"
