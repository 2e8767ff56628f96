"""A webhook that says nothing of anybody goes in at the door, and has to come out at the other end in time."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from dataclasses import dataclass

import httpx
from recado_chassis.operating.watch import Watch
from recado_events.catalogue import CONVERSATIONS
from recado_events.ids import PhoneNumberId, WabaId

from gateway.settings import CanarySettings


class CanaryLost(Exception):
    """Says how far it came."""


@dataclass(frozen=True, slots=True)
class Flight:
    """Seconds since it was posted."""

    acknowledged: float
    told: float


def fly(settings: CanarySettings, url: str, number: PhoneNumberId, account: WabaId, within: float) -> Flight:
    """`url`: where Meta posts webhooks. Raises CanaryLost and KafkaUnavailable."""
    name = secrets.token_hex(16)
    body = _webhook(name, number, account)
    signature = hmac.new(settings.app_secret.encode(), body, "sha256").hexdigest()
    with Watch(settings.kafka, settings.topic_prefix + CONVERSATIONS.name) as watch:
        begun = time.monotonic()
        _post(url, body, f"sha256={signature}", within)
        acknowledged = time.monotonic() - begun
        if not watch.sees(lambda value: name.encode() in value, within - acknowledged):
            raise CanaryLost(
                f"acknowledged after {acknowledged:.2f} s, and not told on {CONVERSATIONS.name} within {within:g} s: "
                "look at `recado lag conversations` and `recado parked list conversations`"
            )
        return Flight(acknowledged, time.monotonic() - begun)


def _webhook(name: str, number: PhoneNumberId, account: WabaId) -> bytes:
    """An error of nobody, with which conversations has nothing to do but to keep it."""
    error = {"code": 0, "title": "recado canary", "error_data": {"details": name}}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}, "errors": [error]}
    entry = {"id": account, "time": int(time.time()), "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def _post(url: str, body: bytes, signature: str, seconds: float) -> None:
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
    try:
        answer = httpx.post(url, content=body, headers=headers, timeout=seconds)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CanaryLost(f"no answer at the door: {type(error).__name__}") from None
    if answer.status_code != 200:
        raise CanaryLost(f"the door answered {answer.status_code}")
