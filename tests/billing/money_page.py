"""The numbers of docs/money.md, played on a ledger: one week's story under each policy, with the card that ships.

`python -m tests.billing.money_page` writes them into the page again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from billing.application.rates import read_card
from billing.commands import ImportRateCard

from tests.billing.stage import Stage, new_customer

PAGE = Path(__file__).parents[2] / "docs" / "money.md"
BEGIN, END = "<!-- numbers: begin -->", "<!-- numbers: end -->"
POLICIES = ("R1", "R2", "R3")
NINE = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""Nine in the morning in São Paulo."""
STORY = (
    ("Mon 09:00", "marketing", "A marketing template is delivered"),
    ("Mon 09:05", "marketing", "A second one"),
    ("Mon 10:00", "utility", "A utility template"),
    ("Mon 11:00", "writes", "The customer answers: a window of 24 hours opens"),
    ("Mon 11:01", "reply", "An agent replies freely"),
    ("Mon 11:30", "utility", "A utility template in that window"),
    ("Mon 12:00", "marketing", "A marketing template in that window"),
    ("Tue 11:00", "marketing", "A marketing template when 24 hours are over exactly"),
)


def card(stage: Stage) -> ImportRateCard:
    text = files("billing").joinpath("rates/sample.csv").read_text(encoding="utf-8")
    return read_card("sample", datetime(2026, 1, 1), text.splitlines(), stage.now)  # noqa: DTZ001 - wall-clock time


def played(policy: str) -> list[tuple[int, str]]:
    """Cost and reason of each step; (0, "") where nothing is sent."""
    stage, customer = Stage(zone="America/Sao_Paulo", prices={}), new_customer()
    stage.do(stage.settling.import_rate_card, card(stage))
    stage.chooses(policy, free_service_messages=0)
    stage.buys(2_000_000)
    found = []
    for at, kind, _ in STORY:
        stage.now = moment(at)
        if kind == "writes":
            stage.writes(customer)
            found.append((0, ""))
            continue
        message = stage.replies(customer) if kind == "reply" else stage.asks(customer, kind)
        stage.delivered(message, customer)
        cost = stage.costs(message)
        found.append((cost.amount, cost.reason))
    return found


def moment(at: str) -> datetime:
    hours, minutes = int(at[4:6]) + 3, int(at[7:9])
    return NINE.replace(day=23 if at.startswith("Mon") else 24, hour=hours, minute=minutes)


def dollars(micros: int) -> str:
    whole, rest = divmod(micros, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0").ljust(4, "0") if rest else f"{whole}.00"


def numbers() -> str:
    """The part of the page that is produced."""
    columns = {policy: played(policy) for policy in POLICIES}
    lines = ["| When | What happens | R1 | R2 | R3 |", "|---|---|---|---|---|"]
    for place, (at, _, says) in enumerate(STORY):
        cells = [_cell(*columns[policy][place]) for policy in POLICIES]
        lines.append(f"| {at} | {says} | {' | '.join(cells)} |")
    totals = [sum(amount for amount, _ in columns[policy]) for policy in POLICIES]
    lines.append(f"| | **Together** | {' | '.join(f'**US$ {dollars(total)}**' for total in totals)} |")
    return "\n".join(lines)


def _cell(amount: int, reason: str) -> str:
    return "" if not reason else f"{dollars(amount)} `{reason}`"


def written(page: str) -> str:
    """The page with today's numbers."""
    before, rest = page.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    return f"{before}{BEGIN}\n{numbers()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
