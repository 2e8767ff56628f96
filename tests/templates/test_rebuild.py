"""D1, invariants 14 and 15: the log alone gives the same states and the same view, in whatever process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from recado_chassis.following.rebuild import digest, rebuild
from templates import main

from tests.harness import digest_of_states
from tests.templates.office import Office

PLACES = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Chatham", "LC_ALL": "C.UTF-8", "PYTHONOPTIMIZE": "1"},
]


async def lived(office: Office) -> None:
    office.granted()
    await office.makes(name="draft", draft=True)
    template = await office.makes()
    office.takes(category="MARKETING")
    for word in ("APPROVED", "PAUSED", "REJECTED"):
        office.status(word, reason="SCAM" if word == "REJECTED" else "NONE")
    office.webhook("message_template_quality_update", new_quality_score="RED")
    office.webhook("message_template_components_update", message_template_element="Dear {{1}}, come by.")
    await office.does("POST", f"/templates/{template}/duplicate", {"name": "copy"})
    await office.makes(name="refused")
    office.refuses("name_taken", meta_code=100)


async def test_invariant_14_any_process_folds_the_log_to_the_states_that_decided(office: Office) -> None:
    await lived(office)
    streams = digest_of_states.states("templates", office.service.dsn)
    read, fold = office.service.service.streams.read, digest_of_states.fold_of("templates")
    here = digest_of_states.digest({stream: read(stream, fold(stream)) for stream in streams})
    command = [sys.executable, "-m", digest_of_states.__name__, "templates", office.service.dsn]
    root = Path(__file__).parents[2]
    for place in PLACES:
        there = subprocess.run(
            command, env={**os.environ, **place}, cwd=root, capture_output=True, text=True, check=True
        )
        assert there.stdout.strip() == here
    assert len(streams) > 5


async def test_d1_a_rebuild_changes_nothing(office: Office) -> None:
    await lived(office)
    await office.service.shown()
    (view,) = main.SHOWS
    before = digest(office.service.dsn, view)
    rebuild(office.service.dsn, view, office.service.service.streams.mapper)
    assert digest(office.service.dsn, view) == before
