"""What the mirror reports about itself, beyond what every batch consumer does."""

from datetime import UTC, datetime

from chassis.telemetry import meter
from chassis.unit import Unit
from sqlalchemy import func, select

from intel_sink import tables as t
from intel_sink.verified import VerifiedFile


class MirrorTelemetry:
    """Measures checkpoints and projections in the database, so that every process tells the same.

    Args:
        verified: What verifications found.
    """

    def __init__(self, verified: VerifiedFile) -> None:
        of = meter()
        self._verified = verified
        self._ordinal = of.create_gauge("yiwangban.mirror.checkpoint.ordinal", "1")
        self._invalid = of.create_gauge("yiwangban.mirror.invalid", "{record}")
        self._lag = of.create_gauge("yiwangban.projection.lag", "{record}")
        self._verified_ordinal = of.create_gauge("yiwangban.mirror.verified.ordinal", "1")
        self._verified_age = of.create_gauge("yiwangban.mirror.verified.age", "s")
        self._findings = of.create_gauge("yiwangban.mirror.verified.findings", "{finding}")

    async def report(self, unit: Unit) -> None:
        """Look once: checkpoints, what of them was verified, and what the projections haven't read or couldn't."""
        signed = t.checkpoints.c
        ordinal = await unit.session.scalar(select(func.max(signed.ordinal)))
        first_signed_at = await unit.session.scalar(select(signed.signed_at).order_by(signed.ordinal).limit(1))
        reached = select(func.coalesce(func.max(t.progress.c.ordinal), 0)).scalar_subquery()
        waiting = select(func.coalesce(func.sum(t.mirror_arrivals.c.records), 0))
        lag = await unit.session.scalar(waiting.where(t.mirror_arrivals.c.ordinal > reached))
        invalid = await unit.session.scalar(select(func.count()).select_from(t.invalid))
        self._ordinal.set(ordinal or 0)
        self._lag.set(int(lag or 0))
        self._invalid.set(invalid or 0)
        self._report_verified(first_signed_at)

    def _report_verified(self, first_signed_at: datetime | None) -> None:
        known, now = self._verified.read(), datetime.now(UTC)
        self._verified_ordinal.set(known.passed_ordinal)
        self._verified_age.set((now - (known.passed_at or first_signed_at or now)).total_seconds())
        self._findings.set(known.findings)
