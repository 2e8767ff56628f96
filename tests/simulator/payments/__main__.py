"""`python -m tests.simulator.payments`: one account in the foreground until it is told to stop.

`RECADO_PAYMENTS_SIMULATOR_PORT` (0 takes a free one), `…_KEY`, `…_SECRET`, `…_WEBHOOK_URL`, and `…_STATE`, a file that
keeps everything over restarts.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from ..server import server
from .account import Account
from .app import Payments
from .notices import Delivery

PREFIX = "RECADO_PAYMENTS_SIMULATOR_"


def leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> int:
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    told = {name: os.environ.get(PREFIX + name, "") for name in ("PORT", "KEY", "SECRET", "WEBHOOK_URL", "STATE")}
    missing = [PREFIX + name for name in ("KEY", "SECRET", "WEBHOOK_URL") if not told[name]]
    if missing:
        sys.stderr.write(f"simulator of payments: set {', '.join(missing)}\n")
        return 2
    account = Account(Path(told["STATE"]) if told["STATE"] else None)
    payments = Payments(account, told["KEY"], Delivery(told["WEBHOOK_URL"], told["SECRET"]))
    running = server(payments.app(), "127.0.0.1", int(told["PORT"] or "0"))
    running.run()
    return 0 if running.started else 1


if __name__ == "__main__":
    raise SystemExit(main())
