"""What one simulator process is started with: arguments for what is public, the environment for what is secret."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PREFIX = "RECADO_SIMULATOR_"


@dataclass(frozen=True)
class Config:
    """Fixed for the life of the process; what tests may change lives in `Rules`."""

    webhook_url: str
    app_id: str
    app_secret: str
    verify_token: str
    log: Path
    host: str = "127.0.0.1"
    port: int = 8080
    business_id: str = "506914307656634"
    waba_id: str = "102290129340398"
    phone_numbers: tuple[tuple[str, str], ...] = (
        ("106540352242922", "+1 555-078-3881"),
        ("106540352242933", "+1 555-078-3882"),
    )


class MissingSetting(Exception):
    """A setting without which the simulator cannot start; the text says how to give it."""


def read_config(arguments: Sequence[str], environment: Mapping[str, str]) -> Config:
    """Arguments win over `RECADO_SIMULATOR_*`; raises MissingSetting for what neither gives."""
    given = _parser().parse_args(arguments)

    def setting(name: str, default: str | None = None) -> str:
        value = getattr(given, name) or environment.get(_PREFIX + name.upper()) or default
        if value is None:
            flag = "--" + name.replace("_", "-")
            raise MissingSetting(f"{flag} is missing: pass it, or set {_PREFIX}{name.upper()} in the environment")
        return str(value)

    numbers = setting("phone_numbers", "106540352242922:+1 555-078-3881,106540352242933:+1 555-078-3882")
    return Config(
        webhook_url=setting("webhook_url"),
        app_id=setting("app_id"),
        app_secret=setting("app_secret"),
        verify_token=setting("verify_token"),
        log=Path(setting("log")),
        host=setting("host", "127.0.0.1"),
        port=int(setting("port", "8080")),
        business_id=setting("business_id", Config.business_id),
        waba_id=setting("waba_id", Config.waba_id),
        phone_numbers=_numbers(numbers),
    )


def _numbers(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [item.partition(":") for item in text.split(",") if item.strip()]
    if not all(number_id.strip().isdigit() for number_id, _, _ in pairs):
        raise MissingSetting("--phone-numbers wants id:display pairs, such as 106540352242922:+15550783881")
    return tuple((number_id.strip(), display.strip() or number_id.strip()) for number_id, _, display in pairs)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulator",
        description="A strict simulator of Meta's WhatsApp Business Platform.",
        epilog=f"Every option can also be set as {_PREFIX}<OPTION>, the better place for secrets.",
    )
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", help="port to listen on; 0 picks a free one and prints it (8080)")
    parser.add_argument("--webhook-url", help="callback URL of the app; webhooks go there")
    parser.add_argument("--app-id", help="id of the app")
    parser.add_argument("--app-secret", help="secret of the app, signs webhooks")
    parser.add_argument("--verify-token", help="token of the callback's handshake")
    parser.add_argument("--log", help="JSONL file of accepted sends; the other state lies beside it")
    parser.add_argument("--business-id", help="portfolio that owns the seeded WABA")
    parser.add_argument("--waba-id", help="id of the seeded WABA")
    parser.add_argument("--phone-numbers", help="seeded numbers as id:display,id:display")
    return parser


def config_from_process(arguments: Sequence[str]) -> Config:
    return read_config(arguments, os.environ)
