"""docs/configuration.md is what the settings models say, and they say what every variable means."""

from __future__ import annotations

import re

from recado_chassis.running import configuration, installed

from tests.house.sources import ROOT, SERVICES, python_files, shown

PAGE = ROOT / "docs" / "configuration.md"
NAMED = re.compile(r"\bRECADO_[A-Z_]+[A-Z]\b")


def variables() -> set[str]:
    return {
        f"RECADO_{name.upper()}" for service in SERVICES for name in installed.service(service).settings.model_fields
    }


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == configuration.page(), "run `make variables` and commit the page"


def test_every_variable_says_what_it_means() -> None:
    assert configuration.undescribed() == []


def test_the_page_has_a_row_for_every_variable() -> None:
    rows = [line.split("`")[1] for line in configuration.page().splitlines() if line.startswith("| `RECADO_")]
    assert (sorted(rows), len(rows)) == (sorted(variables()), len(set(rows)))


def test_secrets_are_marked_and_have_no_default() -> None:
    rows = [line.split(" | ") for line in configuration.page().splitlines() if "*secret*" in line and line[0] == "|"]
    assert {row[0].split("`")[1] for row in rows} == {
        "RECADO_DATABASE",
        "RECADO_ALIAS_KEY",
        "RECADO_SERVICE_TOKEN",
        "RECADO_APP_SECRETS",
        "RECADO_VERIFY_TOKEN",
        "RECADO_TOKEN_KEY",
        "RECADO_TAG_KEY",
        "RECADO_FILES_ACCESS_KEY",
        "RECADO_FILES_SECRET_KEY",
        "RECADO_PAYMENTS_KEY",
        "RECADO_PAYMENTS_SECRETS",
    }
    assert {row[2].strip() for row in rows} <= {"**required**", ""}


def test_code_that_runs_names_no_other_variable() -> None:
    """A message or a docstring may tell people to set one: it has to be there. Crash points are for tests alone."""
    files = python_files("services/", "libs/chassis/")
    named = {name: shown(path) for path in files for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    unknown = named.keys() - variables()
    assert {name: named[name] for name in unknown if not name.startswith("RECADO_CRASH_")} == {}
