"""A month is rated again under another policy, line by line, beside what was charged; the ledger is not touched."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from billing.adapters.postgres.verifying.charges import rated_otherwise
from billing.application.books import FOLDS
from billing.application.rerating import Rerating
from billing.domain.counters import number_stream
from billing.domain.dealings import dealings_stream
from billing.domain.private import ChargeRated
from billing.domain.rating.policy import month_of
from hypothesis import given, settings
from hypothesis import strategies as st
from recado_events.ids import PhoneNumberId

from tests.billing.office import Office, new_customer
from tests.billing.stage import PRICES, Stage
from tests.billing.stage import new_customer as somebody
from tests.harness.nursery import run
from tests.harness.on_memory import ORGANISATION

RECADO = Path(sys.executable).with_name("recado")
ZONE = "America/Sao_Paulo"
ALLOWANCES: dict[str, Any] = {"free_conversations": 1, "free_service_messages": 2}
CUSTOMERS = [somebody() for _ in range(3)]
STEP = st.tuples(
    st.sampled_from(["template", "writes", "reply", "ad", "joins"]),
    st.sampled_from(CUSTOMERS[:2]),
    st.sampled_from(["marketing", "utility"]),
    st.integers(0, 30),
    st.sampled_from(
        [
            {},
            {"type": "regular"},
            {"type": "free_customer_service"},
            {"type": "free_entry_point"},
            {"category": "referral_conversion"},
            {"category": "utility", "type": "regular"},
        ]
    ),
)
"""What is done, to whom, of which category, after how many hours; how Meta prices it."""

CHANGE = st.one_of(
    st.tuples(st.just("policy"), st.sampled_from(["R1", "R2", "R3"])),
    st.tuples(
        st.just("place"), st.sampled_from(["UTC", "Pacific/Auckland", "America/Sao_Paulo"]), st.sampled_from("12")
    ),
)


def priced_in_the_age_of(policy: str, stage: Stage, customer: Any, category: str) -> dict[str, Any]:
    """As Meta's contract has it, by the same facts as ours: without a type until 2025-06, one a message since."""
    known = stage.streams.read(dealings_stream(customer), FOLDS["dealings"])
    known = known if known.survivor is None else stage.streams.read(dealings_stream(known.survivor), FOLDS["dealings"])
    if known.is_free_entry(stage.now, stage.now):
        return {"category": "referral_conversion", "type": None if policy == "R1" else "free_entry_point"}
    if policy == "R1":
        return {"category": category}
    number = stage.streams.read(number_stream(ORGANISATION, stage.number), FOLDS["number"])
    month = month_of(stage.now, ZONE)
    free = {
        "R2": category == "service" or (category == "utility" and known.window_at(stage.now) is not None),
        "R3": category == "service" and number.messages.get(month, 0) < ALLOWANCES["free_service_messages"],
    }
    return {"category": category, "type": "free_customer_service" if free[policy] else "regular"}


def played(policy: str, steps: list[Any], *, honest: bool = False) -> Stage:
    """`honest`: where Meta tells a price at all, it is that of this policy's age; else whatever the steps say."""
    stage = Stage(zone=ZONE, prices={**PRICES, ("rest_of_world", "service"): 500})
    stage.chooses(policy, **ALLOWANCES)
    stage.buys(200_000_000)
    for kind, customer, category, hours, told in steps:
        stage.later(hours=hours)
        if kind in ("template", "reply"):
            message = stage.asks(customer, category) if kind == "template" else stage.replies(customer)
            what = category if kind == "template" else "service"
            words = priced_in_the_age_of(policy, stage, customer, what) if honest and told else told
            stage.delivered(message, customer, **words)
        elif kind == "joins":
            stage.joins(customer, CUSTOMERS[1])
        else:
            stage.writes(customer, from_ad=kind == "ad")
    return stage


def lines(stage: Stage, policy: str) -> list[Any]:
    found: list[Any] = []
    for month in ("2026-11", "2026-12", "2027-01"):
        found += Rerating(stage.streams).lines(month, policy, None)
    return found


@given(policy=st.sampled_from(["R1", "R2", "R3"]), steps=st.lists(STEP, max_size=15))
@settings(max_examples=60)
def test_rule_25_the_same_policy_gives_the_same_charges(policy: str, steps: list[Any]) -> None:
    stage = played(policy, steps)
    end = stage.store.end()
    for line in lines(stage, policy):
        assert (line.rerated, line.rerated_because) == (line.charged, line.charged_because)
    assert stage.store.end() == end, "the ledger is not touched"


@given(policy=st.sampled_from(["R1", "R2", "R3"]), other=st.sampled_from(["R1", "R2", "R3"]), steps=st.lists(STEP))
@settings(max_examples=60)
def test_rule_25_another_policy_gives_what_it_would_have_charged(policy: str, other: str, steps: list[Any]) -> None:
    """Whatever was in force, the month under another policy is the month as if that one had been."""
    anew = [line.rerated for line in lines(played(policy, steps, honest=True), other)]
    assert anew == [line.charged for line in lines(played(other, steps, honest=True), other)]


@pytest.mark.parametrize(
    ("policy", "told", "other", "rerated"),
    [
        ("R2", "free_customer_service", "R3", (6_800, "delivered_template")),
        ("R2", "free_customer_service", "R2", (0, "told_free")),
        ("R3", "free_entry_point", "R2", (0, "free_entry_point")),
        ("R3", "regular", "R2", (0, "service_window")),
    ],
)
def test_rule_25_metas_type_is_of_its_age_and_says_nothing_under_another_policy_but_that_somebody_came_from_an_ad(
    policy: str, told: str, other: str, rerated: tuple[int, str]
) -> None:
    stage, (customer, *_) = played(policy, []), CUSTOMERS
    stage.writes(customer)
    stage.delivered(stage.asks(customer, "utility"), customer, category="utility", type=told)
    (line,) = lines(stage, other)
    assert (line.rerated, line.rerated_because) == rerated


@given(steps=st.lists(st.one_of(STEP, CHANGE), max_size=20))
@settings(max_examples=100)
def test_rule_25_what_was_charged_is_found_again_over_changes_of_policy_zone_and_account(steps: list[Any]) -> None:
    stage = Stage(zone="UTC", prices={**PRICES, ("rest_of_world", "service"): 500})
    stage.buys(200_000_000)
    asked: list[Any] = []
    for kind, *how in steps:
        if kind == "policy":
            stage.chooses(how[0], valid_from=stage.now.replace(tzinfo=None), **ALLOWANCES)
        elif kind == "place":
            stage.connects(how[0], waba=how[1])
        else:
            customer, category, hours, words = how
            stage.later(hours=hours)
            if kind == "template":
                asked.append((stage.asks(customer, category), customer, words))
            elif kind == "reply":
                asked.append((stage.replies(customer), customer, words))
            elif kind == "joins":
                stage.joins(customer, CUSTOMERS[1])
            else:
                stage.writes(customer, from_ad=kind == "ad")
                while asked:
                    message, whose, told = asked.pop()
                    stage.delivered(message, whose, **told)
    assert rated_otherwise(stage.facts()) == []


def test_rule_27_a_number_that_nobody_connected_uses_no_allowance_up_and_is_rated_so_again() -> None:
    stage = Stage(zone="UTC", prices={**PRICES, ("rest_of_world", "service"): 500})
    stage.chooses("R1", free_conversations=1)
    stage.number = PhoneNumberId("19995550000")
    for customer in CUSTOMERS:
        stage.writes(customer)
        stage.delivered(stage.replies(customer), customer)
    assert [fact.rated.reason for fact in stage.facts(ChargeRated)] == ["within_allowance"] * 3
    assert rated_otherwise(stage.facts()) == []


def recado(office: Office, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "RECADO_DATABASE": office.dsn}
    return run([str(RECADO), "billing", *command], environment)


async def test_a_month_under_another_policy_as_table_json_and_csv(office: Office, tmp_path: Path) -> None:
    await office.buys(1)
    customer = new_customer()
    for _ in range(3):
        office.sends("MARKETING", customer)
    month = f"{office.clock.now():%Y-%m}"
    file = tmp_path / "lines.csv"
    told = recado(office, "rerate", "--month", month, "--policy", "R2", "--csv", str(file))
    assert told.returncode == 0, told.stderr
    assert "3 message(s), charged 62500, rerated 187500, difference 125000" in told.stdout
    rows = list(csv.DictReader(file.open()))
    assert [(row["charged"], row["rerated"], row["difference"]) for row in rows] == [
        ("62500", "62500", "0"),
        ("0", "62500", "62500"),
        ("0", "62500", "62500"),
    ]
    asked = ("rerate", "--month", month, "--policy", "R2", "--json", "--organisation", str(office.organisation))
    assert json.loads(recado(office, *asked).stdout)["rerated"] == 187_500
    assert await office.available() == 2_000_000 - 62_500


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("rerate", "--month", "2026-13", "--policy", "R2"), "is no month"),
        (("rerate", "--month", "2026-10", "--policy", "R9"), "there is no policy R9"),
        (("import-rates", "nowhere.csv", "--valid-from", "2026-10-01"), "cannot be read"),
    ],
)
async def test_what_cannot_be_done_is_said(office: Office, command: tuple[str, ...], said: str) -> None:
    done = recado(office, *command)
    assert done.returncode == 1
    assert said in done.stderr


async def test_rule_26_a_card_is_shown_before_it_is_imported(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "next.csv"
    file.write_text(
        "market,region,category,price_micros\n"
        "BR,latin_america,marketing,70000\n"
        "PY,latin_america,,\n"
        "rest_of_world,,marketing,60400\n"
    )
    asked = ("import-rates", str(file), "--valid-from", "2026-11-01")
    shown = recado(office, *asked)
    assert "not imported: say --apply" in shown.stdout
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert lines[1] == ["BR", "marketing", "62500", "70000"]
    assert lines[2:5] == [[market, "utility", "7700", "-"] for market in ("BR", "PY", "rest_of_world")]
    assert len((await office.sees("/rate-cards", office.operator))["items"]) == 1
    assert json.loads(recado(office, *asked, "--apply", "--json").stdout)["imported"] is True
    assert "known already" in recado(office, *asked, "--apply").stdout
    assert len((await office.sees("/rate-cards", office.operator))["items"]) == 2
    changed = file.read_text().replace("70000", "1")
    file.write_text(changed)
    again = recado(office, *asked, "--apply")
    assert (again.returncode, "another name" in again.stderr) == (1, True)


async def test_rule_26_a_sample_card_ships(office: Office) -> None:
    told = json.loads(
        recado(office, "import-rates", "sample", "--valid-from", "2026-10-01", "--apply", "--json").stdout
    )
    assert (told["rate_card"], told["imported"]) == ("sample-2026-10-01", True)
    assert len(told["changes"]) > 100


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("BR,latin_america,marketing,0.0625", "whole number"),
        ("BR,latin_america,marketing,-1", "whole number"),
        ("BR,latin_america,marketing,٣", "whole number"),
        ("brazil1,,marketing,1", "no country"),
        ("BR,,Marketing,1", "lower case"),
        ("latin_america,americas,marketing,1", "only a country"),
        ("BR,,marketing", "columns"),
        ("BR,,marketing,1\nBR,,marketing,2", "above"),
        ("BR,asia,utility,1\nBR,africa,marketing,2", "another region"),
        ("BR,asia,,", "no price"),
    ],
)
async def test_a_card_that_is_none_is_refused_by_its_line(office: Office, tmp_path: Path, row: str, said: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(f"market,region,category,price_micros\n{row}\n")
    done = recado(office, "import-rates", str(file), "--valid-from", "2026-11-01", "--apply")
    assert done.returncode == 1
    assert said in done.stderr
