"""Words that may stand in no file of the project: they tie it to one machine, or give something away."""

import re
from pathlib import Path

import pytest

from tests.house.sources import project_files, shown

# In pieces, so that this file does not say what it forbids.
HOSTS = ["pypi" + ".org", "python" + "hosted", "registry." + "npm", "crates" + ".io", "maven" + ".org/maven2",
         "repo.maven" + ".apache", "proxy.golang" + ".org", "deb." + "debian.org"]  # fmt: skip
PLACES = ["/wo" + "rk/", "/ro" + "ot/", "/tmp/" + "brief", "/opt/" + "wheels", "/Us" + "ers/", "../" + "shared/"]
FORBIDDEN = {
    "a registry's host": re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE),
    "a place on one machine": re.compile(r"(?<![\w.])(" + "|".join(map(re.escape, PLACES)) + ")"),
    "an issue's number": re.compile(r"\bissues?\s+#?\d+\b", re.IGNORECASE),
    "a private key": re.compile("-----BEGIN" + "[A-Z ]* PRIVATE KEY-----"),
}
# A lock of uv names the index each file comes from: that is its format, and uv writes it.
WRITTEN_BY_UV = {"uv.lock"}


def offences(text: str) -> list[str]:
    return [
        f"line {number}: {what}"
        for number, line in enumerate(text.splitlines(), start=1)
        for what, words in FORBIDDEN.items()
        if words.search(line)
    ]


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")


def test_no_file_names_a_registry_a_place_of_one_machine_an_issue_or_a_private_key() -> None:
    files = [path for path in project_files() if shown(path) not in WRITTEN_BY_UV]

    assert [f"{shown(path)} {offence}" for path in files for offence in offences(text_of(path))] == []


@pytest.mark.parametrize(
    "planted",
    [
        "index = https://" + HOSTS[0] + "/simple",
        "see " + PLACES[0] + "main/README.md",
        "cp ../" + "shared/samples .",
        "fixes Issue " + "#12",
        "-----BEGIN" + " RSA PRIVATE KEY-----",
    ],
)
def test_the_rule_sees_a_planted_word(planted: str) -> None:
    assert offences(planted) != []


@pytest.mark.parametrize(
    "harmless", ["/usr/bin/work/", "network/root/", "issues a token", "https://example.org/schemas"]
)
def test_the_rule_lets_ordinary_words_pass(harmless: str) -> None:
    assert offences(harmless) == []
