"""`python -m conversations`."""

from recado_chassis.running.run import run

from conversations.main import build
from conversations.settings import Settings

if __name__ == "__main__":
    run(build, Settings)
