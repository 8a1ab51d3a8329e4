"""Units of work for requests: what routes find in ``app.state.edge``."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from chassis.auth import Principal
from chassis.unit import Unit, Units


class ServiceEdge:
    """Opens a unit for each request on the API's own pool, so that consumers never keep a client waiting.

    Attributes:
        max_body_bytes: Longest body of a request.
        recovering: While true, writes are refused.
    """

    def __init__(self, units: Units, *, max_body_bytes: int, recovering: bool = False) -> None:
        self._units = units
        self.max_body_bytes = max_body_bytes
        self.recovering = recovering

    def command(self, principal: Principal, request_id: str) -> AbstractAsyncContextManager[Unit]:
        """Open a unit of work; leaving it without an error commits, then runs its after-commit callbacks."""
        return self._units.begin(principal=principal, correlationid=request_id)

    @asynccontextmanager
    async def query(self, principal: Principal, request_id: str) -> AsyncIterator[Unit]:
        """Open a unit that can only read: PostgreSQL itself refuses a write."""
        database, outbox = self._units.database, self._units.outbox
        async with database.transaction() as session:
            await session.connection(execution_options={"postgresql_readonly": True})
            yield Unit(session=session, outbox=outbox, principal=principal, correlationid=request_id)
