"""The comparison notices what isn't declared."""

from chassis.testing.otlp import Capture, capture_otlp
from opentelemetry._logs import SeverityNumber
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
from opentelemetry.trace import SpanKind

from tests.observability import exports


def tell(capture: Capture) -> None:
    """Export something of each kind that is declared, and something that isn't."""
    resource = Resource({"service.name": "petition", "host.name": "h"})
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{capture.endpoint}/v1/traces")))
    tracer = traces.get_tracer("test")
    for name, kind, attributes in (
        ("GET /v1/petitions/{id}", SpanKind.SERVER, {"http.route": "/v1/petitions/{id}", "http.url": "/?q=x"}),
        ("create petition.petitions.v1", SpanKind.PRODUCER, {"yiwangban.event.type": "t"}),
        ("create petition.petitions.v1", SpanKind.CONSUMER, {}),
        ("SELECT", SpanKind.CLIENT, {}),
    ):
        tracer.start_span(name, kind=kind, attributes=attributes).end()
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{capture.endpoint}/v1/metrics"))
    meters = MeterProvider([reader], resource)
    meter = meters.get_meter("test")
    meter.create_counter("yiwangban.relay.sent", "{event}").add(1, {"yiwangban.topic": "t", "yiwangban.subject": "s"})
    meter.create_gauge("yiwangban.relay.leader", "s").set(1)
    meter.create_gauge("other", "1").set(1)
    meters.shutdown()
    logger = LoggerProvider(resource)
    logger.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(endpoint=f"{capture.endpoint}/v1/logs")))
    logger.get_logger("test").emit(
        severity_number=SeverityNumber.INFO, body="hello", attributes={"yiwangban.topic": "t", "name": "n"}
    )


def test_what_is_not_declared_is_noticed_by_name_kind_unit_and_attribute() -> None:
    with capture_otlp() as capture:
        tell(capture)
    assert exports.spans(capture) == {
        "GET /v1/petitions/{id}: http.url",
        "consumer create petition.petitions.v1",
        "client SELECT",
    }
    assert exports.metrics(capture) == {
        "yiwangban.relay.sent: yiwangban.subject",
        "yiwangban.relay.leader (gauge, s)",
        "other (gauge, 1)",
    }
    assert exports.logs(capture) == {"hello: name"}
    assert exports.resource(capture) == {"host.name"}
