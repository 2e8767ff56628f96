"""Files in a folder: durable, whole or not at all, and nowhere else than in the folder."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from pydantic import SecretStr
from recado_chassis.files import FileSettings, FilesUnavailable
from recado_chassis.files.folder import Folder

from tests.libs.chassis.files.places import behaves, kept


def test_a_folder_keeps_files(tmp_path: Path) -> None:
    behaves(Folder(tmp_path / "not" / "made" / "yet"))


def test_every_new_name_is_synced_before_a_file_counts_as_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def noting(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", noting)
    key = kept(Folder(tmp_path / "files"))
    owner, _, digest = key.partition("/")

    names = [str(tmp_path), str(tmp_path / "files"), str(tmp_path / "files" / owner)]
    assert synced[:3] == names
    assert synced[-1] == f"{names[-1]}/{digest[:2]}"


def test_a_file_that_breaks_off_is_not_there_at_all(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    files = Folder(tmp_path)
    key = f"{'a' * 8}/{'b' * 64}"
    with pytest.raises(FilesUnavailable):
        files.put(key, Broken(), 10)

    assert files.size(key) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("key", ["../x", "a/../../x", "/etc/passwd", "a/" + "g" * 64, "a\0/" + "a" * 64, ""])
def test_68_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        Folder(tmp_path).size(key)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"a file is no folder")

    with pytest.raises(FilesUnavailable):
        kept(Folder(tmp_path / "files"))


def test_settings_choose_the_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECADO_FILES_FOLDER", str(tmp_path))
    kept(FileSettings.from_environment().files())

    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    with pytest.raises(ValueError, match="RECADO_FILES_ACCESS_KEY"):
        FileSettings(files_bucket="attachments")
    keys = SecretStr("very-secret")
    told = FileSettings(files_bucket="attachments", files_access_key=keys, files_secret_key=keys)
    assert "very-secret" not in repr(told)
