"""A database that knows less than its topics catches up before anybody may write."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.relay.importer import OutOfOrderError
from chassis.relay.recovery import Recovery, State
from chassis.testing.events import event, record_of, units_on
from chassis.testing.faults import FaultInjectedError, armed
from chassis.testing.outbox import read_topic, record_event, sequences_of, statuses
from chassis.testing.topics import delete_topics, publish, recreate_topics
from chassis.testing.waiting import eventually
from chassis.unit import Unit
from chassis.worker.logs import LogDirectory
from contracts.bus import Bus
from contracts.codec import Codec
from contracts.registry import Registry
from deploy.kafka import Kafka
from sqlalchemy import text

BACKUP = ("outbox", "relay_positions", "things")


class Things:
    """A service's state: the last sequence of each thing, in one table."""

    def __init__(self) -> None:
        self.restored: list[tuple[str, int]] = []

    async def restore(self, unit: Unit, restored: Envelope) -> None:
        place = {"id": restored.subject, "sequence": restored.sequence}
        advanced = await unit.session.execute(
            text("INSERT INTO things VALUES (:id, 1) ON CONFLICT (id) DO NOTHING")
            if restored.sequence == 1
            else text("UPDATE things SET sequence = :sequence WHERE id = :id AND sequence = :sequence - 1"),
            place,
        )
        if not advanced.rowcount:  # type: ignore[attr-defined]
            raise OutOfOrderError
        self.restored.append((restored.subject, restored.sequence))


Make = Callable[..., Recovery]


@pytest.fixture
def things(suite: Any) -> Things:
    suite.connection.execute("CREATE TABLE things (id text PRIMARY KEY, sequence bigint NOT NULL)")
    return Things()


@pytest.fixture
async def make(suite: Any, things: Things) -> AsyncIterator[Make]:
    database = Database(suite.dsn, pool_size=2)
    directory = LogDirectory(Bus(suite.bootstrap), client_id="test")

    def recovery(*, stateless: bool = False) -> Recovery:
        return Recovery(
            units=units_on(database),
            codec=Codec(Registry.load()),
            bus=Bus(suite.bootstrap),
            topics={suite.topic: suite.physical},
            directory=directory,
            restore=None if stateless else things.restore,
        )

    yield recovery
    directory.close()
    await database.close()


def decide(suite: Any, subject: str, times: int = 1) -> None:
    """Make decisions as the service would: the next sequence comes from its state."""
    for _ in range(times):
        with suite.connection.transaction():
            (sequence,) = suite.connection.execute(
                "INSERT INTO things VALUES (%s, 1) ON CONFLICT (id) DO UPDATE SET sequence = things.sequence + 1"
                " RETURNING sequence",
                (subject,),
            ).fetchone()
            record_event(suite.connection, suite.topic, subject, sequence)


def back_up(suite: Any) -> None:
    for table in BACKUP:
        suite.connection.execute(f"CREATE TABLE backup_{table} AS TABLE {table}")


def restore_backup(suite: Any) -> None:
    with suite.connection.transaction():
        for table in BACKUP:
            suite.connection.execute(f"TRUNCATE {table}")
            suite.connection.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE backup_{table}")


def state_of(connection: psycopg.Connection[Any]) -> dict[str, int]:
    return dict(connection.execute("SELECT id, sequence FROM things").fetchall())


async def test_a_new_service_is_ready_at_once(make: Make) -> None:
    recovery = make()
    assert not recovery.writable
    await asyncio.wait_for(recovery.run(), 20)
    assert (recovery.state, recovery.imported, recovery.trouble) == (State.READY, 0, "")


async def test_a_restored_database_uses_no_sequence_twice(
    suite: Any, make: Make, start_relay: Any, things: Things
) -> None:
    relay = start_relay()
    for subject in ("a", "b"):
        decide(suite, subject, times=3)
    suite.wait_until_sent(6)
    back_up(suite)
    decide(suite, "a", times=4)
    decide(suite, "c", times=2)
    suite.wait_until_sent(12)
    relay.stop()
    restore_backup(suite)
    assert state_of(suite.connection) == {"a": 3, "b": 3}

    recovery = make()
    await asyncio.wait_for(recovery.run(), 20)
    assert recovery.imported == 6
    assert sorted(things.restored) == [("a", 4), ("a", 5), ("a", 6), ("a", 7), ("c", 1), ("c", 2)]
    assert state_of(suite.connection) == {"a": 7, "b": 3, "c": 2}
    assert statuses(suite.connection) == {"sent": 6, "imported": 6}

    decide(suite, "a")
    start_relay()
    suite.wait_until_sent(7)
    used: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in read_topic(suite.bootstrap, suite.physical):
        used[one.subject, one.sequence].add(one.event_id)
    assert all(len(ids) == 1 for ids in used.values())
    assert len(used) == 13


async def test_a_second_start_finds_nothing_to_do(suite: Any, make: Make) -> None:
    publish(suite.bootstrap, suite.physical, [record_of(event("a", sequence)) for sequence in (1, 2)])
    await asyncio.wait_for(make().run(), 20)
    again = make()
    await asyncio.wait_for(again.run(), 20)
    assert again.imported == 0
    (end,) = suite.connection.execute("SELECT sum(next_offset) FROM relay_positions").fetchone()
    assert end == 2


async def test_an_empty_database_gets_its_whole_life_back(suite: Any, make: Make, things: Things) -> None:
    events = [event(f"s{number % 30}", 1 + number // 30) for number in range(1_200)]
    publish(suite.bootstrap, suite.physical, [record_of(one) for one in events])
    recovery = make()
    await asyncio.wait_for(recovery.run(), 60)
    assert recovery.imported == 1_200
    assert state_of(suite.connection) == {f"s{number}": 40 for number in range(30)}


async def test_what_was_sent_but_not_marked_is_marked_and_not_sent_again(
    suite: Any, make: Make, start_relay: Any, things: Things
) -> None:
    row = record_event(suite.connection, suite.topic, "a", 1)
    publish(suite.bootstrap, suite.physical, [record_of(row)])
    await asyncio.wait_for(make().run(), 20)
    assert statuses(suite.connection) == {"sent": 1}
    assert things.restored == []
    record_event(suite.connection, suite.topic, "a", 2)
    start_relay()
    suite.wait_until_sent(2)
    assert sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == [1, 2]


async def test_events_that_the_log_holds_out_of_order_are_restored_in_order(
    suite: Any, make: Make, things: Things
) -> None:
    made = {sequence: event("a", sequence) for sequence in range(1, 6)}
    log = [made[number] for number in (1, 3, 2, 3, 5, 1, 4, 5)]
    publish(suite.bootstrap, suite.physical, [record_of(one) for one in log])
    recovery = make()
    await asyncio.wait_for(recovery.run(), 20)
    assert things.restored == [("a", sequence) for sequence in range(1, 6)]
    assert recovery.imported == 5


async def test_a_gap_in_the_topic_keeps_the_service_read_only_and_says_so(suite: Any, make: Make) -> None:
    publish(suite.bootstrap, suite.physical, [record_of(event("a", sequence)) for sequence in (1, 3)])
    recovery = make()
    running = asyncio.create_task(recovery.run())
    await eventually(lambda: "miss a predecessor" in recovery.trouble, within=20)
    assert recovery.state is State.RECOVERING
    assert not recovery.writable
    publish(suite.bootstrap, suite.physical, [record_of(event("a", 2))])
    await asyncio.wait_for(running, 20)
    assert recovery.trouble == ""


async def test_an_import_that_is_broken_off_is_taken_up_again(suite: Any, make: Make, things: Things) -> None:
    publish(suite.bootstrap, suite.physical, [record_of(event("a", sequence)) for sequence in (1, 2, 3)])
    recovery = make()
    with armed("recovery.before_commit", error=FaultInjectedError):
        await asyncio.wait_for(recovery.run(), 20)
    assert recovery.imported == 3
    assert state_of(suite.connection) == {"a": 3}
    assert statuses(suite.connection) == {"imported": 3}


async def test_two_processes_that_start_together_import_once(suite: Any, make: Make) -> None:
    events = [event(f"s{number % 10}", 1 + number // 10) for number in range(200)]
    publish(suite.bootstrap, suite.physical, [record_of(one) for one in events])
    first, second = make(stateless=True), make(stateless=True)  # no row of its state makes one wait for the other
    await asyncio.wait_for(asyncio.gather(first.run(), second.run()), 40)
    assert first.imported + second.imported == 200
    assert statuses(suite.connection) == {"imported": 200}


async def test_a_foreign_record_in_an_own_topic_is_passed_over(suite: Any, make: Make) -> None:
    publish(suite.bootstrap, suite.physical, [(b"a", b"{"), record_of(event("a", 1)), (b"a", None)])
    recovery = make()
    await asyncio.wait_for(recovery.run(), 20)
    assert recovery.imported == 1


async def test_without_the_broker_or_its_topics_the_service_stays_read_only(
    suite: Any, make: Make, kafka: Kafka
) -> None:
    recovery = make()
    kafka.stop()
    try:
        running = asyncio.create_task(recovery.run())
        await eventually(lambda: recovery.trouble, within=20)
        assert recovery.state is State.STARTING
    finally:
        kafka.start()
    await asyncio.wait_for(running, 30)

    delete_topics(suite.bootstrap, [suite.physical])
    without = make()
    running = asyncio.create_task(without.run())
    await eventually(lambda: without.trouble == f"missing topics: {suite.physical}", within=20)
    running.cancel()


async def test_a_topic_made_anew_is_compared_from_its_beginning_and_fed_the_rest(
    suite: Any, make: Make, start_relay: Any
) -> None:
    relay = start_relay()
    decide(suite, "a", times=4)
    suite.wait_until_sent(4)
    relay.stop()
    recreate_topics(suite.bootstrap, [suite.physical])
    rows = suite.connection.execute("SELECT convert_from(body, 'UTF8')::json FROM outbox ORDER BY id").fetchall()
    publish(suite.bootstrap, suite.physical, [record_of(row) for (row,) in rows[:2]])  # fed half of it, then died

    recovery = make()
    await asyncio.wait_for(recovery.run(), 20)
    assert recovery.imported == 0
    start_relay()

    def fed() -> bool:
        return sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == [1, 2, 3, 4]

    await eventually(fed, within=20)
    suite.wait_until_sent(4)


async def test_what_a_broker_acknowledged_and_lost_is_sent_again(suite: Any, make: Make, start_relay: Any) -> None:
    relay = start_relay()
    decide(suite, "a", times=3)
    suite.wait_until_sent(3)
    relay.stop()
    decide(suite, "a")
    # As if it had been acknowledged and never reached the disk: the log ends where it would lie.
    suite.connection.execute(
        "UPDATE outbox AS o SET status = 'sent', topic_uuid = p.topic_uuid, partition = p.partition, "
        "\"offset\" = p.next_offset FROM relay_positions AS p WHERE o.status = 'pending'"
    )
    suite.connection.execute("UPDATE relay_positions SET next_offset = next_offset + 1")

    await asyncio.wait_for(make().run(), 20)
    assert statuses(suite.connection) == {"sent": 3, "pending": 1}
    start_relay()
    suite.wait_until_sent(4)
    assert sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == [1, 2, 3, 4]
