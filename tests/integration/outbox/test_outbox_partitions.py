"""The outbox is partitioned by day: made ahead, dropped whole, and never while something waits in it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from chassis.schema import DAYS_AHEAD, maintain_partitions
from chassis.testing.events import create_tables
from chassis.testing.outbox import record_event


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    create_tables(database_url)
    with psycopg.connect(database_url, autocommit=True) as opened:
        yield opened


def partitions(connection: psycopg.Connection[Any]) -> set[str]:
    rows = connection.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'outbox'::regclass")
    return {name for (name,) in rows}


def name_of(days_from_today: int) -> str:
    return f"outbox_{datetime.now(UTC).date() + timedelta(days=days_from_today):%Y%m%d}"


def age(connection: psycopg.Connection[Any], days: int, status: str) -> None:
    """Make a partition of some days ago with one row in it."""
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    connection.execute(
        f"CREATE TABLE {name_of(-days)} PARTITION OF outbox"
        f" FOR VALUES FROM ('{start}') TO ('{start + timedelta(days=1)}')"
    )
    record_event(connection, "things.v1", f"s{days}", 1)
    connection.execute(
        "UPDATE outbox SET recorded_at = %s, status = %s, topic_uuid = gen_random_uuid(), partition = 0, "
        '"offset" = 0 WHERE subject = %s',
        (start + timedelta(hours=1), status, f"s{days}"),
    )


def test_the_partitions_of_the_coming_days_are_there(connection: psycopg.Connection[Any]) -> None:
    assert {name_of(ahead) for ahead in range(DAYS_AHEAD + 1)} < partitions(connection)
    record_event(connection, "things.v1", "a", 1)
    assert connection.execute("SELECT tableoid::regclass::text FROM outbox").fetchone() == (name_of(0),)


def test_a_missing_day_is_made_with_its_indexes(connection: psycopg.Connection[Any]) -> None:
    connection.execute(f"DROP TABLE {name_of(3)}")
    maintain_partitions(connection, retention_days=14)
    assert name_of(3) in partitions(connection)

    def indexes(name: str) -> list[Any]:
        query = "SELECT replace(indexdef, %s, '') FROM pg_indexes WHERE tablename = %s ORDER BY 1"
        return [row[0].partition(" ON ")[2] for row in connection.execute(query, (name, name))]

    assert sorted(indexes(name_of(3))) == sorted(indexes(name_of(2)))


def test_old_partitions_are_dropped_only_when_nothing_waits_in_them(connection: psycopg.Connection[Any]) -> None:
    age(connection, 20, "sent")
    age(connection, 21, "pending")
    age(connection, 5, "sent")
    maintain_partitions(connection, retention_days=14)
    assert partitions(connection) >= {name_of(-21), name_of(-5)}
    assert name_of(-20) not in partitions(connection)


def test_rows_that_the_net_caught_stay_where_they_are(connection: psycopg.Connection[Any]) -> None:
    connection.execute(f"DROP TABLE {name_of(0)}")
    record_event(connection, "things.v1", "a", 1)
    maintain_partitions(connection, retention_days=14)
    assert connection.execute("SELECT tableoid::regclass::text FROM outbox").fetchone() == ("outbox_default",)


def test_upkeep_gives_up_instead_of_making_everybody_wait(
    connection: psycopg.Connection[Any], database_url: str
) -> None:
    age(connection, 20, "sent")
    with psycopg.connect(database_url) as reader:
        reader.execute("SELECT count(*) FROM outbox")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            maintain_partitions(connection, retention_days=14)


def test_a_day_is_added_while_a_decision_is_being_written(
    connection: psycopg.Connection[Any], database_url: str
) -> None:
    connection.execute(f"DROP TABLE {name_of(3)}")
    with psycopg.connect(database_url) as writer:
        record_event(writer, "things.v1", "a", 1)
        upkeep = threading.Thread(target=maintain_partitions, args=(connection,), kwargs={"retention_days": 14})
        upkeep.start()
        upkeep.join(1.5)
        assert not upkeep.is_alive()
    assert name_of(3) in partitions(connection)
