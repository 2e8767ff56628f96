"""Bodies carry Meta's escapes, and the signature is over those bytes."""

import hashlib
import hmac
import json

from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.signing import app_secret_proof, meta_json, signature, signed_headers


def test_non_ascii_is_written_in_lowercase_escapes_and_pairs() -> None:
    assert meta_json({"a": "ÁÿÉ 👍"}) == b'{"a":"\\u00c1\\u00ff\\u00c9 \\ud83d\\udc4d"}'


def test_the_characters_meta_escapes_are_escaped() -> None:
    assert meta_json(["a/b", "<i>", "5%", "x@y", "a&b"]) == (b'["a\\/b","\\u003ci>","5\\u0025","x\\u0040y","a&b"]')


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_escaping_changes_the_bytes_and_not_the_meaning(value: object) -> None:
    written = meta_json(value)
    assert written.isascii()
    assert json.loads(written) == value


def test_the_signature_is_the_hmac_of_the_bytes() -> None:
    body = meta_json({"text": "pão"})
    expected = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    assert signature("secret", body) == f"sha256={expected}"
    assert signature("secret", json.dumps({"text": "pão"}).encode()) != signature("secret", body)


def test_a_webhook_has_metas_headers() -> None:
    headers = signed_headers("secret", b"{}")
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "facebookexternalua"
    assert headers["X-Hub-Signature-256"] == signature("secret", b"{}")


def test_the_app_secret_proof_is_the_hmac_of_the_token() -> None:
    assert app_secret_proof("secret", "EAA1") == hmac.new(b"secret", b"EAA1", hashlib.sha256).hexdigest()
