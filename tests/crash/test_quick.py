"""`make crash ARGS=--quick`: one of each class of fault on the whole system, and nothing differs afterwards."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from deploy.local.state import REPOSITORY
from tests.crash import points

KILLS = re.compile(r"(\d+) kills, \d+ looks: nothing differs")


@pytest.mark.timeout(240)
def test_one_of_each_class_of_fault_leaves_nothing_different() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", "--quick", "--rate", "5"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=230,
    )
    found = KILLS.search(done.stdout)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert found is not None, done.stdout[-4000:]
    assert int(found[1]) >= 10


def test_every_named_point_belongs_to_somebody_the_campaign_kills() -> None:
    reached = {point for _, point in points.of_traffic()}
    elsewhere = (points.IN_QUARANTINE, points.OF_COMMANDS)
    others = {point for part in elsewhere for point in points.in_part(part)}
    assert reached | others == set(points.named_points())
    assert len(points.of_traffic()) >= 35
