"""Where files are kept, as the environment says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from recado_chassis.files.folder import Folder
from recado_chassis.files.ports import Files
from recado_chassis.settings import EnvironmentSettings
from recado_chassis.trust import trust_store


class FileSettings(EnvironmentSettings):
    """What services are told that keep files; the same for all of them."""

    files_folder: str = "files"
    """A folder for attachments, the same for gateway and conversations; not used where RECADO_FILES_BUCKET is given."""
    files_bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = None
    """A bucket of S3, or of anything that speaks its protocol, for attachments. It has to exist."""
    files_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#@]+$")] = "https://s3.amazonaws.com"
    """Where S3 answers."""
    files_region: Annotated[str, Field(min_length=1)] = "us-east-1"
    """The bucket's region."""
    files_access_key: SecretStr | None = None
    """S3's access key; needed with RECADO_FILES_BUCKET."""
    files_secret_key: SecretStr | None = None
    """S3's secret key; needed with RECADO_FILES_BUCKET."""

    @model_validator(mode="after")
    def _bucket_with_its_keys(self) -> Self:
        if self.files_bucket is not None and (self.files_access_key is None or self.files_secret_key is None):
            raise ValueError("with RECADO_FILES_BUCKET give RECADO_FILES_ACCESS_KEY and RECADO_FILES_SECRET_KEY")
        return self

    def files(self) -> Files:
        """The place; nothing is connected or made yet."""
        if self.files_bucket is None or self.files_access_key is None or self.files_secret_key is None:
            return Folder(Path(self.files_folder))
        return _bucket(self, self.files_bucket, self.files_access_key, self.files_secret_key)


def _bucket(told: FileSettings, name: str, access: SecretStr, secret: SecretStr) -> Files:
    # Its client takes a third of a second to import, which programs that keep files in a folder do not spend.
    from minio import Minio
    from urllib3 import PoolManager, Retry, Timeout

    from recado_chassis.files.bucket import Bucket

    at = urlsplit(told.files_url)
    client = Minio(
        at.netloc,
        access_key=access.get_secret_value(),
        secret_key=secret.get_secret_value(),
        secure=at.scheme == "https",
        region=told.files_region,
        # Its own would wait for five minutes, five times over, in threads that others need.
        http_client=PoolManager(
            timeout=Timeout(connect=3, read=10),
            retries=Retry(1, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
            maxsize=16,
            ssl_context=trust_store(),
        ),
    )
    return Bucket(client, name)
