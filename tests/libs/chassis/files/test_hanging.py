"""A bucket that takes a connection and says nothing holds nobody for long."""

from __future__ import annotations

import socket
import time

import pytest
from pydantic import SecretStr
from recado_chassis.files import FileSettings, FilesUnavailable


@pytest.mark.long
def test_a_bucket_that_never_answers_is_unavailable_after_some_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        key = SecretStr("a-key-of-the-tests")
        files = FileSettings(
            files_bucket="attachments",
            files_url=f"http://127.0.0.1:{silent.getsockname()[1]}",
            files_access_key=key,
            files_secret_key=key,
        ).files()
        began = time.monotonic()
        with pytest.raises(FilesUnavailable):
            files.size("0" * 8 + "/" + "a" * 64)

    assert time.monotonic() - began < 25
