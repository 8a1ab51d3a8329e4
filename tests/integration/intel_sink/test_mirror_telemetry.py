"""What the mirror reports about itself is what the database holds."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from intel_sink import telemetry
from intel_sink.telemetry import MirrorTelemetry
from intel_sink.verified import VerifiedFile
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, NumberDataPoint

from .conftest import MirrorKit, life, records


def reported(reader: InMemoryMetricReader) -> dict[str, int | float]:
    data = reader.get_metrics_data()
    assert data is not None
    metrics = [metric for one in data.resource_metrics for scope in one.scope_metrics for metric in scope.metrics]
    points = [(metric.name, point) for metric in metrics for point in metric.data.data_points]
    return {name: point.value for name, point in points if isinstance(point, NumberDataPoint)}


@pytest.fixture
def report(kit: MirrorKit, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Awaitable[dict[str, int | float]]]:
    """Report once; give the values by the names without their prefix."""
    reader = InMemoryMetricReader()
    monkeypatch.setattr(telemetry, "meter", lambda: MeterProvider([reader]).get_meter("test"))
    of_mirror = MirrorTelemetry(VerifiedFile(kit.outside.path))

    async def once() -> dict[str, int | float]:
        async with kit.units.begin() as unit:
            await of_mirror.report(unit)
        return {name.removeprefix("yiwangban."): value for name, value in reported(reader).items()}

    return once


async def test_it_tells_the_last_checkpoint_and_what_the_projections_have_not_read_or_could_not(
    kit: MirrorKit, report: Callable[[], Awaitable[dict[str, int | float]]]
) -> None:
    def of(found: dict[str, int | float]) -> tuple[int | float, ...]:
        return found["mirror.checkpoint.ordinal"], found["projection.lag"], found["mirror.invalid"]

    assert of(await report()) == (0, 0, 0)
    await kit.store(records(life("p1", 3)), records([*life("p2", 3), {"subject": "p3"}], start=3))
    assert of(await report()) == (0, 7, 0)
    await kit.sign()
    await kit.follow()
    assert of(await report()) == (1, 0, 1)


async def test_it_tells_up_to_which_signed_head_everything_was_verified_and_how_long_ago(
    kit: MirrorKit, report: Callable[[], Awaitable[dict[str, int | float]]]
) -> None:
    kept = VerifiedFile(kit.outside.path)

    def verify(*, days_ago: int) -> None:
        result = kit.verify()
        kept.add(result.findings.total, result.counted.checkpoints, datetime.now(UTC) - timedelta(days=days_ago))

    def of(found: dict[str, int | float]) -> tuple[int | float, int, int | float]:
        age = timedelta(seconds=found["mirror.verified.age"])
        return found["mirror.verified.ordinal"], age.days, found["mirror.verified.findings"]

    assert of(await report()) == (0, 0, 0)
    await kit.store(records(life("p1", 3)))
    await kit.sign()
    kit.tamper("UPDATE checkpoints SET signed_at = signed_at - interval '9 days'")
    assert of(await report()) == (0, 9, 0), "nothing was verified since the first checkpoint"
    verify(days_ago=3)
    assert of(await report()) == (1, 3, 0)
    await kit.store(records(life("p2", 3), start=3))
    await kit.sign()
    kit.tamper("UPDATE mirror_records SET value = '{}' WHERE \"offset\" = 1")
    verify(days_ago=0)
    ordinal, days, findings = of(await report())
    assert (ordinal, days) == (1, 3), "what was found doesn't count as verified"
    assert findings > 0


async def test_a_file_that_is_not_what_it_should_be_counts_as_no_verification(
    kit: MirrorKit, report: Callable[[], Awaitable[dict[str, int | float]]]
) -> None:
    kept = VerifiedFile(kit.outside.path)
    kept.path.parent.mkdir()
    for broken in (b"", b"[]", b'{"passed_ordinal": "many"}', b"\xff"):
        kept.path.write_bytes(broken)
        assert (await report())["mirror.verified.ordinal"] == 0
