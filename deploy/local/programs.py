"""Which programs run besides the servers, each with its own environment: secrets never appear among arguments."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.credentials import AUDIENCE, ISSUER, Organisation, Secrets, service_token
from deploy.local.settings import SERVICES

SIMULATED_NUMBER = "+1 555-078-3881"
PASSED_ON = ("RECADO_LOG_LEVEL", "RECADO_GRAPH_VERSION", "RECADO_SESSION_SECONDS")


@dataclass(frozen=True)
class Addresses:
    """Where everything listens: host:port of Kafka, a DSN a service, a port for each program; the folder of files."""

    kafka: str
    databases: Mapping[str, str]
    ports: Mapping[str, int]
    files: str = "files"

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"


@dataclass(frozen=True)
class Program:
    name: str
    command: list[str]
    environment: dict[str, str]
    ready_url: str


def services(addresses: Addresses, secrets: Secrets) -> list[Program]:
    return [
        Program(
            name,
            [sys.executable, "-m", name],
            {**clean_environment(), **service_environment(name, addresses, secrets)},
            f"{addresses.url(name)}/health/ready",
        )
        for name in SERVICES
    ]


def simulator(addresses: Addresses, secrets: Secrets, organisation: Organisation, log: str) -> Program:
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(addresses.ports["simulator"]),
        "WEBHOOK_URL": f"{addresses.url('gateway')}/webhooks/whatsapp",
        "APP_ID": secrets.app_id,
        "APP_SECRET": secrets.app_secret,
        "VERIFY_TOKEN": secrets.verify_token,
        "LOG": log,
        "WABA_ID": organisation.waba_id,
        "PHONE_NUMBERS": f"{organisation.phone_number_id}:{SIMULATED_NUMBER}",
    }
    return Program(
        "simulator",
        [sys.executable, "-m", "tests.simulator"],
        {**clean_environment(), **{f"RECADO_SIMULATOR_{name}": value for name, value in settings.items()}},
        f"{addresses.url('simulator')}/control/health",
    )


def payments_simulator(addresses: Addresses, secrets: Secrets, state: str) -> Program:
    settings = {
        "PORT": str(addresses.ports["payments"]),
        "KEY": secrets.payments_key,
        "SECRET": secrets.payments_secret,
        "WEBHOOK_URL": f"{addresses.url('billing')}/webhooks/payments",
        "STATE": state,
    }
    return Program(
        "payments",
        [sys.executable, "-m", "tests.simulator.payments"],
        {**clean_environment(), **{f"RECADO_PAYMENTS_SIMULATOR_{name}": value for name, value in settings.items()}},
        f"{addresses.url('payments')}/control/health",
    )


def service_environment(name: str, addresses: Addresses, secrets: Secrets) -> dict[str, str]:
    """What one service is told, and nothing that it does not need."""
    environment = {
        "RECADO_KAFKA": addresses.kafka,
        "RECADO_DATABASE": addresses.databases[name],
        "RECADO_HTTP_HOST": "127.0.0.1",
        "RECADO_HTTP_PORT": str(addresses.ports[name]),
        "RECADO_JWT_PUBLIC_KEY": secrets.jwt_public_key,
        "RECADO_JWT_ISSUER": ISSUER,
        "RECADO_JWT_AUDIENCE": AUDIENCE,
        "RECADO_ALIAS_KEY": secrets.alias_key,
        "RECADO_API_DOCS": "true",
        "RECADO_EVENTS_URLS": json.dumps({owner: addresses.url(owner) for owner in SERVICES if owner != name}),
        "RECADO_SERVICE_TOKEN": service_token(secrets, name),
    }
    if name in ("gateway", "conversations"):
        environment["RECADO_FILES_FOLDER"] = addresses.files
    if name == "gateway":
        environment |= {
            "RECADO_APP_ID": secrets.app_id,
            "RECADO_APP_SECRETS": json.dumps([secrets.app_secret]),
            "RECADO_VERIFY_TOKEN": secrets.verify_token,
            "RECADO_TOKEN_KEY": secrets.token_key,
            "RECADO_TAG_KEY": secrets.tag_key,
            "RECADO_GRAPH_URL": addresses.url("simulator"),
            "RECADO_TEMPLATE_POLL_SECONDS": "4",
            "RECADO_SUBSCRIPTION_ALLOWED_HOSTS": json.dumps(["127.0.0.1"]),
        }
    if name == "billing":
        environment |= {
            "RECADO_PAYMENTS_KEY": secrets.payments_key,
            "RECADO_PAYMENTS_SECRETS": json.dumps([secrets.payments_secret]),
            "RECADO_PAYMENTS_URL": addresses.url("payments"),
        }
    return environment


def clean_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The developer's environment without what was meant for the launcher or the tests."""
    return {
        name: value
        for name, value in environment.items()
        if name in PASSED_ON or not name.startswith(("RECADO_", "TEST_", "PYTEST_"))
    } | {"PYTHONUNBUFFERED": "1"}
