"""Brings topics and tables up to date, with the same commands that a deployment uses."""

import json
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from deploy.local.credentials import Secrets
from deploy.local.errors import LocalError
from deploy.local.process import outcome
from deploy.local.programs import Addresses, clean_environment, service_environment
from deploy.local.settings import SERVICES

RATES_FROM = "2025-01-01"
RECADO = Path(sys.executable).with_name("recado")


def bring_up_to_date(addresses: Addresses, secrets: Secrets) -> None:
    """Topics of the catalogue at Kafka, migrations on each database, views whose tables have changed built anew."""
    with ThreadPoolExecutor(max_workers=len(SERVICES) + 1) as pool:
        topics = pool.submit(_recado, "gateway", ["topics", "create"], addresses, secrets)
        databases = [pool.submit(_bring_database_up_to_date, service, addresses, secrets) for service in SERVICES]
        runs: list[Future[Any]] = [topics, *databases]
        for run in runs:
            run.result()


def _bring_database_up_to_date(service: str, addresses: Addresses, secrets: Secrets) -> None:
    printed = _recado(service, ["migrate", service, "--json"], addresses, secrets)
    answer = next(line for line in reversed(printed.splitlines()) if line.startswith("{"))
    for projection in json.loads(answer)["rebuild"]:
        _recado(service, ["rebuild", service, projection], addresses, secrets)
    if service == "billing":
        _recado(
            service, ["billing", "import-rates", "sample", "--valid-from", RATES_FROM, "--apply"], addresses, secrets
        )


def _recado(service: str, command: Sequence[str], addresses: Addresses, secrets: Secrets) -> str:
    environment = {**clean_environment(), **service_environment(service, addresses, secrets)}
    done = outcome([str(RECADO), *command], environment=environment)
    if done.returncode:
        raise LocalError(f"`recado {' '.join(command)}` failed:\n{done.stdout.strip()}")
    return done.stdout
