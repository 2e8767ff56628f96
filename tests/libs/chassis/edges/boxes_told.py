"""`boxes` with its published events, as a process of its own."""

from recado_chassis.running.run import run
from recado_chassis.settings import ServiceSettings

from tests.libs.chassis.edges.boxes import build

if __name__ == "__main__":
    run(build, ServiceSettings)
