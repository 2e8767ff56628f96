"""What makes a delivery believable: Standard Webhooks 1.0, symmetric (`v1`)."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_of(key: bytes) -> str:
    """As it is shown, once."""
    return PREFIX + b64encode(key).decode()


def headers_of(event_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """`timestamp` in seconds since 1970, of the attempt; each secret signs, the newest first."""
    signed = b".".join([event_id.encode(), str(timestamp).encode(), body])
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    return b64encode(hmac.digest(b64decode(secret.removeprefix(PREFIX)), signed, "sha256")).decode()
