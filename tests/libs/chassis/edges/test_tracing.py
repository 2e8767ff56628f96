"""A story's trace goes from its first request through events and batches; traces are off unless they are asked for."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from recado_chassis import tracing
from recado_chassis.consuming.assignment import Assignment
from recado_chassis.consuming.checks import Checks
from recado_chassis.consuming.decoding import Decoder
from recado_chassis.consuming.hearing import Hearing
from recado_chassis.consuming.history import Nobody
from recado_chassis.consuming.late import Late
from recado_chassis.consuming.subscription import Pace
from recado_chassis.storing.memory import MemoryStore

from tests.libs.chassis.consumer.batches import begin, rows_of
from tests.libs.chassis.consumer.ear import MOUTH, Ear, Raw, notes, raw, said
from tests.libs.chassis.edges.conftest import Asking, asking
from tests.libs.chassis.edges.identity import bearer, token

TRACE = "0af7651916cd43dd8448eb211c80319c"
GIVEN = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider)
    yield exporter
    tracing.use(None)


def told_trace(boxes: Asking) -> str:
    """The traceparent of the event that a request left."""
    store = boxes.service.streams.store
    (row,) = store.read(0, 10)
    return boxes.service.streams.mapper.decode(row.state).envelope.cause.traceparent or ""


async def ask(boxes: Asking, **headers: str) -> int:
    async with boxes.client:
        answer = await boxes.client.post(
            f"/boxes/{uuid4()}", json={"label": "somebody's name"}, headers=bearer(token()) | headers
        )
    return answer.status_code


async def test_while_traces_are_off_a_given_one_is_passed_on_as_it_came() -> None:
    boxes = asking()
    assert await ask(boxes, traceparent=GIVEN) == 201
    assert told_trace(boxes) == GIVEN
    assert not tracing.is_on()


async def test_a_request_is_a_span_of_the_given_trace_and_what_it_decides_goes_on_in_it(
    spans: InMemorySpanExporter,
) -> None:
    boxes = asking()
    assert await ask(boxes, traceparent=GIVEN) == 201
    (span,) = spans.get_finished_spans()
    assert (span.name, span.kind) == ("POST /boxes/{box_id}", SpanKind.SERVER)
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"
    assert told_trace(boxes) == f"00-{TRACE}-{span_id(span)}-01"


@pytest.mark.parametrize("given", ["", "nonsense", "00-" + "0" * 32 + "-b7ad6b7169203331-01"])
async def test_without_a_trace_that_can_be_read_a_new_one_begins(spans: InMemorySpanExporter, given: str) -> None:
    boxes = asking()
    assert await ask(boxes, traceparent=given) == 201
    (span,) = spans.get_finished_spans()
    assert span.parent is None
    assert span_id(span) in told_trace(boxes)


async def test_a_batch_links_to_the_story_of_each_of_its_records(spans: InMemorySpanExporter) -> None:
    store = MemoryStore()
    begin(store)
    traces = [f"{number:032x}" for number in range(1, 4)]
    records = [of_trace(raw(said(number), number), trace) for number, trace in enumerate(traces)]
    await hear(store, [*records, raw(said(3), 3)])
    assert notes(store) == {"ada": [0, 1, 2, 3]}
    (span,) = spans.get_finished_spans()
    assert (span.name, span.kind, dict(span.attributes or {})) == ("batch", SpanKind.CONSUMER, {"records": 4})
    assert [f"{link.context.trace_id:032x}" for link in span.links] == traces


def test_of_an_error_its_class_is_told_and_nobodys_words(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="5511987654321"), tracing.span("work"):
        raise ValueError("5511987654321 said hello")
    (span,) = spans.get_finished_spans()
    assert (span.status.status_code, span.status.description, span.events) == (StatusCode.ERROR, "ValueError", ())
    assert "5511987654321" not in span.to_json()


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({}, "off"),
        ({"OTEL_TRACES_EXPORTER": "none"}, "off"),
        ({"OTEL_TRACES_EXPORTER": "console", "OTEL_SDK_DISABLED": "true"}, "off"),
        ({"OTEL_TRACES_EXPORTER": "console"}, '"name": "work"'),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, "on"),
        ({"OTEL_TRACES_EXPORTER": "telegraph"}, "no exporter `telegraph` is installed"),
    ],
)
def test_the_standard_variables_switch_traces_on(told: dict[str, str], outcome: str) -> None:
    program = (
        "from recado_chassis import tracing\ntracing.configure('boxes')\nwith tracing.span('work'): pass\n"
        "print('on' if tracing.is_on() else 'off')"
    )
    done = subprocess.run([sys.executable, "-c", program], env=told, capture_output=True, text=True, check=False)
    assert outcome in done.stdout + done.stderr


def span_id(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.span_id:016x}"


def of_trace(record: Raw, trace: str) -> Raw:
    header = ("traceparent", f"00-{trace}-b7ad6b7169203331-01".encode())
    return Raw(record.topic, record.partition, record.offset, record.key, record.value, (*record.headers, header))


async def hear(store: MemoryStore, records: list[Raw]) -> None:
    service = Ear().service(store)
    decoder, assignment = Decoder(service.hears), Assignment()
    assignment.rows = rows_of(store)
    late = Late(service.streams, decoder, Nobody(), assignment)
    checks = Checks(store, decoder, lambda _: {MOUTH.name: "topic-id"}, service.streams.clock, assignment, late)
    async with asyncio.timeout(10):
        await Hearing(service.streams, decoder, assignment, checks, Pace(longest_wait=5.0)).hear(records)
