"""What every place for files does; each place's own test hands one over."""

from __future__ import annotations

import hashlib
import io
from uuid import UUID

import pytest
from recado_chassis.files import Files, NoSuchFile, key_of

OWNER = UUID(int=7)
CONTENT = bytes(range(256)) * 4096


def kept(files: Files, content: bytes = CONTENT) -> str:
    key = key_of(OWNER, hashlib.sha256(content).hexdigest())
    assert files.put(key, io.BytesIO(content), len(content)).size == len(content)
    return key


def behaves(files: Files) -> None:
    """One suite for all: what is put is read back, whole and in parts, again and again, until it is forgotten."""
    key = kept(files)
    assert kept(files) == key
    assert files.size(key) == len(CONTENT)
    assert b"".join(files.read(key)) == CONTENT
    assert b"".join(files.read(key, 300_000, 5)) == CONTENT[300_000:300_005]
    assert b"".join(files.read(key, len(CONTENT) - 3)) == CONTENT[-3:]
    assert b"".join(files.read(key, 10, 0)) == b""

    empty = kept(files, b"")
    assert (files.size(empty), b"".join(files.read(empty))) == (0, b"")

    files.forget(key)
    files.forget(key)
    assert files.size(key) is None
    with pytest.raises(NoSuchFile):
        next(files.read(key), None)
