"""Where the gateway's traces go. It starts each trace, so that it also decides which ones are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SERVICE = "gateway"
CLUSTER = "traces"
EXTENSIONS = "type.googleapis.com/envoy.config.trace.v3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Where they go; without either address nothing is traced.

    Attributes:
        otlp: Base address of a collector that speaks OTLP over HTTP.
        zipkin: Address of Zipkin's collector; counts if there is no other.
        sampled: Share of the requests whose trace is kept, from 0 to 1.
    """

    otlp: str = ""
    zipkin: str = ""
    sampled: float = 1.0

    def __bool__(self) -> bool:
        return bool(self.address)

    @property
    def address(self) -> str:
        """Where spans are posted."""
        return f"{self.otlp.rstrip('/')}/v1/traces" if self.otlp else self.zipkin

    @property
    def secure(self) -> bool:
        """Whether TLS leads there."""
        return urlsplit(self.address).scheme == "https"

    @property
    def host(self) -> tuple[str, int]:
        """Host and port of the address."""
        parts = urlsplit(self.address)
        return parts.hostname or "", parts.port or (443 if self.secure else 80)

    def provider(self) -> Mapping[str, Any]:
        """Give Envoy's tracer. Zipkin's hands the context on in both forms; services read W3C's."""
        posting = {"http_uri": {"uri": self.address, "cluster": CLUSTER, "timeout": "2s"}}
        if self.otlp:
            name, kind = "opentelemetry", "OpenTelemetryConfig"
            config: dict[str, Any] = {"service_name": SERVICE, "http_service": posting}
        else:
            name, kind = "zipkin", "ZipkinConfig"
            config = {
                "collector_service": posting,
                "collector_endpoint_version": "HTTP_JSON",
                "trace_id_128bit": True,
                "shared_span_context": False,
                "trace_context_option": "USE_B3_WITH_W3C_PROPAGATION",
            }
        return {"name": f"envoy.tracers.{name}", "typed_config": {"@type": f"{EXTENSIONS}.{kind}", **config}}
