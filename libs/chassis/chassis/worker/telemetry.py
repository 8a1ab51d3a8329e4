"""Spans and metrics of both kinds of consumer. Their names stand in ``contracts/telemetry.yaml``."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final, Protocol

from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.envelope import Envelope
from chassis.telemetry import meter, tracer
from chassis.worker.batch_store import Part, Record
from chassis.worker.inbox import Delivery, Outcome, Parked, Reason
from chassis.worker.logs import Log
from chassis.worker.watchdog import Watchdog

MOST_LINKS: Final = 128
"""What the SDK keeps of a span's links."""

_W3C = TraceContextTextMapPropagator()
_MARK: Final = b'"traceparent":"'
_TRACEPARENT_BYTES: Final = 55
_SYSTEM: Final = {"messaging.system": "kafka"}
_PROCESS: Final = {**_SYSTEM, "messaging.operation.name": "process", "messaging.operation.type": "process"}


@dataclass(slots=True)
class Processing:
    """What is known about a record once it has been processed."""

    outcome: Outcome | None = None
    handled: bool = True
    reason: Reason | None = None
    error: str | None = None


class ReactionTelemetry:
    """Reports what a reaction does with each record."""

    def __init__(self, consumer: str) -> None:
        """Name the instruments.

        Args:
            consumer: The reaction's name.
        """
        self.group = consumer
        self._consumer = {"yiwangban.consumer": consumer}
        of = meter()
        self._consumed = of.create_counter("messaging.client.consumed.messages", unit="{message}")
        self._duration = of.create_histogram("messaging.process.duration", unit="s")
        self._applied = of.create_counter("yiwangban.inbox.applied", unit="{event}")
        self._duplicates = of.create_counter("yiwangban.inbox.duplicates", unit="{event}")
        self._ignored = of.create_counter("yiwangban.inbox.ignored", unit="{event}")
        self._parked = of.create_counter("yiwangban.inbox.parked", unit="{event}")
        self._parked_now = of.create_gauge("yiwangban.parked.count", unit="{event}")
        self._oldest = of.create_gauge("yiwangban.parked.oldest", unit="s")

    @contextmanager
    def processing(self, delivery: Delivery, envelope: Envelope | None) -> Iterator[Processing]:
        """Surround the processing of one record with its span; its parent is the context that the event was made in."""
        origin = None if envelope is None else _context(envelope.traceparent)
        started, processing = time.monotonic(), Processing()
        with tracer().start_as_current_span(
            f"process {delivery.topic}",
            context=origin,
            kind=SpanKind.CONSUMER,
            links=[] if origin is None else [Link(trace.get_current_span(origin).get_span_context())],
            attributes=self._attributes(delivery, envelope),
        ) as span:
            yield processing
            self._report(span, processing, delivery, envelope, time.monotonic() - started)

    def standing(self, parked: Mapping[Reason, Parked]) -> None:
        """Report what is set aside now."""
        for reason, of in parked.items():
            attributes = {**self._consumer, "yiwangban.reason": reason.value}
            self._parked_now.set(of.records, attributes)
            self._oldest.set(of.oldest_s, attributes)

    def _attributes(self, delivery: Delivery, envelope: Envelope | None) -> dict[str, str | int]:
        attributes: dict[str, str | int] = {
            **_PROCESS,
            **self._consumer,
            "messaging.destination.name": delivery.topic,
            "messaging.destination.partition.id": str(delivery.partition),
            "messaging.kafka.offset": delivery.offset,
            "messaging.consumer.group.name": self.group,
        }
        if envelope is not None:
            attributes["messaging.message.id"] = envelope.id
            attributes["yiwangban.event.type"] = envelope.type
            attributes["yiwangban.event.sequence"] = envelope.sequence
        return attributes

    def _report(
        self, span: Span, processing: Processing, delivery: Delivery, envelope: Envelope | None, seconds: float
    ) -> None:
        metered = {
            **_SYSTEM,
            "messaging.destination.name": delivery.topic,
            "messaging.consumer.group.name": self.group,
        }
        if processing.outcome is not None:
            span.set_attribute("yiwangban.outcome", processing.outcome.value)
        if processing.error is not None:
            metered["error.type"] = processing.error
            span.set_attribute("error.type", processing.error)
            span.set_status(Status(StatusCode.ERROR))
        self._consumed.add(1, metered)
        self._duration.record(seconds, metered)
        match processing.outcome:
            case Outcome.APPLIED if envelope is not None and processing.handled:
                self._applied.add(1, {**self._consumer, "yiwangban.event.type": envelope.type})
            case Outcome.APPLIED:
                self._ignored.add(1, self._consumer)
            case Outcome.DUPLICATE:
                self._duplicates.add(1, self._consumer)
            case Outcome.PARKED | Outcome.INVALID if processing.reason is not None:
                self._parked.add(1, {**self._consumer, "yiwangban.reason": processing.reason.value})


class BatchTelemetry:
    """Reports what a batch consumer stores."""

    def __init__(self, consumer: str, group: str) -> None:
        """Name the instruments.

        Args:
            consumer: The batch's name.
            group: Its consumer group.
        """
        self._consumer = {"yiwangban.consumer": consumer}
        self._group = {"messaging.consumer.group.name": group}
        of = meter()
        self._consumed = of.create_counter("messaging.client.consumed.messages", unit="{message}")
        self._duration = of.create_histogram("messaging.process.duration", unit="s")
        self._records = of.create_counter("yiwangban.batch.records", unit="{record}")
        self._fenced = of.create_counter("yiwangban.batch.fenced", unit="{batch}")
        self._position = of.create_gauge("yiwangban.batch.position", unit="{offset}")

    @contextmanager
    def storing(self, parts: Sequence[Part]) -> Iterator[None]:
        """Surround the storing of one batch with its span, and give each sampled record of it a span of its own.

        A batch of which no record's trace is kept has no span either: its time alone could tell of somebody.
        """
        name = (
            parts[0].log.topic if len({part.log.topic for part in parts}) == 1 else self._consumer["yiwangban.consumer"]
        )
        started = time.monotonic()
        records = self._start_spans(parts)
        try:
            with self._span(name, parts, [parent for _, parent in records]) if records else nullcontext():
                yield
        finally:
            for span, _ in records:
                span.end()
        seconds = time.monotonic() - started
        for part in parts:
            topic = {"messaging.destination.name": part.log.topic}
            self._consumed.add(len(part.records), {**_SYSTEM, **self._group, **topic})
            self._records.add(len(part.records), {**self._consumer, "yiwangban.topic": part.log.topic})
        self._duration.record(seconds, {**_SYSTEM, **self._group, "messaging.destination.name": name})

    def fenced(self) -> None:
        """Count a batch that was given up because another process had advanced the position."""
        self._fenced.add(1, self._consumer)

    def standing(self, log: Log, *, position: int) -> None:
        """Report where the consumer stands in a log."""
        attributes: dict[str, str | int] = {**self._consumer, "yiwangban.topic": log.topic}
        self._position.set(position, attributes | {"yiwangban.partition": log.partition})

    def _span(self, name: str, parts: Sequence[Part], parents: Sequence[SpanContext]) -> AbstractContextManager[Span]:
        return tracer().start_as_current_span(
            f"process {name}",
            context=Context(),
            kind=SpanKind.CONSUMER,
            links=[Link(parent) for parent in parents[:MOST_LINKS]],
            attributes={
                **_PROCESS,
                **self._consumer,
                **self._group,
                "messaging.destination.name": name,
                "messaging.batch.message_count": sum(len(part.records) for part in parts),
            },
        )

    def _start_spans(self, parts: Sequence[Part]) -> list[tuple[Span, SpanContext]]:
        """Start a span for each sampled record; give it with its parent."""
        started: list[tuple[Span, SpanContext]] = []
        for log, record, context in _sampled(parts):
            parent = trace.get_current_span(context).get_span_context()
            span = tracer().start_span(
                f"process {log.topic}",
                context=context,
                kind=SpanKind.CONSUMER,
                links=[Link(parent)],
                attributes={
                    **_PROCESS,
                    **self._consumer,
                    **self._group,
                    "messaging.destination.name": log.topic,
                    "messaging.destination.partition.id": str(log.partition),
                    "messaging.kafka.offset": record.offset,
                },
            )
            if not span.is_recording():  # this process exports no traces
                break
            started.append((span, parent))
        return started


class Watched(Protocol):
    """A consumer of either kind, looked at by its watchdog."""

    @property
    def name(self) -> str:
        """Its kind and its name."""
        ...

    @property
    def watchdog(self) -> Watchdog:
        """What looks at it."""
        ...


def observe_consumers(consumers: Sequence[Watched], topic_prefix: str) -> None:
    """Report whenever metrics are collected what each consumer's watchdog saw last.

    Args:
        consumers: All of the process.
        topic_prefix: What is put before each topic's name on the broker.
    """
    watchdogs = {consumer.name.partition(" ")[2]: consumer.watchdog for consumer in consumers}

    def lag(_: CallbackOptions) -> Iterator[metrics.Observation]:
        for name, watchdog in watchdogs.items():
            for (topic, partition), records in watchdog.observation.lag.items():
                place: dict[str, str | int] = {"yiwangban.topic": topic.removeprefix(topic_prefix)}
                place["yiwangban.partition"] = partition
                yield metrics.Observation(max(0, records), {"yiwangban.consumer": name, **place})

    def standing(_: CallbackOptions) -> Iterator[metrics.Observation]:
        for name, watchdog in watchdogs.items():
            yield metrics.Observation(watchdog.observation.standing_s, {"yiwangban.consumer": name})

    meter().create_observable_gauge("yiwangban.consumer.lag", [lag], "{record}")
    meter().create_observable_gauge("yiwangban.consumer.standing", [standing], "s")


def _context(traceparent: str | None) -> Context | None:
    """Read a W3C context; None if there is none, or none that is valid."""
    context = _W3C.extract({} if traceparent is None else {"traceparent": traceparent}, Context())
    return context if trace.get_current_span(context).get_span_context().is_valid else None


def _sampled(parts: Sequence[Part]) -> Iterator[tuple[Log, Record, Context]]:
    """Find the records whose trace was sampled, without parsing them: the attribute has one form on the wire."""
    for part in parts:
        for record in part.records:
            value = record.value or b""
            start = value.find(_MARK) + len(_MARK)
            traceparent = value[start : start + _TRACEPARENT_BYTES]
            if start >= len(_MARK) and traceparent.endswith(b"-01"):
                context = _context(traceparent.decode("ascii", "replace"))
                if context is not None:
                    yield part.log, record, context
