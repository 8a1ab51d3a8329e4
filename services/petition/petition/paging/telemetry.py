"""What paging reports about itself."""

from functools import cache

from chassis.telemetry import meter

from petition.paging.store import Standing


class Telemetry:
    """Counts pages by what became of them, and what nobody has taken."""

    def __init__(self) -> None:
        of = meter()
        self._delay = of.create_histogram("yiwangban.page.delay", unit="s")
        self._failures = of.create_counter("yiwangban.pages.failures", unit="{failure}")
        self._waiting = of.create_gauge("yiwangban.pages.waiting", unit="{petition}")
        self._untold = of.create_gauge("yiwangban.pages.untold", unit="{petition}")
        self._oldest = of.create_gauge("yiwangban.pages.oldest", unit="s")

    def delivered(self, rung: str, delay_s: float) -> None:
        """Record a page that a pager has."""
        self._delay.record(delay_s, {"yiwangban.rung": rung})

    def failed(self, reason: str) -> None:
        """Count an attempt that came to nothing."""
        self._failures.add(1, {"yiwangban.reason": reason})

    def standing(self, standing: Standing) -> None:
        """Report what nobody has taken."""
        self._waiting.set(standing.waiting)
        self._untold.set(standing.untold)
        self._oldest.set(standing.oldest_s)


@cache
def telemetry() -> Telemetry:
    """Give this process' own."""
    return Telemetry()
