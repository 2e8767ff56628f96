"""`python -m billing`."""

from recado_chassis.running.run import run

from billing.main import build
from billing.settings import Settings

if __name__ == "__main__":
    run(build, Settings)
