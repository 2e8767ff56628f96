"""What the gateway counts of its calls to Meta: every error by its code, what waits, and what was too late."""

from __future__ import annotations

from typing import Any

import pytest
from gateway.adapters.dispatcher import dispatcher
from gateway.adapters.graph.errors import KNOWN, NONE, OTHER, count_error
from gateway.domain import verdicts
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from recado_events.gateway import MessageRejected

from tests.gateway.claims import MESSAGES, TO, Client, always, claim
from tests.gateway.stage import NUMBER, PIN, WABA, Stage
from tests.simulator.client import Simulator
from tests.simulator.errors import CATALOGUE


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def errors(code: str) -> float:
    return sample("recado_gateway_errors_total", code=code)


@pytest.mark.parametrize(
    ("fault", "label"),
    [
        ({"kind": "error", "code": 131047}, "131047"),
        ({"kind": "error", "code": 131016}, "131016"),
        ({"kind": "error", "code": 987654}, OTHER),
        ({"kind": "not_json", "status": 502}, NONE),
    ],
    ids=str,
)
async def test_an_error_of_a_send_is_counted_by_its_code(meta: Simulator, fault: dict[str, Any], label: str) -> None:
    await meta.change_phone_number(NUMBER, registered=True)
    await meta.customer_writes(TO, NUMBER, "Oi")
    made = claim(await meta.mint_token([WABA]))
    await meta.fault(**fault, scope=MESSAGES)
    before = errors(label)
    async with Client(meta.base_url) as messages:
        await messages.send(made, always)
        assert errors(label) == before + 1
        await messages.send(made, always)
    assert errors(label) == before + 1, "what Meta accepts is no error"


async def test_an_error_of_connecting_is_counted_by_its_code(stage: Stage) -> None:
    before = errors("100")
    async with stage.administrator() as client:
        asked = {"waba_id": WABA, "phone_number_id": NUMBER, "code": "nobodys-code", "pin": PIN}
        answer = await client.post("/channels", json=asked)
    assert (answer.json()["reason"], errors("100")) == ("code_refused", before + 1)


def test_every_code_that_the_gateway_knows_or_the_simulator_answers_has_a_label_of_its_own() -> None:
    known = verdicts.AUTHORISATION_CODES | verdicts.THROTTLE_CODES | verdicts.SERVER_CODES | verdicts.PAIR_CODES
    assert known | CATALOGUE.keys() <= KNOWN


@given(st.none() | st.integers())
def test_110_whatever_code_is_answered_the_labels_are_of_a_bounded_set(code: int | None) -> None:
    count_error(code)
    (metric,) = (each for each in REGISTRY.collect() if each.name == "recado_gateway_errors")
    labels = {each.labels["code"] for each in metric.samples}
    assert labels <= {str(known) for known in KNOWN} | {NONE, OTHER}


async def test_what_waits_to_be_sent_and_what_was_too_late_is_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "_COUNT_EVERY", 0.0)
    await stage.connect()
    stage.held = frozenset()  # another worker has its partition
    sent = stage.releases(*(stage.text(seconds=60) for _ in range(3)))
    before = sample("recado_gateway_expired_total")
    async with stage.dispatching():
        await stage.until(lambda: sample("recado_gateway_pending_sends", state="queued") == 3)
        stage.clock.advance(61)
        for message in sent:
            await stage.until_told(message, MessageRejected)
        await stage.until(lambda: sample("recado_gateway_pending_sends", state="queued") == 0)
    assert sample("recado_gateway_expired_total") == before + 3
