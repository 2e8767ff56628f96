"""Files by key: a folder of this machine or an S3 bucket, whichever the settings say. Keys are made of the content."""

from recado_chassis.files.ports import Files, FilesUnavailable, ImageUnreadable, NoSuchFile, Stored
from recado_chassis.files.settings import FileSettings
from recado_chassis.files.spooling import Spool, key_of

__all__ = ["FileSettings", "Files", "FilesUnavailable", "ImageUnreadable", "NoSuchFile", "Spool", "Stored", "key_of"]
