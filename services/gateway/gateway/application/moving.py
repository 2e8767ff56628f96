"""Files both ways, as one thing to hand over."""

from __future__ import annotations

from recado_chassis.files import Files
from recado_chassis.streams import Streams

from gateway.application.accounts import Tokens
from gateway.application.fetching import Fetching
from gateway.application.media_ports import MediaAtMeta, MediaLines
from gateway.application.ports import Line
from gateway.application.uploading import Uploading


class Moving:
    def __init__(
        self, streams: Streams, lines: MediaLines, line: Line, tokens: Tokens, meta: MediaAtMeta, files: Files
    ) -> None:
        self.lines = lines
        self.fetching = Fetching(streams, lines.fetches, tokens, meta, files)
        self.uploading = Uploading(streams, lines.uploads, line, tokens, meta, files)
