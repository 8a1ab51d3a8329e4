"""What a process reports about its parts is what its readiness page says."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from chassis.process import measures
from chassis.process.health import Status
from chassis.process.measures import Readiness
from chassis.testing.waiting import eventually
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, NumberDataPoint


@dataclass
class Part:
    name: str
    ready: bool

    async def check(self) -> Status:
        return Status(ready=self.ready)


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[object, int | float]]:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    monkeypatch.setattr(measures, "meter", lambda: provider.get_meter("test"))
    monkeypatch.setattr(measures, "LOOK_EVERY_S", 0.01)

    def read() -> dict[object, int | float]:
        data = reader.get_metrics_data()
        metrics = (
            [each for one in data.resource_metrics for scope in one.scope_metrics for each in scope.metrics]
            if data
            else []
        )
        points = [
            point for metric in metrics if metric.name == "yiwangban.part.ready" for point in metric.data.data_points
        ]
        return {
            (point.attributes or {})["yiwangban.part"]: point.value
            for point in points
            if isinstance(point, NumberDataPoint)
        }

    return read


async def test_each_part_is_reported_as_it_was_seen_last(reported: Callable[[], dict[object, int | float]]) -> None:
    relay, database = Part("relay", ready=True), Part("database", ready=True)
    readiness = Readiness([database, relay])
    assert reported() == {}
    readiness.start()
    await eventually(lambda: reported() == {"database": 1, "relay": 1})
    relay.ready = False
    await eventually(lambda: reported() == {"database": 1, "relay": 0})
    await readiness.stop()
    assert reported() == {}, "a process that stops isn't a part that is broken"
