"""The usual webhook: one message or one status, written as Meta's program writes it.

It is read at a fraction of what taking it apart costs, to the same outcome; whatever is not quite as usual is left to
those who take bodies apart.
"""

from __future__ import annotations

import re

from recado_events.inbound import InboundType

from gateway.adapters.door.scanning import strictly
from gateway.adapters.door.update import Update
from gateway.adapters.door.values import CONTEXT_BYTES

_frame = re.compile(
    r'\{"object":"whatsapp_business_account","entry":\[\{"id":"([0-9]{1,40})","changes":\[\{"value":'
    r'\{"messaging_product":"whatsapp","metadata":'
).match
_CONTACT = ',"contacts":['
_LISTS = ((',"messages":[', InboundType.MESSAGE), (',"statuses":[', InboundType.STATUS))
_END = ']},"field":"messages"}]}]}'


def update_of(body: bytes) -> Update | None:
    """None where the body is not as usual."""
    try:
        text = body.decode("utf-8")
        frame = _frame(text)
        return _read(text, frame[1], frame.end()) if frame else None
    except (ValueError, StopIteration, RecursionError):
        return None


def _read(text: str, waba_id: str, start: int) -> Update | None:
    metadata, at = strictly(text, start)
    number = metadata.get("phone_number_id") if type(metadata) is dict else None
    if type(number) is not str or not number or at - start > CONTEXT_BYTES:
        return None
    shared = text[start:at].encode()
    contacts: list[bytes] = []
    if text.startswith(_CONTACT, at):
        start = at + len(_CONTACT)
        contact, at = strictly(text, start)
        if type(contact) is not dict or at - start > CONTEXT_BYTES or not text.startswith("]", at):
            return None
        contacts.append(text[start:at].encode())
        at += 1
    for before, kind in _LISTS:
        if text.startswith(before, at):
            start = at + len(before)
            told, end = strictly(text, start)
            if text[end:] == _END:
                return Update(
                    kind, waba_id, number, "messages", None, 0, shared, contacts, text[start:end].encode(), told
                )
    return None
