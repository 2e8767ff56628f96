"""`python -m tests.simulator`: one simulator in the foreground until it is told to stop."""

import signal
import sys
from types import FrameType

from .config import MissingSetting, config_from_process
from .server import server, simulator


def leave(_number: int, _frame: FrameType | None) -> None:
    """Being told to stop is a good end; uvicorn raises the signal again after it closed everything."""
    raise SystemExit(0)


def main() -> int:
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    try:
        config = config_from_process(sys.argv[1:])
    except MissingSetting as error:
        sys.stderr.write(f"simulator: {error}\n")
        return 2
    running = server(simulator(config), config.host, config.port)
    running.run()
    return 0 if running.started else 1


if __name__ == "__main__":
    raise SystemExit(main())
