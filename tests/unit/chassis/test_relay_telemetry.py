"""The relay's span continues the trace in which the event was made."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from chassis.relay.outgoing import Row
from chassis.relay.telemetry import RelayTelemetry
from kafka.producer.future import RecordMetadata
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr("chassis.relay.telemetry.tracer", lambda: provider.get_tracer("test"))
    return spans


def row(traceparent: str | None) -> Row:
    return Row(datetime.now(UTC), 1, uuid4(), "things.v1", "a", 7, "t", b"{}", traceparent)


@pytest.mark.parametrize("flags", ["01", "03"])
def test_a_sampled_event_gets_a_send_span_under_its_origin(exporter: InMemorySpanExporter, flags: str) -> None:
    telemetry = RelayTelemetry()
    span = telemetry.start_send(row(f"00-{TRACE}-{SPAN}-{flags}"))
    assert span is not None
    telemetry.end_send(span, RecordMetadata("t", 5, None, 42, 0, None, 0, 0, 0))
    (sent,) = exporter.get_finished_spans()
    assert sent.name == "send things.v1"
    assert sent.kind is SpanKind.PRODUCER
    assert sent.parent is not None
    assert (f"{sent.parent.trace_id:032x}", f"{sent.parent.span_id:016x}") == (TRACE, SPAN)
    assert sent.attributes is not None
    assert sent.attributes["messaging.destination.partition.id"] == "5"
    assert sent.attributes["messaging.kafka.offset"] == 42
    assert sent.attributes["yiwangban.event.sequence"] == 7


@pytest.mark.parametrize("traceparent", [None, f"00-{TRACE}-{SPAN}-00"])
def test_an_event_that_is_not_sampled_costs_no_span(exporter: InMemorySpanExporter, traceparent: str | None) -> None:
    assert RelayTelemetry().start_send(row(traceparent)) is None
    assert exporter.get_finished_spans() == ()


def test_a_send_that_failed_says_so(exporter: InMemorySpanExporter) -> None:
    telemetry = RelayTelemetry()
    span = telemetry.start_send(row(f"00-{TRACE}-{SPAN}-01"))
    assert span is not None
    telemetry.end_send(span, None)
    (sent,) = exporter.get_finished_spans()
    assert sent.status.status_code is StatusCode.ERROR
