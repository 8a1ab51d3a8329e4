"""The consumers' edges of a trace, asserted on what OTLP carries, and their metrics by the names of the contract."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
import pytest
from chassis.envelope import Envelope
from chassis.testing.events import HAPPENED, event
from chassis.testing.otlp import Capture, capture_otlp
from chassis.worker import telemetry as consumer_telemetry
from chassis.worker.batch_store import Part, Record
from chassis.worker.inbox import Delivery, Outcome, Parked, Reason
from chassis.worker.logs import Log
from chassis.worker.telemetry import BatchTelemetry, ReactionTelemetry, observe_consumers
from chassis.worker.watchdog import Observation
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
SAMPLED = f"00-{TRACE}-{SPAN}-01"
UNSAMPLED = f"00-{TRACE}-{SPAN}-00"
LOG = Log("test.things.v1", UUID(int=7), 3)


class Scene:
    """Telemetry of this test's own, and what it exported."""

    def __init__(self, capture: Capture, provider: TracerProvider, reader: InMemoryMetricReader) -> None:
        self._capture = capture
        self._provider = provider
        self._reader = reader

    def spans(self) -> list[Any]:
        self._provider.force_flush()
        return self._capture.spans()

    def metrics(self) -> dict[str, list[tuple[dict[str, Any], Any]]]:
        data = self._reader.get_metrics_data()
        return {
            metric.name: [
                (dict(point.attributes or {}), getattr(point, "value", getattr(point, "count", None)))
                for point in metric.data.data_points
            ]
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with capture_otlp() as capture:
        provider = TracerProvider(resource=Resource({"service.name": "test"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{capture.endpoint}/v1/traces")))
        reader = InMemoryMetricReader()
        meters = MeterProvider([reader])
        monkeypatch.setattr(consumer_telemetry, "tracer", lambda: provider.get_tracer("test"))
        monkeypatch.setattr(consumer_telemetry, "meter", lambda: meters.get_meter("test"))
        yield Scene(capture, provider, reader)
        provider.shutdown()


def delivery_of(envelope: Envelope) -> Delivery:
    return Delivery(
        topic=LOG.topic,
        topic_uuid=LOG.topic_uuid,
        partition=3,
        offset=42,
        key=b"a",
        value=orjson.dumps(envelope.to_cloudevent()),
    )


def envelope_with(traceparent: str | None) -> Envelope:
    return Envelope.from_cloudevent(event("a", 5) | ({"traceparent": traceparent} if traceparent else {}))


def test_a_reactions_span_has_the_events_context_as_parent_and_as_link(scene: Scene) -> None:
    telemetry = ReactionTelemetry("note")
    telemetry.group = "test.note.1"
    envelope = envelope_with(SAMPLED)
    with telemetry.processing(delivery_of(envelope), envelope) as seen:
        seen.outcome = Outcome.APPLIED
    (span,) = scene.spans()
    assert (span.name, span.kind) == ("process test.things.v1", 5)
    assert (span.trace_id, span.parent_id) == (TRACE, SPAN)
    assert span.links == ((TRACE, SPAN),)
    assert span.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "test.things.v1",
        "messaging.destination.partition.id": "3",
        "messaging.kafka.offset": 42,
        "messaging.consumer.group.name": "test.note.1",
        "messaging.message.id": envelope.id,
        "yiwangban.consumer": "note",
        "yiwangban.event.type": HAPPENED,
        "yiwangban.event.sequence": 5,
        "yiwangban.outcome": "applied",
    }


def test_an_event_without_a_context_begins_a_trace(scene: Scene) -> None:
    envelope = envelope_with(None)
    with ReactionTelemetry("note").processing(delivery_of(envelope), envelope) as seen:
        seen.outcome = Outcome.DUPLICATE
    (span,) = scene.spans()
    assert span.parent_id == ""
    assert span.links == ()


def test_a_failed_event_marks_its_span_and_counts_as_parked(scene: Scene) -> None:
    envelope = envelope_with(SAMPLED)
    with ReactionTelemetry("note").processing(delivery_of(envelope), envelope) as seen:
        seen.outcome, seen.reason, seen.error = Outcome.PARKED, Reason.FAILED, "ValueError"
    (span,) = scene.spans()
    assert span.status == 2
    assert span.attributes["error.type"] == "ValueError"
    parked = scene.metrics()["yiwangban.inbox.parked"]
    assert parked == [({"yiwangban.consumer": "note", "yiwangban.reason": "failed"}, 1)]


@pytest.mark.parametrize(
    ("outcome", "handled", "metric", "attributes"),
    [
        (Outcome.APPLIED, True, "yiwangban.inbox.applied", {"yiwangban.event.type": HAPPENED}),
        (Outcome.APPLIED, False, "yiwangban.inbox.ignored", {}),
        (Outcome.DUPLICATE, True, "yiwangban.inbox.duplicates", {}),
    ],
)
def test_each_outcome_is_counted(
    scene: Scene,
    outcome: Outcome,
    handled: bool,  # noqa: FBT001
    metric: str,
    attributes: dict[str, str],
) -> None:
    envelope = envelope_with(None)
    with ReactionTelemetry("note").processing(delivery_of(envelope), envelope) as seen:
        seen.outcome, seen.handled = outcome, handled
    metrics = scene.metrics()
    assert metrics[metric] == [({"yiwangban.consumer": "note", **attributes}, 1)]
    assert metrics["messaging.client.consumed.messages"][0][1] == 1
    assert metrics["messaging.process.duration"][0][1] == 1


def test_what_lies_parked_is_shown_by_reason(scene: Scene) -> None:
    ReactionTelemetry("note").standing({Reason.GAP: Parked(3, 61.5), Reason.FAILED: Parked()})
    metrics = scene.metrics()
    gap = {"yiwangban.consumer": "note", "yiwangban.reason": "gap"}
    assert (gap, 3) in metrics["yiwangban.parked.count"]
    assert (gap, 61.5) in metrics["yiwangban.parked.oldest"]


def part_of(*traceparents: str | None) -> Part:
    records = [
        Record(n, 0, b"a", orjson.dumps(event("a", n + 1) | ({"traceparent": of} if of else {})), ())
        for n, of in enumerate(traceparents)
    ]
    return Part(LOG, 0, records)


def test_a_batch_links_to_what_was_sampled_and_gives_each_such_record_a_span(scene: Scene) -> None:
    with BatchTelemetry("keep", "test.keep").storing([part_of(SAMPLED, UNSAMPLED, None, SAMPLED)]):
        pass
    spans = scene.spans()
    (batch,) = (span for span in spans if span.trace_id != TRACE)
    records = [span for span in spans if span.trace_id == TRACE]
    assert batch.name == "process test.things.v1"
    assert batch.attributes["messaging.batch.message_count"] == 4
    assert batch.links == ((TRACE, SPAN), (TRACE, SPAN))
    assert [span.attributes["messaging.kafka.offset"] for span in records] == [0, 3]
    assert {(span.name, span.parent_id, span.links) for span in records} == {
        ("process test.things.v1", SPAN, ((TRACE, SPAN),))
    }


def test_a_large_batch_links_to_128_records_and_leaves_none_without_its_span(scene: Scene) -> None:
    with BatchTelemetry("keep", "test.keep").storing([part_of(*[SAMPLED] * 200)]):
        pass
    spans = scene.spans()
    (batch,) = (span for span in spans if span.trace_id != TRACE)
    assert len(batch.links) == 128
    assert len(spans) == 201


def test_records_that_hold_anything_at_all_cost_no_batch_its_spans(scene: Scene) -> None:
    values = [None, b"", b'"traceparent":"', b'"traceparent":"00-zz-01"', b'"traceparent":"' + b"\xff" * 52 + b"-01"]
    part = Part(LOG, 0, [Record(n, 0, None, value, ()) for n, value in enumerate(values)])
    with BatchTelemetry("keep", "test.keep").storing([part, part_of(SAMPLED)]):
        pass
    assert len(scene.spans()) == 2


def test_a_batch_of_which_nobody_keeps_a_trace_has_no_span_that_would_tell_when_it_came(scene: Scene) -> None:
    with BatchTelemetry("keep", "test.keep").storing([part_of(UNSAMPLED, None)]):
        pass
    assert scene.spans() == []


def test_a_batch_counts_its_records_and_shows_where_it_stands(scene: Scene) -> None:
    telemetry = BatchTelemetry("keep", "test.keep")
    with telemetry.storing([part_of(None, None)]):
        pass
    telemetry.standing(LOG, position=2)
    telemetry.fenced()
    metrics = scene.metrics()
    place = {"yiwangban.consumer": "keep", "yiwangban.topic": LOG.topic, "yiwangban.partition": 3}
    assert metrics["yiwangban.batch.records"][0][1] == 2
    assert metrics["yiwangban.batch.position"] == [(place, 2)]
    assert metrics["yiwangban.batch.fenced"] == [({"yiwangban.consumer": "keep"}, 1)]


def test_consumers_tell_how_far_they_are_behind_and_for_how_long_they_have_stood(scene: Scene) -> None:
    seen = Observation(lag={("pre.test.things.v1", 3): 5, ("pre.test.things.v1", 4): -1}, standing_s=7.0)
    consumers: Any = [
        SimpleNamespace(name="batch keep", watchdog=SimpleNamespace(observation=seen)),
        SimpleNamespace(name="reaction open-draft", watchdog=SimpleNamespace(observation=Observation())),
    ]
    observe_consumers(consumers, "pre.")
    metrics = scene.metrics()
    place = {"yiwangban.consumer": "keep", "yiwangban.topic": LOG.topic}
    assert metrics["yiwangban.consumer.lag"] == [
        (place | {"yiwangban.partition": 3}, 5),
        (place | {"yiwangban.partition": 4}, 0),
    ]
    assert metrics["yiwangban.consumer.standing"] == [
        ({"yiwangban.consumer": "keep"}, 7.0),
        ({"yiwangban.consumer": "open-draft"}, 0.0),
    ]
