"""`python -m gateway`."""

from recado_chassis.running.run import run

from gateway.main import build
from gateway.settings import Settings

if __name__ == "__main__":
    run(build, Settings)
