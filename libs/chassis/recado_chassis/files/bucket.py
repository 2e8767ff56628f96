"""Files in a bucket of S3, or of anything that speaks its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from recado_chassis.files.ports import PIECE, FilesUnavailable, NoSuchFile, Stored

_ABSENT = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})


class Bucket:
    """Implements `Files`. S3 shows an object only once all of it was taken."""

    def __init__(self, client: Minio, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, key: str, content: IO[bytes], size: int) -> Stored:
        if self.size(key) != size:
            with _outages():
                self._client.put_object(self._name, key, cast(BinaryIO, content), size)
        return Stored(key, size)

    def size(self, key: str) -> int | None:
        try:
            with _outages():
                return self._client.stat_object(self._name, key).size
        except NoSuchFile:
            return None

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        if length == 0:
            return iter(())
        with _outages():
            answer = self._client.get_object(self._name, key, offset=start, length=length or 0)
        return _pieces(answer)

    def forget(self, key: str) -> None:
        with _outages():
            self._client.remove_object(self._name, key)


def _pieces(answer: Any) -> Iterator[bytes]:
    try:
        with _outages():
            yield from answer.stream(PIECE)
    finally:
        answer.close()
        answer.release_conn()


@contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except S3Error as error:
        if error.code in _ABSENT:
            raise NoSuchFile from error
        raise FilesUnavailable(f"the bucket refuses: {error.code}") from error
    except (MinioException, HTTPError, OSError) as error:
        raise FilesUnavailable(f"the bucket cannot be asked: {type(error).__name__}") from error
