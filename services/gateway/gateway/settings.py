"""What a gateway process is told by its environment."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode
from recado_chassis.files import FileSettings
from recado_chassis.settings import DatabaseSettings, HexKey, KafkaSettings, ServiceSettings


def _token_key(value: SecretStr) -> SecretStr:
    try:
        key = urlsafe_b64decode(value.get_secret_value() + "==")
    except (ValueError, Error):
        key = b""
    if len(key) != 32:
        raise ValueError("must be 32 bytes in base64url, or a JSON list of such; the first encrypts, all decrypt")
    return value


def _one_or_many(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return orjson.loads(value) if value.lstrip().startswith("[") else [value]


HostName = Annotated[str, Field(pattern=r"^[a-z0-9_.:-]{1,253}$")]
AppSecret = Annotated[SecretStr, Field(min_length=16)]
AppSecrets = Annotated[tuple[AppSecret, ...], Field(min_length=1)]
TokenKey = Annotated[SecretStr, AfterValidator(_token_key)]
TokenKeys = Annotated[tuple[TokenKey, ...], NoDecode, BeforeValidator(_one_or_many), Field(min_length=1)]


def _bytes_of(keys: Sequence[SecretStr]) -> Sequence[bytes]:
    return [urlsafe_b64decode(key.get_secret_value() + "==") for key in keys]


class CanarySettings(DatabaseSettings, KafkaSettings):
    """What the canary is told."""

    app_secrets: AppSecrets

    @property
    def app_secret(self) -> str:
        return self.app_secrets[0].get_secret_value()


class TokenSettings(DatabaseSettings):
    """What the commands about tokens are told."""

    token_key: TokenKeys

    @property
    def token_keys(self) -> Sequence[bytes]:
        return _bytes_of(self.token_key)


class Settings(FileSettings, ServiceSettings):
    app_id: Annotated[str, Field(pattern=r"^\d{1,20}$")]
    """Of the app at Meta."""
    app_secrets: AppSecrets
    """All of them check signatures; the first is the one Meta knows now."""
    verify_token: Annotated[SecretStr, Field(min_length=1)]
    """What Meta shows when it asks whether the webhook's address is ours."""
    graph_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] = "https://graph.facebook.com"
    """Where Meta's Graph API answers."""
    graph_version: Annotated[str, Field(pattern=r"^v\d{1,3}\.\d$")] = "v25.0"
    """The version of the Graph API that is asked."""
    token_key: TokenKeys
    """Encrypts access tokens at rest: the first encrypts, all decrypt. 32 bytes in base64url each."""
    tag_key: Annotated[tuple[HexKey, ...], NoDecode, BeforeValidator(_one_or_many), Field(min_length=1)]
    """The first signs what messages carry to Meta and back, all verify it: an old one stays while statuses may come."""
    number_rate: Annotated[int, Field(ge=1, le=1000)] = 80
    """Messages a second from one number: 80 at Meta, 1000 for a few, 20 for numbers that live in the phone app too."""

    template_poll_seconds: Annotated[int, Field(ge=4, le=86_400)] = 900
    """Seconds after which Meta's list of an account's templates is looked at again, for what webhooks did not tell."""
    archive_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days for which every update is kept as it came."""
    subscription_limit: Annotated[int, Field(ge=0, le=100)] = 10
    """Outgoing webhooks an organisation may have."""
    subscription_attempts: Annotated[int, Field(ge=1, le=100)] = 10
    """Attempts to deliver an event; after the last one in vain its subscription is paused. Ten take three days."""
    subscription_seconds: Annotated[float, Field(ge=0.1, le=20)] = 15.0
    """Seconds that a receiver has for its answer."""
    subscription_log_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days for which the log of deliveries is kept."""
    subscription_allowed_hosts: tuple[HostName, ...] = ()
    """Hosts of receivers that may be at private addresses, in small letters, as they stand in URLs."""

    @property
    def graph(self) -> tuple[str, str]:
        """Where Meta is, and in which version."""
        return self.graph_url, self.graph_version

    @property
    def looks(self) -> timedelta:
        """Between two looks at Meta's list of an account's templates."""
        return timedelta(seconds=self.template_poll_seconds)

    @property
    def app_secret(self) -> str:
        return self.app_secrets[0].get_secret_value()

    @property
    def token_keys(self) -> Sequence[bytes]:
        return _bytes_of(self.token_key)

    @property
    def tag_keys(self) -> Sequence[bytes]:
        return [bytes.fromhex(key.get_secret_value()) for key in self.tag_key]
