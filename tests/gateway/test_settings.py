"""What a gateway is told: complete and strong, or it refuses to start; never shown."""

from __future__ import annotations

from typing import Any

import pytest
from gateway.settings import Settings
from pydantic import ValidationError
from recado_chassis.settings import InvalidSettings

from tests.gateway.stage import options
from tests.harness.on_database import SETTINGS

TOLD: dict[str, Any] = {"database": "postgresql://x", **SETTINGS, **options("http://127.0.0.1:1")}


@pytest.mark.parametrize(
    "changed",
    [
        {"app_secrets": []},
        {"app_secrets": [""]},
        {"app_secrets": ["fifteen-letters"]},
        {"verify_token": ""},
        {"app_id": "not-a-number"},
        {"token_key": "a" * 42},
        {"token_key": "["},
        {"token_key": "[]"},
        {"tag_key": "cd" * 31},
        {"tag_key": "[]"},
        {"tag_key": f'["{"cd" * 32}", "{"cd" * 31}"]'},
        {"graph_url": "ftp://graph"},
        {"graph_version": "25"},
        {"number_rate": 0},
        {"subscription_attempts": 0},
        {"subscription_seconds": 21},
        {"subscription_allowed_hosts": ["http://inside"]},
    ],
    ids=str,
)
def test_weak_or_missing_settings_are_refused_without_being_shown(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**{**TOLD, **changed})

    assert "fifteen-letters" not in str(refused.value)


def test_keys_rotate_as_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TOLD.items():
        monkeypatch.setenv(f"RECADO_{name.upper()}", value if isinstance(value, str) else '["app-secret-of-tests"]')
    monkeypatch.setenv("RECADO_TOKEN_KEY", f'["{"b" * 43}", "{"a" * 43}"]')

    monkeypatch.setenv("RECADO_TAG_KEY", f'["{"ef" * 32}", "{"cd" * 32}"]')

    assert len(Settings.from_environment().token_keys) == 2
    assert Settings.from_environment().tag_keys == [b"\xef" * 32, b"\xcd" * 32]
    monkeypatch.setenv("RECADO_TOKEN_KEY", "too short")
    with pytest.raises(InvalidSettings, match="RECADO_TOKEN_KEY"):
        Settings.from_environment()


def test_no_secret_is_shown() -> None:
    shown = repr(Settings(**TOLD))

    assert [secret for secret in (*TOLD["app_secrets"], TOLD["token_key"], TOLD["tag_key"]) if secret in shown] == []
