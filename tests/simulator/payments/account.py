"""Everything that one Stripe account holds, kept in a file so that a restart changes nothing."""

import json
import secrets
import time
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_KINDS = ("customers", "methods", "sessions", "intents", "charges", "refunds", "disputes", "events", "keys")


class Account:
    """Objects by kind and id, as the API shows them."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._kinds: dict[str, dict[str, Json]] = {kind: {} for kind in _KINDS}
        if file is not None and file.exists():
            self._kinds |= json.loads(file.read_text())

    def of(self, kind: str) -> dict[str, Json]:
        return self._kinds[kind]

    def add(self, kind: str, prefix: str, made: Json, **more: Any) -> Json:
        """A new object with an id and a time."""
        name = f"{prefix}_{secrets.token_hex(12)}"
        found = {"id": name, **made, "created": int(time.time()), "livemode": False, **more}
        self._kinds[kind][name] = found
        return found

    def keep(self) -> None:
        if self._file is not None:
            partial = self._file.with_suffix(".part")
            partial.write_text(json.dumps(self._kinds))
            partial.replace(self._file)

    def counts(self) -> dict[str, int]:
        return {kind: len(found) for kind, found in self._kinds.items()}
