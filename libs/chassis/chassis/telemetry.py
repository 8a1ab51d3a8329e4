"""Traces, metrics and logs by OpenTelemetry's conventions. All their names stand in ``contracts/telemetry.yaml``.

What is exported where is the SDK's standard environment: ``OTEL_TRACES_EXPORTER``, ``OTEL_LOGS_EXPORTER``,
``OTEL_METRICS_EXPORTER`` (default: none), ``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_TRACES_SAMPLER`` and so on. Metrics
are always there in Prometheus' format, too.
"""

import os
import threading
import time
from functools import cache
from importlib.metadata import entry_points, version
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from prometheus_client import REGISTRY, generate_latest

from chassis.process.structured_logs import configure_logs
from chassis.settings import ALL_ROLES, Settings

SCOPE = "chassis"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
FLUSH_S = 3.0
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""Of every histogram in seconds, from a quick request to a timer that came an hour late; the SDK's are milliseconds."""

_OTLP_OVER = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}


class Telemetry:
    """The providers of this process. Flush them at its end: shutting them down could take half a minute."""

    def __init__(self, traces: TracerProvider, meters: MeterProvider, logs: LoggerProvider) -> None:
        self._providers = (traces, meters, logs)

    def flush(self) -> None:
        """Export what is waiting, within 3 s in all; what a collector that hangs hasn't taken by then is lost."""
        deadline = time.monotonic() + FLUSH_S
        # The SDK's own limits aren't kept by its batch processors: they wait for as long as their exporters do.
        flushing = [
            threading.Thread(target=provider.force_flush, name="flush", daemon=True) for provider in self._providers
        ]
        for thread in flushing:
            thread.start()
        for thread in flushing:
            thread.join(max(0.0, deadline - time.monotonic()))


_configured: Telemetry | None = None


def configure(settings: Settings) -> Telemetry:
    """Set the process' providers up; a second call gives the first one's, because OpenTelemetry's are global.

    Raises:
        ValueError: The environment names an exporter that isn't installed.
    """
    global _configured  # noqa: PLW0603  so are OpenTelemetry's providers
    if _configured is None:
        resource = _resource(settings)
        log_provider = _log_provider(resource)
        _configured = Telemetry(_tracer_provider(resource), _meter_provider(resource), log_provider)
        exported = bool(_exporter_names("logs"))
        configure_logs(
            settings.service, os.environ.get("LOG_LEVEL", "INFO").upper(), log_provider if exported else None
        )
    return _configured


def _resource(settings: Settings) -> Resource:
    roles = "all" if settings.roles == ALL_ROLES else "+".join(sorted(settings.roles))
    return Resource.create(
        {
            "service.name": settings.service,
            "service.namespace": "yiwangban",
            "service.instance.id": f"{settings.service}-{roles}-{settings.slot}",
            "service.version": version("yiwangban-chassis"),
            "deployment.environment.name": settings.environment,
        }
    )


@cache
def tracer() -> trace.Tracer:
    """Give the tracer for spans of the suite; made once, since making one costs as much as a span."""
    return trace.get_tracer(SCOPE)


def meter() -> metrics.Meter:
    """Give the meter for metrics of the suite."""
    return metrics.get_meter(SCOPE)


def prometheus_page() -> bytes:
    """Give all metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)


def _tracer_provider(resource: Resource) -> TracerProvider:
    exporters = _exporters("traces")
    # Without an exporter nobody will see a span: it only carries ids for logs and events, as an unsampled one does.
    sampler = None if exporters else ALWAYS_OFF
    provider = TracerProvider(sampler, resource, shutdown_on_exit=False)
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


def _meter_provider(resource: Resource) -> MeterProvider:
    readers: list[MetricReader] = [PrometheusMetricReader()]
    readers += [PeriodicExportingMetricReader(exporter) for exporter in _exporters("metrics")]
    seconds = ExplicitBucketHistogramAggregation(BUCKETS_S)
    views = [View(instrument_type=Histogram, instrument_unit="s", aggregation=seconds)]
    provider = MeterProvider(readers, resource, shutdown_on_exit=False, views=views)
    metrics.set_meter_provider(provider)
    return provider


def _log_provider(resource: Resource) -> LoggerProvider:
    provider = LoggerProvider(resource, shutdown_on_exit=False)
    for exporter in _exporters("logs"):
        provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    set_logger_provider(provider)
    return provider


def _exporter_names(signal: str) -> list[str]:
    names = [name.strip() for name in os.environ.get(f"OTEL_{signal.upper()}_EXPORTER", "").split(",")]
    return [name for name in names if name and name != "none" and not (signal == "metrics" and name == "prometheus")]


def _exporters(signal: str) -> list[Any]:
    """Load the exporters that the environment names, by the entry points that OpenTelemetry's packages declare."""
    exporters = []
    for name in _exporter_names(signal):
        entry = _otlp_entry(signal) if name == "otlp" else name
        found = list(entry_points(group=f"opentelemetry_{signal}_exporter", name=entry))
        if not found:
            raise ValueError(f"OTEL_{signal.upper()}_EXPORTER={name}: no installed package offers this exporter")
        exporters.append(found[0].load()())
    return exporters


def _otlp_entry(signal: str) -> str:
    general = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    protocol = os.environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL", general)
    return _OTLP_OVER.get(protocol, protocol)
