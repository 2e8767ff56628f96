"""Tokens at rest: unreadable without the key, and anywhere but in their own row."""

from __future__ import annotations

import pytest
from gateway.adapters.vault import CannotOpen, Vault

OLD, NEW = b"o" * 32, b"n" * 32
PLACE = ("organisation", "number", "access_token")


def test_what_was_sealed_opens_in_its_place() -> None:
    vault = Vault([OLD])

    assert vault.open(vault.seal("EAAsecret", *PLACE), *PLACE) == "EAAsecret"


@pytest.mark.parametrize(
    "place", [("other", "number", "access_token"), ("organisation", "other", "access_token"), (*PLACE[:2], "other")]
)
def test_a_ciphertext_that_was_moved_opens_nowhere(place: tuple[str, ...]) -> None:
    vault = Vault([OLD])

    with pytest.raises(CannotOpen):
        vault.open(vault.seal("EAAsecret", *PLACE), *place)


def test_a_changed_ciphertext_does_not_open() -> None:
    vault = Vault([OLD])
    sealed = vault.seal("EAAsecret", *PLACE)

    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(CannotOpen):
            vault.open(changed, *PLACE)
    for cut in (b"", sealed[:1], sealed[:12], sealed[:-1]):
        with pytest.raises(CannotOpen):
            vault.open(cut, *PLACE)


def test_keys_rotate_without_a_token_becoming_unreadable() -> None:
    before = Vault([OLD]).seal("EAAold", *PLACE)
    during = Vault([NEW, OLD])

    assert during.open(before, *PLACE) == "EAAold"
    assert Vault([NEW]).open(during.seal("EAAnew", *PLACE), *PLACE) == "EAAnew"


def test_the_same_secret_is_never_sealed_alike() -> None:
    vault = Vault([OLD])

    assert len({vault.seal("EAAsecret", *PLACE) for _ in range(1000)}) == 1000


def test_a_vault_shows_no_key() -> None:
    assert "oooo" not in repr(Vault([OLD]))
