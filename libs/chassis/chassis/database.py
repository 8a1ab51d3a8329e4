"""The service's own PostgreSQL: one bounded pool, one way to open a transaction."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import event, make_url
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.telemetry import meter
from chassis.testing.faults import fault_point

CONNECT_TIMEOUT_S = 5
SESSION_SETTINGS = {
    "timezone": "UTC",
    "default_transaction_read_only": "on",  # whatever writes opens a transaction that says so
    "statement_timeout": "30s",  # a long job says SET LOCAL statement_timeout
    "idle_in_transaction_session_timeout": "10s",  # a stopped process must not hold its locks
}


class Database:
    """A pool of connections that never grows, and never makes anybody wait for long.

    Every session has a statement time-out and an idle-in-transaction time-out, so that a stopped process loses the
    locks it holds.
    """

    def __init__(
        self, url: str, pool_size: int = 10, pool_wait_s: float = 1.0, *, application: str = "chassis", pool: str = ""
    ) -> None:
        """Prepare the pool; nothing is connected yet.

        Args:
            url: libpq URL, ``postgresql://user:password@host:port/database``.
            pool_size: Most connections at once.
            pool_wait_s: Longest wait for one of them, in seconds.
            application: Shown in ``pg_stat_activity``.
            pool: Its name in metrics; by default the application's.
        """
        self._url = make_url(url).set(drivername="postgresql")
        self.engine = create_async_engine(
            self._url.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_wait_s,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": application,
                "options": " ".join(f"-c {name}={value}" for name, value in SESSION_SETTINGS.items()),
            },
        )
        event.listen(self.engine.sync_engine, "connect", _let_transactions_write)
        self._sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        self._metered = {"db.client.connection.pool.name": pool or application}
        self._waits = meter().create_histogram("db.client.connection.wait_time", "s")
        self._timeouts = meter().create_counter("db.client.connection.timeouts", "{timeout}")
        self._timeouts.add(0, self._metered)  # so that the first one is seen as an increase

    @property
    def sync_dsn(self) -> str:
        """The libpq URL, for psycopg's own connections (relay, command line, Alembic)."""
        return self._url.render_as_string(hide_password=False)

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[AsyncSession]:
        """Open a transaction; commit it when the block ends, roll it back when the block raises.

        Args:
            read_only: Have PostgreSQL refuse any write. Each statement is then on its own, and sees what is committed
                when it begins, as it would in a transaction at PostgreSQL's default level; but without the two
                round trips for BEGIN and ROLLBACK.

        Raises:
            sqlalchemy.exc.TimeoutError: No connection came free in time; the edge answers 503 with Retry-After.
        """
        async with self._sessions() as session:
            await self._connect(session, read_only=read_only)
            yield session
            if read_only:
                return
            fault_point("database.before_commit")
            await session.commit()
            fault_point("database.after_commit")

    async def _connect(self, session: AsyncSession, *, read_only: bool) -> None:
        """Take the transaction's connection now, so that waiting for one can be told from working with it."""
        started = time.perf_counter()
        try:
            await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"} if read_only else None)
        except PoolTimeoutError:
            self._timeouts.add(1, self._metered)
            raise
        finally:
            self._waits.record(time.perf_counter() - started, self._metered)

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def driver_of(session: AsyncSession) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """Give psycopg's own connection under an open transaction, for a statement that SQLAlchemy would only pass on.

    Each costs a good deal less that way. Its errors are psycopg's.

    Args:
        session: From ``Database.transaction``.
    """
    connection = session.sync_session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.AsyncConnection)  # noqa: S101  the only driver
    return connection


def _let_transactions_write(connection: Any, _: object) -> None:
    """Have psycopg begin every transaction with BEGIN READ WRITE."""
    connection.set_read_only(False)
