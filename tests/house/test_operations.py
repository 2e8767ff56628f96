"""docs/operations.md is true: its metrics are those of the code, its alerts ask for them, its commands exist."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import typer
import yaml
from conversations.adapters.live.metrics import Reason
from gateway.adapters.dispatcher.mover import OUTCOMES as OUTCOMES_OF_FILES
from gateway.adapters.door.routing import Way
from gateway.adapters.postgres.subscription_cursors import NOBODY
from gateway.application.archive import Standing
from gateway.commands import Verdict
from gateway.domain.receiver import Outcome
from recado_chassis.consuming.inbox import OUTCOMES
from recado_chassis.running import installed, program, protocol
from recado_events.inbound import InboundType

from tests.house.metrics_page import PAGE, Told, metrics
from tests.house.sources import ROOT, SERVICES, python_files, shown, tree
from tests.house.test_configuration import variables

TEXT = PAGE.read_text(encoding="utf-8")
KINDS = {"Counter", "Gauge", "Histogram", "Summary"}


def declared() -> dict[str, list[str]]:
    """Every metric of the code, with its labels."""
    found: dict[str, list[str]] = {}
    for path in python_files("services/", "libs/"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
                name = node.args[0]
                if not isinstance(name, ast.Constant):
                    continue  # a Counter of another kind
                labels = node.args[2] if len(node.args) > 2 else ast.List([])
                found[str(name.value)] = list(ast.literal_eval(ast.unparse(labels)))
    return found


# Metrics -----------------------------------------------------------------------------------------


def test_every_metric_of_the_code_is_told_of_and_none_that_is_gone() -> None:
    assert metrics().keys() == declared().keys()


def test_the_labels_are_those_of_the_code() -> None:
    assert {name: list(told.values) for name, told in metrics().items()} == declared()


@pytest.mark.parametrize("told", metrics().values(), ids=lambda told: told.name)
def test_a_metric_says_what_it_means_and_what_to_do(told: Told) -> None:
    assert min(len(told.means), len(told.do)) >= len("nothing")


def rules_of(folder: str) -> set[str]:
    """Of every Problem that code there raises."""
    calls = (node for path in python_files(folder) for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in {"Problem", "_unavailable"}]
    texts = {arg.value for call in named for arg in call.args[:2] if isinstance(arg, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and re.fullmatch("[a-z_]+", text)}


VALUES = {
    ("recado_consumed_records_total", "outcome"): set(OUTCOMES),
    ("recado_http_cut_off_total", "reason"): {rule for rule, _ in protocol._TOLD.values()},
    ("recado_webhook_requests_total", "outcome"): rules_of("services/gateway/gateway/adapters/door/")
    | {"acknowledged", "gone"},
    ("recado_webhook_updates_total", "way"): set(get_args(Way)),
    ("recado_stream_ends_total", "reason"): set(get_args(Reason)),
    ("recado_webhook_updates_total", "kind"): {str(kind) for kind in InboundType},
    ("recado_quarantine_updates", "standing"): set(get_args(Standing)) - {"released"},
    ("recado_quarantine_decisions_total", "decision"): set(get_args(Standing)) - {"waiting"},
    ("recado_media_attempts_total", "direction"): set(OUTCOMES_OF_FILES),
    ("recado_media_attempts_total", "outcome"): {each for told in OUTCOMES_OF_FILES.values() for each in told},
    ("recado_subscription_deliveries_total", "outcome"): set(get_args(Outcome)),
    ("recado_subscription_cursors", "state"): set(NOBODY),
    ("recado_gateway_calls_total", "outcome"): {kind.__name__.lower() for kind in get_args(Verdict)},
}


@pytest.mark.parametrize(("metric", "label"), VALUES)
def test_the_values_of_a_label_are_those_of_the_code(metric: str, label: str) -> None:
    assert metrics()[metric].values[label] == VALUES[metric, label]


# Alerts ------------------------------------------------------------------------------------------


def alerts() -> list[dict[str, Any]]:
    (text,) = re.findall(r"```yaml\n(.+?)```", TEXT, re.DOTALL)
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert["alert"]))
def test_an_alert_asks_for_metrics_and_values_that_there_are(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in {"page", "ticket"}
    for name, chosen in re.findall(r"(recado_\w+)(?:\{([^}]*)\})?", alert["expr"]):
        told = metrics()[re.sub(r"_(bucket|count|sum)$", "", name) if name.endswith("_bucket") else name]
        for label, operator, value in re.findall(r'(\w+)(=~|=)"([^"]*)"', chosen):
            known = told.values[label]
            asked = value.split("|") if operator == "=~" else [value]
            assert known is None or set(asked) <= known, f"{name}: {label}"
    grouped = {label for by in re.findall(r"by \(([^)]*)\)", alert["expr"]) for label in by.split(", ")}
    labels = {label for told in metrics().values() for label in told.values}
    assert grouped <= labels | {"job", "instance", "le"}


def test_no_alert_is_there_twice() -> None:
    names = [alert["alert"] for alert in alerts()]
    assert len(names) == len(set(names)) >= 20


# Commands ----------------------------------------------------------------------------------------


def commands() -> list[str]:
    """What the page has people type, without prompt."""
    blocks = re.findall(r"```console\n(.+?)```", TEXT, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


def of_recado() -> list[list[str]]:
    words = [shlex.split(part) for line in commands() for part in line.split("; ")]
    return [each[1:] for each in words if each[0].rpartition("/")[2] == "recado"]


def parsed(arguments: list[str]) -> tuple[str, ...]:
    """The names of the command, once its arguments fit. Nothing of it is run."""
    asked: Any = typer.main.get_command(program.assembled(arguments[0]))
    context, rest = None, arguments
    names: list[str] = []
    while True:
        context = asked.make_context(asked.name or "recado", list(rest), parent=context)
        if not hasattr(asked, "resolve_command"):
            return tuple(names)
        name, asked, rest = asked.resolve_command(context, [*context._protected_args, *context.args])
        names.append(name)


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, each in getattr(command, "commands", {}).items():
        yield from leaves(each, (*path, name))
    if not hasattr(command, "commands"):
        yield path


@pytest.mark.parametrize("arguments", of_recado(), ids=" ".join)
def test_a_command_of_the_page_is_one_with_such_options(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECADO_SERVICE_TOKEN", "a token")
    assert parsed(arguments)


@pytest.mark.parametrize(
    "wrong",
    [
        ["parked", "list"],
        ["parked", "list", "crm", "--colour", "red"],
        ["parked", "discard", "crm", "t/1/2"],
        ["lag"],
        ["gateway", "quarantine", "release"],
        ["inbox", "resume", "crm", "recado.crm.v1", "three"],
        ["nothing"],
    ],
    ids=" ".join,
)
def test_the_rule_sees_a_command_that_does_not_exist(wrong: list[str]) -> None:
    with pytest.raises(Exception, match=r"(?i)missing|no such|valid integer|unexpected"):
        parsed(wrong)


def test_the_page_has_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECADO_SERVICE_TOKEN", "a token")
    told = {parsed(arguments) for arguments in of_recado()}
    there = set(leaves(typer.main.get_command(program.program)))
    for service in SERVICES:
        own = installed.commands()[service].load()
        if own.registered_commands or own.registered_groups:
            there |= {(service, *path) for path in leaves(typer.main.get_command(own))}
    assert there - told - {(service,) for service in SERVICES} == set()


# Everything else ---------------------------------------------------------------------------------


def test_links_lead_somewhere() -> None:
    heads = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", TEXT, re.M)}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= heads
    assert [name for name in re.findall(r"\]\(([\w./-]+)\)", TEXT) if not (PAGE.parent / name).exists()] == []


def test_variables_exist() -> None:
    assert set(re.findall(r"\bRECADO_[A-Z_]+\b", TEXT)) <= variables()


def test_what_health_is_said_to_miss_is_what_processes_watch() -> None:
    watched = {"database", "producer", "relay", "projector", "consumer", "stopping"}
    sources = python_files("services/", "libs/chassis/recado_chassis/running/")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = {
        row.split("`")[1].split(":")[0] for row in TEXT.splitlines() if re.match(r"\| `[a-z]+(: [^`]*)?` \| ", row)
    }
    assert watched <= named
    for name in ("registry", "dispatcher"):
        assert f'name = "{name}"' in text, f"{name} is in {shown(ROOT)} no more"
