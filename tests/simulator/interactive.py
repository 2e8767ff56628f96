"""Interactive messages and their limits.

Meta's contract, section 13.2 (buttons, lists, call-to-action links and the rest).
"""

from collections.abc import Callable

from .parameters import Param, as_object, refuse_value

_OTHER_KINDS = (
    "location_request_message",
    "call_permission_request",
    "address_message",
    "flow",
    "product",
    "product_list",
    "catalog_message",
    "carousel",
    "request_contact_info",
)


def check_interactive(interactive: Param) -> None:
    interactive.only("type", "header", "body", "footer", "action")
    kind = interactive.one_of("type", (*_CHECKS, *_OTHER_KINDS))
    _check_frame(interactive, longest_body=4096 if kind == "list" else 1024, needs_body=kind != "product")
    action = interactive.object("action")
    check = _CHECKS.get(kind)
    if check is not None:
        check(action)
    if kind == "carousel" and not 2 <= len(action.array("cards")) <= 10:
        raise refuse_value("Carousel must have 2 to 10 cards")


def _check_frame(interactive: Param, *, longest_body: int, needs_body: bool) -> None:
    if needs_body or "body" in interactive.value:
        interactive.object("body").text("text", longest_body)
    if "footer" in interactive.value:
        interactive.object("footer").text("text", 60)
    if "header" not in interactive.value:
        return
    header = interactive.object("header")
    if header.one_of("type", ("text", "image", "video", "document")) == "text":
        header.text("text", 60)


def _check_buttons(action: Param) -> None:
    buttons = action.array("buttons")
    if not 1 <= len(buttons) <= 3:
        raise refuse_value("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    seen: set[str] = set()
    for index, button in enumerate(buttons):
        param = Param(f"{action.name('buttons')}[{index}]", as_object(button, action.name("buttons")))
        param.one_of("type", ("reply",))
        reply = param.object("reply")
        reply_id = _sized(reply, "id", 256, "Button id")
        _sized(reply, "title", 20, "Button title")
        if reply_id in seen:
            raise refuse_value(f"Duplicated button id: {reply_id}")
        seen.add(reply_id)


def _check_list(action: Param) -> None:
    _sized(action, "button", 20, "List button")
    sections = action.array("sections")
    if not 1 <= len(sections) <= 10:
        raise refuse_value("Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    seen: list[str] = []
    for index, section in enumerate(sections):
        param = Param(f"{action.name('sections')}[{index}]", as_object(section, action.name("sections")))
        if len(sections) > 1 or "title" in param.value:
            _sized(param, "title", 24, "Section title")
        seen += [_row_id(row, param.name("rows")) for row in param.array("rows")]
    if not 1 <= len(seen) <= 10:
        raise refuse_value("Total row count exceed max allowed count: 10")
    if len(set(seen)) < len(seen):
        raise refuse_value("Duplicated row ids")


def _row_id(row: object, path: str) -> str:
    param = Param(path, as_object(row, path))
    row_id = _sized(param, "id", 200, "Row id")
    _sized(param, "title", 24, "Row title")
    if "description" in param.value:
        _sized(param, "description", 72, "Row description")
    return row_id


def _check_link(action: Param) -> None:
    action.one_of("name", ("cta_url",))
    parameters = action.object("parameters")
    _sized(parameters, "display_text", 20, "Display text")
    if not parameters.text("url", 2000).startswith(("https://", "http://")):
        raise refuse_value("The url is not a valid URI")


def _sized(param: Param, key: str, longest: int, label: str) -> str:
    value = param.text(key, 10_000, shortest=0)
    if not 1 <= len(value) <= longest:
        raise refuse_value(f"{label} length invalid. Min length: 1, Max length: {longest}")
    return value


_CHECKS: dict[str, Callable[[Param], None]] = {"button": _check_buttons, "list": _check_list, "cta_url": _check_link}
