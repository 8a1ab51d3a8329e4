"""Captures what a process exports over OTLP/HTTP, so that tests can assert on each edge of a trace."""

import gzip
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from chassis.testing.waiting import eventually_sync

_DECOMPRESS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedSpan:
    """A span as it arrived. Ids are lower-case hexadecimal, as in a ``traceparent``."""

    service: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[tuple[str, str], ...]
    attributes: dict[str, Any]
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedLog:
    """A log record as it arrived."""

    service: str
    severity: str
    body: Any
    trace_id: str
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedMetric:
    """A metric as it arrived; ``kind`` is counter, updowncounter, gauge or histogram."""

    name: str
    kind: str
    unit: str
    attributes: frozenset[str]


class Capture:
    """What has arrived so far; safe to read while more arrives."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self._lock = threading.Lock()
        self._spans: list[CapturedSpan] = []
        self._logs: list[CapturedLog] = []
        self._metrics: set[CapturedMetric] = set()
        self._resource: set[str] = set()

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make a process export here, soon."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_TRACES_EXPORTER": "otlp",
            "OTEL_LOGS_EXPORTER": "otlp",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "OTEL_BLRP_SCHEDULE_DELAY": "100",
        }

    def spans(self, name: str | None = None, *, service: str | None = None) -> list[CapturedSpan]:
        """Give the spans, or those of a name or a service."""
        with self._lock:
            return [
                span
                for span in self._spans
                if (name is None or span.name == name) and (service is None or span.service == service)
            ]

    def edges(self, trace_id: str) -> set[tuple[str, str]]:
        """Give each parent and child of a trace, as ``service: span name``; the root's parent is empty.

        A span whose parent hasn't come (yet) is a child of ``?``.
        """
        spans = {span.span_id: span for span in self.spans() if span.trace_id == trace_id}
        named = {id_: f"{span.service}: {span.name}" for id_, span in spans.items()} | {"": ""}
        return {(named.get(span.parent_id, "?"), named[id_]) for id_, span in spans.items()}

    def logs(self) -> list[CapturedLog]:
        """Give the log records."""
        with self._lock:
            return list(self._logs)

    def metrics(self) -> set[CapturedMetric]:
        """Give the metrics, each as often as it came with other attributes."""
        with self._lock:
            return set(self._metrics)

    def resource(self) -> set[str]:
        """Give the names of the attributes by which processes named themselves."""
        with self._lock:
            return set(self._resource)

    def span(self, name: str, *, service: str | None = None, within: float = 10.0) -> CapturedSpan:
        """Wait for a span and give the first one.

        Raises:
            NeverHappenedError: None has come in time.
        """
        return eventually_sync(
            lambda: self.spans(name, service=service), within=within, that=f"a span {name!r} arrives"
        )[0]

    def receive(self, path: str, body: bytes) -> None:
        """Take in one export request."""
        match path:
            case "/v1/traces":
                self._receive_spans(ExportTraceServiceRequest.FromString(body))
            case "/v1/logs":
                self._receive_logs(ExportLogsServiceRequest.FromString(body))
            case "/v1/metrics":
                self._receive_metrics(ExportMetricsServiceRequest.FromString(body))

    def _receive_spans(self, request: ExportTraceServiceRequest) -> None:
        spans = [
            CapturedSpan(
                service=_attributes(resource.resource.attributes).get("service.name", ""),
                name=span.name,
                kind=span.kind,
                trace_id=span.trace_id.hex(),
                span_id=span.span_id.hex(),
                parent_id=span.parent_span_id.hex(),
                links=tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
                attributes=_attributes(span.attributes),
                status=span.status.code,
            )
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        with self._lock:
            self._spans += spans

    def _receive_logs(self, request: ExportLogsServiceRequest) -> None:
        logs = [
            CapturedLog(
                service=_attributes(resource.resource.attributes).get("service.name", ""),
                severity=record.severity_text,
                body=_value(record.body),
                trace_id=record.trace_id.hex(),
                attributes=_attributes(record.attributes),
            )
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]
        with self._lock:
            self._logs += logs

    def _receive_metrics(self, request: ExportMetricsServiceRequest) -> None:
        metrics = {
            CapturedMetric(
                name=metric.name,
                kind=_kind(metric),
                unit=metric.unit,
                attributes=frozenset(pair.key for pair in point.attributes),
            )
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            for point in getattr(metric, str(metric.WhichOneof("data"))).data_points
        }
        with self._lock:
            self._metrics |= metrics
            for resource in request.resource_metrics:
                self._resource |= {pair.key for pair in resource.resource.attributes}


@contextmanager
def capture_otlp() -> Iterator[Capture]:
    """Listen on a free port of this machine while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers["Content-Length"]
            body = self.rfile.read(int(length)) if length else b"".join(self._chunks())
            capture.receive(self.path, _DECOMPRESS[self.headers.get("Content-Encoding", "identity")](body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _chunks(self) -> Iterator[bytes]:
            """Read a body of unknown length (RFC 9112, section 7.1), as Envoy's exporter sends it."""
            while size := int(self.rfile.readline(), 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it
            """Say nothing: each request would be a line."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    capture = Capture(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield capture
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()


def _kind(metric: Metric) -> str:
    kind = str(metric.WhichOneof("data"))
    if kind == "sum":
        return "counter" if metric.sum.is_monotonic else "updowncounter"
    return kind


def _attributes(pairs: "list[KeyValue]") -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    return getattr(value, kind)
