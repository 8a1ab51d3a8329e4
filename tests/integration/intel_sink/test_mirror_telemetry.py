"""What the mirror reports about itself is what the database holds."""

import pytest
from intel_sink import telemetry
from intel_sink.telemetry import MirrorTelemetry
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, NumberDataPoint

from .conftest import MirrorKit, life, records


def reported(reader: InMemoryMetricReader) -> dict[str, int | float]:
    data = reader.get_metrics_data()
    assert data is not None
    metrics = [metric for one in data.resource_metrics for scope in one.scope_metrics for metric in scope.metrics]
    points = [(metric.name, point) for metric in metrics for point in metric.data.data_points]
    return {name: point.value for name, point in points if isinstance(point, NumberDataPoint)}


async def test_it_tells_the_last_checkpoint_and_what_the_projections_have_not_read(
    kit: MirrorKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = InMemoryMetricReader()
    monkeypatch.setattr(telemetry, "meter", lambda: MeterProvider([reader]).get_meter("test"))
    of_mirror = MirrorTelemetry()

    async def report() -> tuple[int | float, int | float]:
        async with kit.units.begin() as unit:
            await of_mirror.report(unit)
        found = reported(reader)
        return found["yiwangban.mirror.checkpoint.ordinal"], found["yiwangban.projection.lag"]

    assert await report() == (0, 0)
    await kit.store(records(life("p1", 3)), records(life("p2", 4), start=3))
    assert await report() == (0, 7)
    await kit.sign()
    await kit.follow()
    assert await report() == (1, 0)
