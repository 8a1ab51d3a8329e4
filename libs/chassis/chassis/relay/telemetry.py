"""What the relay tells about itself: one span for each sampled event, a few counters, and how much waits."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from kafka.errors import KafkaError
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.relay.outgoing import Backlog, Place, Row
from chassis.telemetry import meter, tracer

_PROPAGATOR: Final = TraceContextTextMapPropagator()
_SAMPLED: Final = 0x01
_KAFKA: Final = {"messaging.system": "kafka", "messaging.operation.name": "send", "messaging.operation.type": "send"}


class RelayTelemetry:
    """Spans and metrics of one relay.

    Attributes:
        backlog: What waits; the leader measures it, None elsewhere.
        leader: Whether this process holds the relay's lock.
    """

    def __init__(self) -> None:
        self.backlog: Backlog | None = None
        self.leader = False
        meters = meter()
        self._sent = meters.create_counter("yiwangban.relay.sent", "{event}")
        self._messages = meters.create_counter("messaging.client.sent.messages", "{message}")
        self._failures = meters.create_counter("yiwangban.relay.failures", "{failure}")
        self._lag = meters.create_histogram("yiwangban.relay.lag", "s")
        meters.create_observable_gauge("yiwangban.outbox.pending", [self._observe_pending], "{event}")
        meters.create_observable_gauge("yiwangban.outbox.age", [self._observe_age], "s")
        meters.create_observable_gauge("yiwangban.outbox.quarantined", [self._observe_quarantined], "{subject}")
        meters.create_observable_gauge("yiwangban.relay.leader", [self._observe_leader], "1")

    def start_send(self, row: Row) -> Span | None:
        """Open the event's ``send`` span under the context in which the event was made, if that is recorded."""
        if row.traceparent is None or not int(row.traceparent[-2:], 16) & _SAMPLED:
            return None
        return tracer().start_span(
            f"send {row.topic}",
            _PROPAGATOR.extract({"traceparent": row.traceparent}),
            SpanKind.PRODUCER,
            _KAFKA
            | {
                "messaging.destination.name": row.topic,
                "messaging.message.id": str(row.event_id),
                "messaging.message.body.size": len(row.body),
                "yiwangban.event.type": row.type,
                "yiwangban.event.sequence": row.sequence,
            },
        )

    def end_send(self, span: Span, metadata: Any) -> None:
        """Close it with the record's place; without one the send failed."""
        if metadata is None:
            span.set_status(Status(StatusCode.ERROR))
        else:
            span.set_attribute("messaging.destination.partition.id", str(metadata.partition))
            span.set_attribute("messaging.kafka.offset", metadata.offset)
        span.end()

    def sent(self, places: Sequence[Place]) -> None:
        """Count what was sent and marked, and how long it took since it was recorded."""
        now = datetime.now(UTC)
        for topic, count in Counter(place.row.topic for place in places).items():
            self._sent.add(count, {"yiwangban.topic": topic})
            self._messages.add(
                count,
                {
                    "messaging.system": "kafka",
                    "messaging.operation.name": "send",
                    "messaging.destination.name": topic,
                },
            )
        for place in places:
            lag = (now - place.row.recorded_at).total_seconds()
            self._lag.record(max(lag, 0.0), {"yiwangban.topic": place.row.topic})

    def failed(self, row: Row, error: KafkaError) -> None:
        """Count a send that wasn't acknowledged."""
        self._failures.add(1, {"yiwangban.topic": row.topic, "error.type": type(error).__name__})

    def _observe_pending(self, _options: CallbackOptions) -> Iterable[Observation]:
        return [] if self.backlog is None else [Observation(self.backlog.pending)]

    def _observe_age(self, _options: CallbackOptions) -> Iterable[Observation]:
        return [] if self.backlog is None else [Observation(self.backlog.age_s)]

    def _observe_quarantined(self, _options: CallbackOptions) -> Iterable[Observation]:
        held = {} if self.backlog is None else self.backlog.quarantined
        return [Observation(count, {"yiwangban.topic": topic}) for topic, count in held.items()]

    def _observe_leader(self, _options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(int(self.leader))]
