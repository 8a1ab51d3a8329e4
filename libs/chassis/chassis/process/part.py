"""What runs beside the endpoints of a process."""

from typing import Protocol

from chassis.process.health import Check


class Part(Check, Protocol):
    """Something that runs beside the API, and answers for its health."""

    async def start(self) -> None:
        """Begin, in the background."""
        ...

    async def stop(self) -> None:
        """Finish what is in hand, within a bounded time, and end."""
        ...
