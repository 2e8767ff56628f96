"""Buttons as Meta allows them."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from recado_events.merging import TOKEN
from recado_events.templates import TemplateButton, TemplateForm

from templates.domain import limits, values
from templates.domain.texts import stray_marks
from templates.domain.violations import Violation, Violations, too_many

QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE = "quick_reply", "url", "phone_number", "copy_code"
KINDS = (QUICK_REPLY, URL, PHONE_NUMBER, COPY_CODE)
_ADDRESS = re.compile(r"https?://[^\s/?#]+[^\s]*")
_NUMBER = re.compile(r"\+[1-9]\d{4,18}")
_CODE = re.compile(r"[\x21-\x7e]+")


def buttons(form: TemplateForm) -> Violations:
    kinds = Counter(button.kind for button in form.buttons)
    yield from too_many("too_many_buttons", "buttons", "buttons", limits.BUTTONS, len(form.buttons))
    yield from too_many("too_many_urls", "buttons", "URL buttons", limits.URLS, kinds[URL])
    yield from too_many("too_many_numbers", "buttons", "phone button", limits.PHONE_NUMBERS, kinds[PHONE_NUMBER])
    yield from too_many("too_many_codes", "buttons", "copy-code button", limits.CODES, kinds[COPY_CODE])
    if _is_mixed([button.kind == QUICK_REPLY for button in form.buttons]):
        yield Violation("buttons_mixed", "buttons", "Quick replies stand together, before or after all others.")
    for place, button in enumerate(form.buttons):
        yield from _button(f"buttons/{place}", button)


def _is_mixed(replies: list[bool]) -> bool:
    return sum(one != other for one, other in pairwise(replies)) > 1


def _button(where: str, button: TemplateButton) -> Violations:
    if button.kind not in KINDS:
        yield Violation("button_kind", f"{where}/kind", f"A button is one of {', '.join(KINDS)}.")
        return
    if button.kind != COPY_CODE:
        yield from _label(f"{where}/text", button.text)
    if button.kind == URL:
        yield from _url(f"{where}/url", button.url or "")
    elif button.kind == PHONE_NUMBER and not _NUMBER.fullmatch(button.phone_number or ""):
        told = f"A number with + and country code, at most {limits.PHONE_NUMBER} characters."
        yield Violation("button_number", f"{where}/phone_number", told)
    elif button.kind == COPY_CODE:
        yield from _code(f"{where}/code", button.code or "")


def _label(where: str, text: str | None) -> Violations:
    if not text or not text.strip():
        yield Violation("button_text_missing", where, "Write what stands on the button.")
        return
    yield from too_many("button_text_too_long", where, "characters", limits.BUTTON_TEXT, len(text))
    if TOKEN.search(text) or stray_marks(text) or not values.is_clean(text, lines=False):
        yield Violation("button_text", where, "Plain text on one line, without merge fields.")


def _url(where: str, url: str) -> Violations:
    yield from too_many("url_too_long", where, "characters", limits.URL, len(url))
    found = list(TOKEN.finditer(url))
    if not _ADDRESS.fullmatch(url) or stray_marks(url) or (found and found[0].start() < len("https://x")):
        yield Violation("url", where, "An address that begins with https:// or http://.")
    if len(found) > 1 or (found and found[0].end() != len(url)):
        yield Violation("url_field", where, "An address may end with one merge field, and have no other.")


def _code(where: str, code: str) -> Violations:
    yield from too_many("code_too_long", where, "characters", limits.CODE, len(code))
    if not _CODE.fullmatch(code):
        yield Violation("code", where, "A code of visible ASCII characters.")
