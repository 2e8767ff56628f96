"""Settings every service has, read once from RECADO_* variables; a service's own model subclasses `ServiceSettings`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from recado_chassis.fingerprints import Fingerprints

Role = Literal["api", "worker", "media"]
_HEX_KEY = re.compile(r"[0-9a-fA-F]{64}")


def _hex_key(value: SecretStr) -> SecretStr:
    if not _HEX_KEY.fullmatch(value.get_secret_value()):
        raise ValueError("must be 64 hex digits; make one with `openssl rand -hex 32`")
    return value


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


HexKey = Annotated[SecretStr, AfterValidator(_hex_key)]
"""64 hex digits, masked wherever it is shown."""
Roles = Annotated[frozenset[Role], NoDecode, BeforeValidator(_split), Field(min_length=1)]


class InvalidSettings(Exception):
    """The environment does not fit the settings; the message names variables and never their values."""


class EnvironmentSettings(BaseSettings):
    """Frozen, masked, silent about values. Unknown RECADO_ variables belong to other programs and are ignored.

    What a variable means stands below its field, and from there in docs/configuration.md.
    """

    model_config = SettingsConfigDict(
        env_prefix="RECADO_",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        env_ignore_empty=True,
        use_attribute_docstrings=True,
    )

    @classmethod
    def from_environment(cls) -> Self:
        """Raises InvalidSettings."""
        try:
            return cls()
        except ValidationError as error:
            told = (f"{_variable(e['loc'])}: {e['msg']}" for e in error.errors(include_input=False, include_url=False))
            raise InvalidSettings("\n".join(told)) from None
        except SettingsError as error:
            raise InvalidSettings(f"{error}; lists are written as JSON") from None


def _variable(location: tuple[int | str, ...]) -> str:
    return f"RECADO_{str(location[0]).upper()}" if location else "RECADO_*"


class DatabaseSettings(EnvironmentSettings):
    database: SecretStr
    """postgresql://…; it may hold a password."""

    def dsn(self) -> str:
        return self.database.get_secret_value()


class KafkaSettings(EnvironmentSettings):
    kafka: Annotated[str, Field(pattern=r"^[\w.\-\[\]:]+:\d+(,[\w.\-\[\]:]+:\d+)*$")]
    """host:port, several with commas."""
    topic_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,40}$")] = ""
    """Stands before every topic and group; tests and stages on a shared broker are kept apart by it."""


class ServiceSettings(DatabaseSettings, KafkaSettings):
    """What every service process is told."""

    http_host: str = "127.0.0.1"
    """The address to listen at; 0.0.0.0 for all of the machine's."""
    http_port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    """Where commands, reads and webhooks are answered. 0 takes a free one."""
    management_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """Where /health and /metrics are served; on the HTTP port where it is not given."""
    roles: Roles = frozenset({"api", "worker", "media"})
    """What the process does: `api` answers HTTP; `worker` consumes, relays, projects and sends; `media` moves files
    from and to Meta (the gateway's)."""
    jwt_public_key: str | None = None
    """PEM of the RSA (RS256) or P-256 (ES256) key that tokens are checked with. Give exactly one of this and
    RECADO_JWKS_URL."""
    jwks_url: str | None = None
    """Where the identity provider publishes the keys of its tokens; asked again for a key that is not known yet."""
    jwt_issuer: Annotated[str, Field(min_length=1)] = "recado"
    """`iss` of the tokens that are taken."""
    jwt_audience: Annotated[str, Field(min_length=1)] = "recado"
    """`aud` of the tokens that are taken."""
    alias_key: HexKey
    """Makes fingerprints of people's numbers: the same in all services, and the same for ever, for with another one
    nobody who wrote before is recognised. 64 hex digits: `openssl rand -hex 32`."""
    events_urls: dict[str, Annotated[str, Field(pattern=r"^https?://[^\s/]+")]] = {}
    """Service → its base URL. Asked for `GET /events` when its log is heard for the first time after Kafka has
    dropped the beginning."""
    service_token: SecretStr | None = None
    """A bearer token with the role `service`, shown to them."""
    session_seconds: Annotated[float, Field(ge=1, le=300)] = 10.0
    """A worker that Kafka has not heard of for so long loses its partitions to others. Short: they are taken over soon
    after one was killed; long: one that is only slow for a moment keeps them. Brokers allow 6 and more, unless their
    group.min.session.timeout.ms says otherwise."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least that is logged. No level logs what people write."""
    api_docs: bool = False
    """Serves /docs, /redoc and /openapi.json."""
    shutdown_seconds: Annotated[float, Field(gt=0, le=60)] = 25.0
    """Seconds that what is in flight may take after SIGTERM."""

    @model_validator(mode="after")
    def _one_source_of_keys(self) -> Self:
        if (self.jwt_public_key is None) == (self.jwks_url is None):
            raise ValueError("give exactly one of RECADO_JWT_PUBLIC_KEY and RECADO_JWKS_URL")
        if self.events_urls and self.service_token is None:
            raise ValueError("with RECADO_EVENTS_URLS give RECADO_SERVICE_TOKEN, to be shown there")
        return self

    def fingerprints(self) -> Fingerprints:
        """Of aliases: the same in all services. Take a `sibling` for any other purpose."""
        return Fingerprints(bytes.fromhex(self.alias_key.get_secret_value()))
