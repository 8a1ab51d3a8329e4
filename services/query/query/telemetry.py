"""What the read models report about themselves, beyond what every batch consumer does."""

from datetime import UTC, datetime

from chassis.telemetry import meter

from query.domain import Step


class Skips:
    """Counts the records that a model leaves out."""

    def __init__(self) -> None:
        self._skipped = meter().create_counter("yiwangban.readmodel.skipped", "{record}")

    def count(self, topic: str, reason: str) -> None:
        """Count one."""
        self._skipped.add(1, {"yiwangban.topic": topic, "yiwangban.reason": reason})


class Staleness:
    """Measures how old an event is when readers can see it."""

    def __init__(self) -> None:
        self._staleness = meter().create_histogram("yiwangban.readmodel.staleness", "s")

    def seen(self, step: Step) -> None:
        """Report a step that has just become visible."""
        age = datetime.now(UTC) - step.time
        self._staleness.record(max(0.0, age.total_seconds()), {"yiwangban.topic": step.topic})
