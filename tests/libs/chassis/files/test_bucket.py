"""Files in a bucket of a real S3 server: the same as in a folder, and unavailable where it is down."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from minio import Minio
from pydantic import SecretStr
from recado_chassis.files import FileSettings, FilesUnavailable
from recado_chassis.files.serving import download

from deploy.local.ports import free_port
from deploy.local.process import end, spawn
from deploy.local.state import REPOSITORY
from tests.libs.chassis.files.places import CONTENT, behaves, kept

pytestmark = pytest.mark.long
SERVER = Path(os.environ.get("VERSITYGW", REPOSITORY / ".recado" / "tools" / "bin" / "versitygw"))
BUCKET, ACCESS, SECRET = "attachments", "access-of-the-tests", "secret-of-the-tests"


@contextmanager
def s3(folder: Path) -> Iterator[tuple[FileSettings, subprocess.Popen[bytes]]]:
    """versitygw over a folder, with a bucket."""
    port, data = free_port(frozenset()), folder / "s3"
    data.mkdir()
    with (folder / "log").open("wb") as log:
        process = spawn(
            [str(SERVER), "--port", f"127.0.0.1:{port}", "--quiet", "posix", str(data)],
            output=log.fileno(),
            environment={**os.environ, "ROOT_ACCESS_KEY": ACCESS, "ROOT_SECRET_KEY": SECRET},
            directory=folder,
        )
    told = FileSettings(
        files_bucket=BUCKET,
        files_url=f"http://127.0.0.1:{port}",
        files_access_key=SecretStr(ACCESS),
        files_secret_key=SecretStr(SECRET),
    )
    try:
        _await(told, folder / "log")
        yield told, process
    finally:
        end(process, signal.SIGTERM, 10)


def _await(told: FileSettings, log: Path) -> None:
    at = urlsplit(told.files_url).netloc
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(told.files_url, timeout=1)
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
    Minio(at, access_key=ACCESS, secret_key=SECRET, secure=False, region="us-east-1").make_bucket(BUCKET)


def test_a_bucket_keeps_files_as_a_folder_does(tmp_path: Path) -> None:
    with s3(tmp_path) as (told, _):
        behaves(told.files())


async def test_a_part_of_a_file_is_downloaded_from_it(tmp_path: Path) -> None:
    with s3(tmp_path) as (told, _):
        files = told.files()
        answer = download(files, kept(files), "video/mp4", "a.mp4", {"range": "bytes=1000-1003"})
        body = b"".join([bytes(piece) async for piece in answer.body_iterator])  # type: ignore[attr-defined]

    assert (answer.status_code, body) == (206, CONTENT[1000:1004])


def test_wrong_keys_and_a_server_that_is_down_are_told_apart_from_absent_files(tmp_path: Path) -> None:
    with s3(tmp_path) as (told, process):
        key = kept(told.files())
        stranger = told.model_copy(update={"files_secret_key": SecretStr("another-secret")})
        with pytest.raises(FilesUnavailable) as refused:
            stranger.files().size(key)
        assert SECRET not in str(refused.value)
        assert told.files().size(key.replace(key[-4:], "0000")) is None
        end(process, signal.SIGTERM, 10)
        with pytest.raises(FilesUnavailable):
            told.files().size(key)
