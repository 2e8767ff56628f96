"""`python -m templates`."""

from recado_chassis.running.run import run

from templates.main import build
from templates.settings import Settings

if __name__ == "__main__":
    run(build, Settings)
