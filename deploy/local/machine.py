"""What this machine is, for reports of what was measured on it."""

from __future__ import annotations

import os
import platform


def machine() -> str:
    """Without its name: what it is, not whose."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system, python = f"{platform.system()} {platform.machine()}", platform.python_version()
    return f"{system}, {os.cpu_count()} cores, {memory:.0f} GiB, Python {python}"
