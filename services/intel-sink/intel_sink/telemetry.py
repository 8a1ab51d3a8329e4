"""What the mirror reports about itself, beyond what every batch consumer does."""

from chassis.telemetry import meter
from chassis.unit import Unit
from sqlalchemy import func, select

from intel_sink import tables as t


class MirrorTelemetry:
    """Measures checkpoints and projections in the database, so that every process tells the same."""

    def __init__(self) -> None:
        of = meter()
        self._ordinal = of.create_gauge("yiwangban.mirror.checkpoint.ordinal", "1")
        self._lag = of.create_gauge("yiwangban.projection.lag", "{record}")

    async def report(self, unit: Unit) -> None:
        """Look once: the last checkpoint's number, and how many mirrored records the projections haven't read."""
        ordinal = await unit.session.scalar(select(func.coalesce(func.max(t.checkpoints.c.ordinal), 0)))
        reached = select(func.coalesce(func.max(t.progress.c.ordinal), 0)).scalar_subquery()
        waiting = select(func.coalesce(func.sum(t.mirror_arrivals.c.records), 0))
        lag = await unit.session.scalar(waiting.where(t.mirror_arrivals.c.ordinal > reached))
        self._ordinal.set(int(ordinal or 0))
        self._lag.set(int(lag or 0))
