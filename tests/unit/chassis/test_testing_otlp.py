"""The capture sees what the SDK's own OTLP exporters send."""

from collections.abc import Iterator

import pytest
from chassis.testing.otlp import Capture, capture_otlp
from opentelemetry import trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

RESOURCE = Resource({"service.name": "test"})


@pytest.fixture
def capture() -> Iterator[Capture]:
    with capture_otlp() as capture:
        yield capture


@pytest.mark.parametrize("compression", list(Compression))
def test_a_span_arrives_with_its_parent_links_and_attributes(capture: Capture, compression: Compression) -> None:
    provider = TracerProvider(resource=RESOURCE)
    exporter = OTLPSpanExporter(endpoint=f"{capture.endpoint}/v1/traces", compression=compression)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("outer") as outer:
        link = trace.Link(outer.get_span_context())
        with tracer.start_as_current_span("inner", links=[link], attributes={"n": 7, "list": ["a", "b"]}):
            pass
    inner = capture.span("inner", service="test")
    assert inner.parent_id == capture.span("outer").span_id
    assert inner.links == ((inner.trace_id, inner.parent_id),)
    assert inner.attributes == {"n": 7, "list": ["a", "b"]}
    assert capture.spans("inner", service="another") == []
    assert capture.edges(inner.trace_id) == {("", "test: outer"), ("test: outer", "test: inner")}


def test_a_span_whose_parent_is_missing_is_somebodys_child_all_the_same(capture: Capture) -> None:
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{capture.endpoint}/v1/traces")))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("outer"), tracer.start_as_current_span("inner", end_on_exit=False) as inner:
        inner.end()
        trace_id = capture.span("inner").trace_id
        assert capture.edges(trace_id) == {("?", "test: inner")}


def test_a_log_record_arrives_with_its_trace(capture: Capture) -> None:
    provider = LoggerProvider(RESOURCE)
    provider.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(endpoint=f"{capture.endpoint}/v1/logs")))
    with TracerProvider().get_tracer("test").start_as_current_span("outer") as span:
        provider.get_logger("test").emit(severity_number=SeverityNumber.INFO, severity_text="INFO", body="hello")
    (record,) = capture.logs()
    assert (record.service, record.severity, record.body) == ("test", "INFO", "hello")
    assert record.trace_id == f"{span.get_span_context().trace_id:032x}"


def test_a_metric_arrives_with_its_kind_unit_and_attributes(capture: Capture) -> None:
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{capture.endpoint}/v1/metrics"))
    provider = MeterProvider([reader], resource=RESOURCE)
    meter = provider.get_meter("test")
    meter.create_counter("things", "{thing}").add(1, {"colour": "blue"})
    meter.create_up_down_counter("balance").add(-1)
    meter.create_gauge("level").set(1)
    meter.create_histogram("time", "s").record(1)
    provider.force_flush()
    assert {(metric.name, metric.kind, metric.unit, metric.attributes) for metric in capture.metrics()} == {
        ("things", "counter", "{thing}", frozenset({"colour"})),
        ("balance", "updowncounter", "", frozenset()),
        ("level", "gauge", "", frozenset()),
        ("time", "histogram", "s", frozenset()),
    }
    assert capture.resource() == {"service.name"}
    provider.shutdown()
