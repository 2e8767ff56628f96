"""Secrets, keys and ids of a local installation: made once, kept until a reset."""

import base64
import secrets
import time
import uuid
from dataclasses import asdict, dataclass, field, fields

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.local.state import State

ISSUER = AUDIENCE = "recado"
TOKEN_DAYS = 365


@dataclass(frozen=True)
class Secrets:
    app_id: str
    app_secret: str
    verify_token: str
    alias_key: str
    token_key: str
    tag_key: str
    payments_key: str
    payments_secret: str
    postgres_password: str
    jwt_private_key: str = field(repr=False)
    jwt_public_key: str = field(repr=False)


@dataclass(frozen=True)
class Organisation:
    """The one organisation that is seeded, its people, and the number that WhatsApp gives it."""

    organisation_id: str
    operator: str
    administrator: str
    agents: list[str]
    profile_id: str
    waba_id: str
    phone_number_id: str


def settle_secrets(state: State) -> Secrets:
    kept = state.read("secrets")
    if not {each.name for each in fields(Secrets)} <= set(kept):
        kept = {**asdict(_new_secrets()), **kept}
        state.write("secrets", kept)
    return Secrets(**kept)


def settle_organisation(state: State) -> Organisation:
    kept = state.read("organisation")
    if not kept:
        kept = asdict(_new_organisation())
        state.write("organisation", kept)
    return Organisation(**kept)


def tokens(secrets_: Secrets, organisation: Organisation) -> dict[str, str | list[str]]:
    """Bearer tokens for everybody who is seeded, valid for a year."""

    def member(user: str) -> str:
        return _token(secrets_, user, "member", organisation.organisation_id, organisation.profile_id)

    return {
        "operator": _token(secrets_, organisation.operator, "operator"),
        "administrator": _token(secrets_, organisation.administrator, "administrator", organisation.organisation_id),
        "agents": [member(agent) for agent in organisation.agents],
    }


def service_token(secrets_: Secrets, service: str) -> str:
    """With which a service shows the others that it may read their logs."""
    return _token(secrets_, str(uuid.uuid5(uuid.NAMESPACE_DNS, service)), "service")


def _token(secrets_: Secrets, user: str, role: str, organisation: str | None = None, profile: str | None = None) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": user, "role": role, "iat": now, "exp": now + TOKEN_DAYS * 86_400}
    if organisation:
        claims["organisation_id"] = organisation
    if profile:
        claims["profile_id"] = profile
    return jwt.encode(claims, secrets_.jwt_private_key, algorithm="ES256")


def _new_secrets() -> Secrets:
    key = ec.generate_private_key(ec.SECP256R1())
    return Secrets(
        app_id=_digits(16),
        app_secret=secrets.token_hex(16),
        verify_token=secrets.token_urlsafe(18),
        alias_key=secrets.token_hex(32),
        token_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        tag_key=secrets.token_hex(32),
        payments_key=f"sk_test_{secrets.token_hex(24)}",
        payments_secret=f"whsec_{secrets.token_hex(24)}",
        postgres_password=secrets.token_urlsafe(18),
        jwt_private_key=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        jwt_public_key=key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


def _new_organisation() -> Organisation:
    return Organisation(
        organisation_id=str(uuid.uuid4()),
        operator=str(uuid.uuid4()),
        administrator=str(uuid.uuid4()),
        agents=[str(uuid.uuid4()) for _ in range(3)],
        profile_id=str(uuid.uuid4()),
        waba_id=_digits(15),
        phone_number_id=_digits(15),
    )


def _digits(count: int) -> str:
    """An id as Meta makes them: decimal digits, no leading zero."""
    return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))
