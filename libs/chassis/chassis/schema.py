"""The chassis' own tables, as plain DDL, and the upkeep of the outbox' partitions.

The outbox is partitioned by the day on which a row was recorded. Partitions are made ahead and dropped whole, so that
old rows never cost a DELETE. A default partition is the net: should the upkeep fail for days, rows land there.
"""

import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol

from psycopg import Connection, sql
from psycopg.rows import TupleRow

log = logging.getLogger(__name__)

LOCK_TIMEOUT: Final = "2s"
"""No migration waits longer for a lock: everybody who came after it would wait, too."""

DAYS_AHEAD: Final = 7

TABLES: Final = (
    # recorded_at leads the primary key because a partitioned table's key must contain its partition key.
    """
    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        event_id uuid NOT NULL,
        topic text NOT NULL,
        subject text NOT NULL,
        sequence bigint NOT NULL CHECK (sequence > 0),
        type text NOT NULL,
        body bytea NOT NULL,
        traceparent text,
        status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'quarantined', 'imported')),
        topic_uuid uuid,
        partition integer,
        "offset" bigint,
        sent_at timestamptz,
        reason text,
        PRIMARY KEY (recorded_at, id),
        CHECK (status NOT IN ('sent', 'imported')
               OR (topic_uuid IS NOT NULL AND partition IS NOT NULL AND "offset" IS NOT NULL)),
        CHECK (status <> 'quarantined' OR reason IS NOT NULL)
    ) PARTITION BY RANGE (recorded_at)
    """,
    "CREATE TABLE outbox_default PARTITION OF outbox DEFAULT",
    "CREATE INDEX outbox_pending ON outbox (id) WHERE status = 'pending'",
    "CREATE INDEX outbox_event_id ON outbox (event_id)",
    "CREATE INDEX outbox_subject ON outbox (topic, subject, sequence)",
    """
    CREATE TABLE quarantined_subjects (
        topic text NOT NULL,
        subject text NOT NULL,
        reason text NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic, subject)
    )
    """,
    """
    CREATE TABLE relay_positions (
        topic text NOT NULL,
        partition integer NOT NULL,
        topic_uuid uuid NOT NULL,
        next_offset bigint NOT NULL CHECK (next_offset >= 0),
        PRIMARY KEY (topic, partition)
    )
    """,
    """
    CREATE TABLE inbox (
        consumer text NOT NULL,
        topic text NOT NULL,
        subject text NOT NULL,
        sequence bigint NOT NULL CHECK (sequence > 0),
        PRIMARY KEY (consumer, topic, subject)
    )
    """,
    """
    CREATE TABLE parked (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer text NOT NULL,
        topic text NOT NULL,
        topic_uuid uuid,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        subject text,
        sequence bigint,
        event_id uuid,
        type text,
        raw bytea,
        reason text NOT NULL CHECK (reason IN ('gap', 'behind', 'failed', 'invalid')),
        error text,
        parked_at timestamptz NOT NULL DEFAULT now(),
        CHECK (reason = 'invalid' OR (subject IS NOT NULL AND sequence IS NOT NULL))
    )
    """,
    # A record that is delivered again is parked once: an event by its place in its subject's life, an invalid record
    # by its place in the log.
    "CREATE UNIQUE INDEX parked_event ON parked (consumer, topic, subject, sequence) WHERE reason <> 'invalid'",
    """
    CREATE UNIQUE INDEX parked_invalid ON parked (consumer, topic, topic_uuid, partition, "offset")
        NULLS NOT DISTINCT WHERE reason = 'invalid'
    """,
    # Events whose effects recovery has found in the topics: a reaction that meets one of them again does nothing.
    "CREATE TABLE imported_causes (event_id text PRIMARY KEY)",
    """
    CREATE TABLE positions (
        consumer text NOT NULL,
        topic_uuid uuid NOT NULL,
        partition integer NOT NULL,
        topic text NOT NULL,
        next_offset bigint NOT NULL CHECK (next_offset >= 0),
        PRIMARY KEY (consumer, topic_uuid, partition)
    )
    """,
    """
    CREATE TABLE idempotency_keys (
        tenant text NOT NULL,
        principal text NOT NULL,
        method text NOT NULL,
        route text NOT NULL,
        key text NOT NULL,
        body_hash bytea NOT NULL,
        status integer NOT NULL,
        headers jsonb NOT NULL,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (tenant, principal, method, route, key)
    )
    """,
    "CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)",
)

TIMERS: Final = (
    """
    CREATE TABLE timers (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subject text NOT NULL,
        clock text NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        due_at timestamptz NOT NULL,
        correlationid text NOT NULL,
        fired_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL,
        parked_at timestamptz,
        error text,
        UNIQUE (subject, clock, version)
    )
    """,
    "CREATE INDEX timers_waiting ON timers (next_at, id) WHERE fired_at IS NULL AND parked_at IS NULL",
    "CREATE INDEX timers_parked ON timers (parked_at) WHERE parked_at IS NOT NULL AND fired_at IS NULL",
    "CREATE INDEX timers_fired ON timers (fired_at) WHERE fired_at IS NOT NULL",
)


class Operations(Protocol):
    """What this module needs of ``alembic.op``."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""
        ...


def upgrade_v1(op: Operations) -> None:
    """Make the chassis' tables; each service's first migration calls this."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for statement in TABLES:
        op.execute(statement)
    today = datetime.now(UTC).date()
    for ahead in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        start, end = _bounds(day)
        op.execute(
            f"CREATE TABLE {_name(day)} PARTITION OF outbox"
            f" FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
        )


def upgrade_timers_v1(op: Operations) -> None:
    """Make the table of timers; the first migration of a service that has some calls this, too."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for statement in TIMERS:
        op.execute(statement)


def maintain_partitions(connection: Connection[TupleRow], *, retention_days: int) -> None:
    """Make the partitions of the coming days, and drop those that are older than the retention and fully sent.

    Args:
        connection: In autocommit mode. Every step is a short transaction of its own with a lock time-out.
        retention_days: How long sent rows stay, so that a lost topic can be fed again.

    Raises:
        psycopg.errors.LockNotAvailable: Somebody held the table for too long; the next run tries again.
    """
    existing = _partitions(connection)
    today = _today(connection)
    for ahead in range(DAYS_AHEAD + 1):
        day = today + timedelta(days=ahead)
        if day not in existing and not _default_has_rows_of(connection, day):
            _create_partition(connection, day)
    for day in sorted(day for day in existing if day < today - timedelta(days=retention_days)):
        if _is_settled(connection, _name(day)):
            with connection.transaction():
                _limit_lock(connection)
                connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(_name(day))))
            log.info("outbox partition dropped", extra={"partition": _name(day)})


def _partitions(connection: Connection[TupleRow]) -> set[date]:
    rows = connection.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'outbox'::regclass")
    names = [name for (name,) in rows if name != "outbox_default"]
    return {datetime.strptime(name.removeprefix("outbox_"), "%Y%m%d").replace(tzinfo=UTC).date() for name in names}


def _today(connection: Connection[TupleRow]) -> date:
    row = connection.execute("SELECT (now() AT TIME ZONE 'UTC')::date").fetchone()
    assert row is not None  # noqa: S101  a SELECT without FROM has one row
    today: date = row[0]
    return today


def _create_partition(connection: Connection[TupleRow], day: date) -> None:
    """Attach a prepared table: unlike CREATE … PARTITION OF, that doesn't lock out writers of the outbox."""
    name, (start, end) = sql.Identifier(_name(day)), _bounds(day)
    with connection.transaction():
        _limit_lock(connection)
        connection.execute(
            sql.SQL("CREATE TABLE {} (LIKE outbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS)").format(name)
        )
        connection.execute(
            sql.SQL("ALTER TABLE outbox ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                name, sql.Literal(start), sql.Literal(end)
            )
        )
    log.info("outbox partition made", extra={"partition": _name(day)})


def _default_has_rows_of(connection: Connection[TupleRow], day: date) -> bool:
    """Tell whether the net caught rows of that day: then it keeps the day's rows, which is slower but loses none."""
    query = "SELECT FROM outbox_default WHERE recorded_at >= %s AND recorded_at < %s LIMIT 1"
    return connection.execute(query, _bounds(day)).fetchone() is not None


def _is_settled(connection: Connection[TupleRow], name: str) -> bool:
    query = sql.SQL("SELECT FROM {} WHERE status IN ('pending', 'quarantined') LIMIT 1").format(sql.Identifier(name))
    return connection.execute(query).fetchone() is None


def _limit_lock(connection: Connection[TupleRow]) -> None:
    connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))


def _name(day: date) -> str:
    return f"outbox_{day:%Y%m%d}"


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time.min, UTC)
    return start, start + timedelta(days=1)
