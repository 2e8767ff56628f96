"""Bad input 13: a process that was given an empty or short secret does not start, and says which, not what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.credentials import settle_secrets
from deploy.local.programs import Addresses, clean_environment, service_environment
from deploy.local.settings import LISTENERS, SERVICES
from deploy.local.state import REPOSITORY, State

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
]


@pytest.mark.parametrize(("service", "variable", "weak"), WEAK)
def test_13_a_process_with_a_weak_secret_does_not_start(tmp_path: Path, service: str, variable: str, weak: str) -> None:
    state = State(tmp_path)
    state.prepare()
    databases = dict.fromkeys(SERVICES, "postgresql://nobody@127.0.0.1:1/none")
    addresses = Addresses("127.0.0.1:1", databases, dict.fromkeys(LISTENERS, 1))
    given = service_environment(service, addresses, settle_secrets(state))
    ended = subprocess.run(
        [sys.executable, "-m", service],
        env={**clean_environment(), **given, variable: weak},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = ended.stdout + ended.stderr
    assert ended.returncode == 2, told
    assert variable in told
    assert SHORT not in told
    assert "Traceback" not in told
