"""The relay: carries committed events from the outbox to their topics. One leader for each service.

Leadership is an advisory lock of a database session, and everything that the leader does to the outbox goes over that
same session. PostgreSQL ends a session that was silent for five seconds. So a leader that was stopped loses the lock,
and when it wakes it can't mark anything any more: its session is gone.
"""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Final

import psycopg
from contracts.bus import Bus
from psycopg.rows import TupleRow

from chassis.relay.outgoing import Outgoing
from chassis.relay.publisher import Publisher
from chassis.relay.pump import Pump
from chassis.relay.telemetry import RelayTelemetry
from chassis.schema import maintain_partitions

log = logging.getLogger(__name__)

LOCK: Final = int.from_bytes(b"relay")
"""The advisory lock; a database belongs to one service, so one number is enough."""

SESSION: Final = {
    "idle_session_timeout": "5s",
    "idle_in_transaction_session_timeout": "5s",
    "tcp_user_timeout": "5s",  # a stopped leader that doesn't read its result isn't idle
    "statement_timeout": "30s",
    "timezone": "UTC",
    "synchronous_commit": "off",  # a mark that a crash of the database takes back costs a repeat, which has no effect
    # Waiting rows are read in the order of their partial index, up to the limit. Statistics lag behind a table that is
    # written and settled within seconds: left to them, the planner would now and then sort the whole backlog each time.
    # And a plan that is made for any parameters is made for hardly any rows: it takes twice as long as one for these.
    "plan_cache_mode": "force_custom_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_sort": "off",
}
CAMPAIGN_S: Final = 0.5
BACKLOG_S: Final = 5.0
MAINTENANCE_S: Final = 3600.0
RETRY_S: Final = (0.2, 2.0)
SILENT_S: Final = 10.0
"""After so long without a sign of life the relay counts as standing."""


class Relay(threading.Thread):
    """A thread that campaigns for leadership, and relays while it leads. It outlives every error but ``stop``."""

    def __init__(
        self,
        *,
        service: str,
        dsn: str,
        bus: Bus,
        topics: Mapping[str, str],
        batch: int = 500,
        retention_days: int = 14,
    ) -> None:
        """Prepare; ``start`` begins.

        Args:
            service: For names of threads and sessions.
            dsn: libpq URL of the service's database: a direct session, not through a transaction pool.
            bus: The brokers, as the service sees them.
            topics: The topics that the service writes: physical name by name in the contracts.
            batch: Most events in one batch.
            retention_days: How long sent events stay in the outbox.
        """
        super().__init__(name=f"{service}-relay", daemon=True)
        self._dsn = dsn
        self._bus = bus
        self._topics = dict(topics)
        self._batch = batch
        self._retention_days = retention_days
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._telemetry = RelayTelemetry()
        self._pump: Pump | None = None
        self._alive_at = 0.0
        self._next_backlog = 0.0
        self._next_maintenance = 0.0

    def wake(self) -> None:
        """Say that events were committed."""
        self._wake.set()

    def stop(self, timeout: float = 10.0) -> bool:
        """Let it finish what is in flight, then end; False if it didn't within ``timeout`` seconds."""
        self._stopping.set()
        self._wake.set()
        if self.is_alive():
            self.join(timeout)
        return not self.is_alive()

    @property
    def leading(self) -> bool:
        """Whether this process holds the lock."""
        return self._telemetry.leader

    def healthy(self) -> bool:
        """Whether it does what it is for: it leads and the broker takes events, or it stands by."""
        return not self.trouble()

    def trouble(self) -> str:
        """Say in a few words what keeps it from working; empty when nothing does."""
        now = time.monotonic()
        if not self.is_alive():
            return "not running"
        if now - self._alive_at > SILENT_S:
            return "standing: no session with the database"
        pump = self._pump
        if pump is None:
            return ""
        if pump.missing:
            return f"missing topics: {', '.join(sorted(pump.missing))}"
        return f"standing: {pump.trouble}" if pump.trouble else ""

    def run(self) -> None:
        """Campaign, lead, and begin again after every error, until stopped."""
        pause = RETRY_S[0]
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    pause = RETRY_S[0]
                    if self._campaign(connection):
                        self._lead(connection)
            except Exception as error:
                level = logging.WARNING if isinstance(error, psycopg.OperationalError) else logging.ERROR
                log.log(
                    level,
                    "the relay lost its term; it campaigns again",
                    exc_info=level > logging.WARNING,
                    extra={"event.name": "relay.term_lost", "error.type": type(error).__name__},
                )
                self._stopping.wait(pause)
                pause = min(pause * 2, RETRY_S[1])

    def _connect(self) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=5,
            application_name=self.name,
            tcp_user_timeout=10_000,
            options=" ".join(f"-c {name}={value}" for name, value in SESSION.items()),
        )

    def _campaign(self, connection: psycopg.Connection[TupleRow]) -> bool:
        """Ask for the lock until it is ours; False when stopped before."""
        while not self._stopping.is_set():
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
            self._alive_at = time.monotonic()
            if row and row[0]:
                return True
            self._stopping.wait(CAMPAIGN_S)
        return False

    def _lead(self, connection: psycopg.Connection[TupleRow]) -> None:
        """Serve one term."""
        outgoing = Outgoing(connection)

        def beat() -> None:
            connection.execute("SELECT 1")
            self._alive_at = now = time.monotonic()
            if now >= self._next_backlog:
                self._telemetry.backlog = outgoing.backlog()
                self._next_backlog = now + BACKLOG_S
            if now >= self._next_maintenance:
                self._next_maintenance = now + MAINTENANCE_S
                self._maintain(connection)

        log.info("the relay leads", extra={"event.name": "relay.leads"})
        self._telemetry.leader = True
        self._pump = Pump(
            outgoing,
            Publisher(self._bus, self._topics),
            self._telemetry,
            topics=list(self._topics),
            stopping=self._stopping,
            wake=self._wake,
            on_beat=beat,
            batch=self._batch,
        )
        try:
            self._pump.run()
        finally:
            self._pump = None
            self._telemetry.leader = False
            self._telemetry.backlog = None

    def _maintain(self, connection: psycopg.Connection[TupleRow]) -> None:
        try:
            maintain_partitions(connection, retention_days=self._retention_days)
        except psycopg.errors.LockNotAvailable:
            log.warning("the outbox is locked; its partitions are looked after later")
            self._next_maintenance = time.monotonic() + BACKLOG_S
