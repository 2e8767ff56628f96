"""Traces, by the standard variables of OpenTelemetry; off unless OTEL_TRACES_EXPORTER names an exporter.

Every record carries the `traceparent` of what began its story, so that a trace goes through Kafka; a batch has one span
that links to the stories of its records. Attributes and statuses hold ids and words of ours, never a person's data.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from itertools import islice

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NoOpTracer, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from recado_chassis.settings import InvalidSettings

EXPORTER = "OTEL_TRACES_EXPORTER"
MOST_LINKS = 64

_GROUP = "opentelemetry_traces_exporter"
_OTLP = {"grpc": "otlp_proto_grpc", "http/protobuf": "otlp_proto_http"}
_W3C = TraceContextTextMapPropagator()
_tracer: Tracer = NoOpTracer()


def configure(service: str) -> None:
    """Once a process. Name, sampling, endpoint and limits are OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER,
    OTEL_EXPORTER_OTLP_ENDPOINT and their like. Raises InvalidSettings for an exporter that is not installed."""
    name = os.environ.get(EXPORTER, "none")
    if name == "none" or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    if name == "otlp":
        name = _OTLP.get(os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", ""), "otlp_proto_http")
    found = {entry.name: entry for entry in entry_points(group=_GROUP)}
    if name not in found:
        raise InvalidSettings(f"{EXPORTER}: no exporter `{name}` is installed; there are: {', '.join(sorted(found))}")
    provider = TracerProvider(resource=Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", service)}))
    provider.add_span_processor(BatchSpanProcessor(found[name].load()()))
    use(provider)


def use(provider: trace.TracerProvider | None) -> None:
    """From now on spans go there; with None nowhere."""
    global _tracer  # noqa: PLW0603 - as the library has it: one tracer a process
    _tracer = provider.get_tracer("recado") if provider is not None else NoOpTracer()


def is_on() -> bool:
    return not isinstance(_tracer, NoOpTracer)


@contextmanager
def span(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    *,
    within: str | None = None,
    links: Iterable[str | None] = (),
    **attributes: str | int,
) -> Iterator[Span]:
    """A span of the story that `within`, a traceparent, belongs to; a story of its own where none is given.

    Of an error its class is told, and not its message.
    """
    if not is_on():
        yield trace.INVALID_SPAN
        return
    linked = [Link(told) for each in islice(dict.fromkeys(links), MOST_LINKS) if (told := _context(each)) is not None]
    parent = _W3C.extract({"traceparent": within}, Context()) if within else Context()
    with _tracer.start_as_current_span(
        name, parent, kind, attributes, linked, record_exception=False, set_status_on_exception=False
    ) as begun:
        try:
            yield begun
        except BaseException as error:
            begun.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def traceparent_of(begun: Span) -> str | None:
    """What to pass on so that others go on in this span's trace; None while traces are off."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, trace.set_span_in_context(begun, Context()))
    return carrier.get("traceparent")


def _context(traceparent: str | None) -> trace.SpanContext | None:
    if traceparent is None:
        return None
    told = trace.get_current_span(_W3C.extract({"traceparent": traceparent}, Context())).get_span_context()
    return told if told.is_valid else None
