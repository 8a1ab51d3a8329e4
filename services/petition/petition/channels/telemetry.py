"""What the channels report about themselves."""

from functools import cache

from chassis.telemetry import meter

from petition.petition import Channel


class Telemetry:
    """Counts messages by what became of them, and attempts at sources that came to nothing."""

    def __init__(self) -> None:
        of = meter()
        self._messages = of.create_counter("yiwangban.channel.messages", "{message}")
        self._failures = of.create_counter("yiwangban.channel.failures", "{failure}")

    def messages(self, channel: Channel, outcome: str, number: int = 1) -> None:
        """Count messages that came in."""
        self._messages.add(number, {"yiwangban.channel": channel.value, "yiwangban.outcome": outcome})

    def failed(self, channel: Channel, source: str, reason: str) -> None:
        """Count an attempt."""
        attributes = {"yiwangban.channel": channel.value, "yiwangban.source": source, "yiwangban.reason": reason}
        self._failures.add(1, attributes)


@cache
def telemetry() -> Telemetry:
    """Give this process' own."""
    return Telemetry()
