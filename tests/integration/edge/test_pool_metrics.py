"""How long transactions wait for a connection, and how often in vain, is told by pool."""

import pytest
from chassis import database as module
from chassis.database import Database
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


@pytest.mark.parametrize("read_only", [False, True])
async def test_each_wait_is_measured_and_one_given_up_is_counted(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, read_only: bool
) -> None:
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("test")
    monkeypatch.setattr(module, "meter", lambda: meter)
    database = Database(database_url, 1, 0.3, pool="api")
    async with database.transaction(read_only=read_only):
        with pytest.raises(PoolTimeoutError):
            async with database.transaction(read_only=read_only):
                pytest.fail("there is one connection only")
    await database.close()

    data = reader.get_metrics_data()
    assert data is not None
    points = [
        (metric.name, point)
        for one in data.resource_metrics
        for scope in one.scope_metrics
        for metric in scope.metrics
        for point in metric.data.data_points
    ]
    assert {(point.attributes or {})["db.client.connection.pool.name"] for _, point in points} == {"api"}
    (waits,) = [point for _, point in points if isinstance(point, HistogramDataPoint)]
    assert waits.count == 2
    assert waits.max >= 0.3
    assert [point.value for _, point in points if isinstance(point, NumberDataPoint)] == [1]
