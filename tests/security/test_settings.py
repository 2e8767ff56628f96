"""Bad inputs 13 and 105: a weak secret keeps a process from starting, and no secret is shown to whoever looks."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from gateway.adapters.door.signature import Signatures
from gateway.adapters.vault import Vault
from gateway.application.accounts import Token
from gateway.domain.tags import Tags
from recado_chassis.running import installed

from deploy.local.credentials import settle_secrets
from deploy.local.programs import Addresses, clean_environment, service_environment
from deploy.local.settings import LISTENERS, SERVICES
from deploy.local.state import State
from tests.harness.nursery import run

SHORT = "hunter22"
WEAK = [
    ("gateway", "RECADO_APP_SECRETS", ""),
    ("gateway", "RECADO_APP_SECRETS", "[]"),
    ("gateway", "RECADO_APP_SECRETS", '[""]'),
    ("gateway", "RECADO_APP_SECRETS", f'["one that is long enough", "{SHORT}"]'),
    ("gateway", "RECADO_VERIFY_TOKEN", ""),
    ("gateway", "RECADO_TAG_KEY", SHORT),
    ("conversations", "RECADO_ALIAS_KEY", ""),
    ("crm", "RECADO_ALIAS_KEY", "ab" * 31),
    ("crm", "RECADO_JWT_PUBLIC_KEY", ""),
    ("billing", "RECADO_PAYMENTS_KEY", SHORT),
    ("billing", "RECADO_PAYMENTS_SECRETS", "[]"),
    ("billing", "RECADO_PAYMENTS_SECRETS", f'["one that is long enough", "{SHORT}"]'),
]


@pytest.mark.parametrize(("service", "variable", "weak"), WEAK)
def test_13_a_process_with_a_weak_secret_does_not_start(tmp_path: Path, service: str, variable: str, weak: str) -> None:
    state = State(tmp_path)
    state.prepare()
    databases = dict.fromkeys(SERVICES, "postgresql://nobody@127.0.0.1:1/none")
    addresses = Addresses("127.0.0.1:1", databases, dict.fromkeys(LISTENERS, 1))
    given = service_environment(service, addresses, settle_secrets(state))
    ended = run([sys.executable, "-m", service], {**clean_environment(), **given, variable: weak})
    told = ended.stdout + ended.stderr
    assert ended.returncode == 2, told
    assert variable in told
    assert SHORT not in told
    assert "Traceback" not in told


@pytest.mark.parametrize("service", SERVICES)
def test_105_settings_of_no_service_show_a_secret(
    tmp_path: Path, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = State(tmp_path)
    state.prepare()
    kept = settle_secrets(state)
    databases = dict.fromkeys(SERVICES, f"postgresql://recado:{kept.postgres_password}@127.0.0.1:1/none")
    given = service_environment(service, Addresses("127.0.0.1:1", databases, dict.fromkeys(LISTENERS, 1)), kept)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = installed.service(service).settings.from_environment()
    shown = [repr(settings), str(settings), f"{settings}", settings.model_dump_json(), str(settings.model_dump())]
    shown += [repr(settings.fingerprints()), str(vars(settings)), repr(Token(kept.app_secret))]
    shown += [repr(Tags(b"k" * 32)), repr(Vault([b"k" * 32])), repr(Signatures([kept.app_secret]))]
    secrets = [value for name, value in asdict(kept).items() if name not in {"app_id", "jwt_public_key"}]
    secrets.append(given["RECADO_SERVICE_TOKEN"])
    assert len(secrets) == 10
    told = "\n".join(shown)
    assert [secret for secret in [*secrets, "kkkk"] if secret in told] == []
