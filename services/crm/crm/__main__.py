"""`python -m crm`."""

from recado_chassis.running.run import run

from crm.main import build
from crm.settings import Settings

if __name__ == "__main__":
    run(build, Settings)
