"""Units of work for requests: what routes find in ``app.state.edge``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.api.auth import Principal
from chassis.api.streams import Streams
from chassis.unit import Unit, Units


class ServiceEdge:
    """Opens a unit for each request on the API's own pool, so that consumers never keep a client waiting.

    Attributes:
        max_body_bytes: Longest body of a request.
        recovering: While true, writes are refused.
        streams: Places for answers that take their time.
    """

    def __init__(
        self, units: Units, *, max_body_bytes: int, recovering: bool = False, streams: Streams | None = None
    ) -> None:
        self._units = units
        self.streams = streams or Streams()
        self.max_body_bytes = max_body_bytes
        self.recovering = recovering

    @asynccontextmanager
    async def command(self, principal: Principal, request_id: str) -> AsyncIterator[Unit]:
        """Open a unit of work; leaving it without an error commits, then runs its after-commit callbacks."""
        async with self._units.begin(principal=principal, correlationid=request_id) as unit:
            yield unit

    @asynccontextmanager
    async def query(self, principal: Principal | None, request_id: str) -> AsyncIterator[Unit]:
        """Open a unit that can only read: PostgreSQL itself refuses a write."""
        async with self._units.begin(principal=principal, correlationid=request_id, read_only=True) as unit:
            yield unit
