"""Units of work for requests: what routes find in ``app.state.edge``."""

from contextlib import AbstractAsyncContextManager

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

    def query(self, principal: Principal, request_id: str) -> AbstractAsyncContextManager[Unit]:
        """Open a unit that can only read: PostgreSQL itself refuses a write."""
        return self._units.begin(principal=principal, correlationid=request_id, read_only=True)
