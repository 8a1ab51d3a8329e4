"""What deliveries report about themselves."""

from functools import cache

from chassis.telemetry import meter

from petition.channels.connector import Connector


class Telemetry:
    """Counts attempts by what came of them, and tells what waits and what was given up."""

    def __init__(self) -> None:
        of = meter()
        self._attempts = of.create_counter("yiwangban.deliveries.attempts", "{attempt}")
        self._waiting = of.create_gauge("yiwangban.deliveries.waiting", "{delivery}")
        self._oldest = of.create_gauge("yiwangban.deliveries.oldest", "s")
        self._parked = of.create_gauge("yiwangban.deliveries.parked", "{delivery}")

    def attempted(self, connector: Connector, outcome: str) -> None:
        """Count an attempt."""
        self._attempts.add(1, {**_of(connector), "yiwangban.outcome": outcome})

    def standing(self, connector: Connector, *, waiting: int, oldest_s: float, parked: int) -> None:
        """Tell how it stands with a source."""
        attributes = _of(connector)
        self._waiting.set(waiting, attributes)
        self._oldest.set(oldest_s, attributes)
        self._parked.set(parked, attributes)


def _of(connector: Connector) -> dict[str, str]:
    return {"yiwangban.channel": connector.channel.value, "yiwangban.source": connector.source}


@cache
def telemetry() -> Telemetry:
    """Give this process' own."""
    return Telemetry()
