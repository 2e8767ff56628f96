"""Apache Kafka as the jars of Maven Central."""

import hashlib
from functools import cache
from pathlib import Path

from deploy.local.downloads import fetched
from deploy.local.errors import LocalError
from deploy.local.process import outcome
from deploy.local.system_packages import program

POM = Path(__file__).parent / "jars" / "pom.xml"


@cache
def kafka_jars() -> Path:
    """The folder with the broker's jars, filled on first use."""
    return fetched(f"kafka-jars-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}", _copy_dependencies)


def _copy_dependencies(folder: Path) -> None:
    print("fetching Apache Kafka's jars (44 MB, once) ...", flush=True)
    command = [program("mvn"), "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
    done = outcome([*command, f"-DoutputDirectory={folder}"])
    if done.returncode or not any(folder.glob("kafka_*.jar")):
        raise LocalError(
            f"Maven could not fetch Kafka's jars: check its access to Maven Central\n{done.stdout[-2000:]}"
        )
