"""An identity provider of the tests: keys, tokens, and tokens as attackers make them."""

import base64
import json
import time
from functools import cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORGANISATION = UUID("0190f3a8-0000-7000-8000-00000000000a")
OTHER_ORGANISATION = UUID("0190f3a8-0000-7000-8000-00000000000b")
USER = UUID("0190f3a8-0000-7000-8000-000000000001")
PROFILE = UUID("0190f3a8-0000-7000-8000-000000000002")


@cache
def _rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def rsa_key(name: str = "ours") -> rsa.RSAPrivateKey:
    return _rsa_key(name)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def claims(**changed: Any) -> dict[str, Any]:
    """Of an administrator; a claim given as None is left out."""
    standard = {
        "iss": "recado",
        "aud": "recado",
        "sub": str(USER),
        "exp": int(time.time()) + 300,
        "role": "administrator",
        "organisation_id": str(ORGANISATION),
    }
    return {name: value for name, value in (standard | changed).items() if value is not None}


def service_claims(**changed: Any) -> dict[str, Any]:
    return claims(**({"role": "service", "organisation_id": None} | changed))


def signed(given: dict[str, Any], headers: dict[str, Any] | None = None, name: str = "ours") -> str:
    """Signs what the library would refuse to put into a token, too."""
    return jwt.PyJWS().encode(json.dumps(given).encode(), rsa_key(name), "RS256", headers)


def token(**changed: Any) -> str:
    return signed(claims(**changed))


def service_token() -> str:
    return signed(service_claims())


def bearer(given: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {given}"}


def assembled(header: dict[str, Any], payload: dict[str, Any], signature: bytes) -> str:
    """A token that no library would make."""
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
