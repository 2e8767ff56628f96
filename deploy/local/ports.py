"""Free TCP ports that stay ours while a server is down for a moment."""

import random
import socket
from pathlib import Path

from deploy.local.errors import LocalError

EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 18_000
DEFAULT_EPHEMERAL_START = 32_768


def free_port(taken: frozenset[int] = frozenset()) -> int:
    """A loopback port that nobody listens on and that is not in `taken`.

    It lies below the range from which the kernel takes ports of outgoing connections: a server that is stopped and
    started again would otherwise now and then find its port used by somebody's client.
    """
    candidates = [port for port in range(LOWEST, _ephemeral_start()) if port not in taken]
    for port in random.sample(candidates, k=min(200, len(candidates))):
        if is_free(port):
            return port
    raise LocalError(f"no free TCP port between {LOWEST} and {_ephemeral_start()}: stop some servers and try again")


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _ephemeral_start() -> int:
    try:
        start = int(EPHEMERAL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return DEFAULT_EPHEMERAL_START
    return start if start > LOWEST + 1_000 else DEFAULT_EPHEMERAL_START
