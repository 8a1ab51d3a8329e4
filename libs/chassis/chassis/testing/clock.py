"""A clock that moves only when the test says so."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Call it for the moment it shows, in UTC; `monotonic` gives the seconds it has run since it was made."""

    def __init__(self, at: datetime | None = None) -> None:
        """Set the clock.

        Raises:
            ValueError: The moment has no time zone.
        """
        moment = at or datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
        if moment.tzinfo is None:
            raise ValueError("a clock needs a time zone")
        self._start = self._now = moment.astimezone(UTC)

    def __call__(self) -> datetime:
        """Read the clock."""
        return self._now

    def monotonic(self) -> float:
        """Read it as seconds since it was made."""
        return (self._now - self._start).total_seconds()

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Move it on, never back.

        Raises:
            ValueError: The step is negative.
        """
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta():
            raise ValueError("time doesn't run backwards")
        self._now += step
        return self._now
