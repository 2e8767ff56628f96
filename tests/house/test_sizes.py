"""Sizes at which a file or a function certainly does two things; the aims in sight are well below."""

import re

from tests.house.sources import functions, python_files, shown, tree

FILE_LINES = {"services/": 300, "libs/": 300, "deploy/": 300, "tests/": 500}
FUNCTION_LINES = {"services/": 60, "libs/": 60, "deploy/": 60, "tests/": 80}
MAIN_LINES = 40
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|base|managers?|misc)(_|$)")


def test_no_file_is_above_its_alarm() -> None:
    above = []
    for area, limit in FILE_LINES.items():
        for path in python_files(area):
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > (MAIN_LINES if area == "services/" and path.name == "main.py" else limit):
                above.append(f"{shown(path)}: {lines} lines")

    assert above == [], "split it along what it does"


def test_no_function_is_above_its_alarm() -> None:
    above = [
        f"{shown(path)}: {name}() has {lines} lines"
        for area, limit in FUNCTION_LINES.items()
        for path in python_files(area)
        for name, lines in functions(tree(path))
        if lines > limit
    ]

    assert above == [], "split it along what it does"


def test_no_file_is_named_after_a_drawer() -> None:
    drawers = [shown(path) for path in python_files(*FILE_LINES) if FORBIDDEN_NAMES.search(path.stem)]

    assert drawers == [], "name a file after what it holds: singular for one thing, plural for a collection"
