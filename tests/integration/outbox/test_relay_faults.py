"""What the relay does when a process is stopped or killed, and when broker, database or topics go away."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from chassis.relay import publisher
from chassis.relay.leadership import LOCK
from chassis.testing.faults import EXIT_STATUS
from chassis.testing.outbox import read_topic, record_event, sequences_of, statuses
from chassis.testing.topics import create_topics, recreate_topics
from chassis.testing.waiting import eventually_sync
from contracts.bus import Bus
from deploy.kafka import Kafka
from deploy.postgres import Postgres

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start_process(suite: Any) -> Iterator[Start]:
    """Start relays in processes of their own."""
    started: list[subprocess.Popen[str]] = []

    def start(faults: str = "", **changes: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "chassis.testing.relay_process", json.dumps(suite.parameters(**changes))]
        environment = os.environ | Bus(suite.bootstrap).environment() | {"FAULTS": faults}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.communicate(timeout=10)


def leader_of(suite: Any) -> int | None:
    row = suite.connection.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())",
        (LOCK & 0xFFFFFFFF,),
    ).fetchone()
    return row[0] if row else None


def is_stopped(pid: int) -> bool:
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123  procfs
        return stat.read().rpartition(")")[2].split()[0] == "T"


def test_a_stopped_leader_loses_its_term_and_marks_nothing_when_it_wakes(
    suite: Any, start_process: Start, start_relay: Any
) -> None:
    for sequence in range(1, 6):
        record_event(suite.connection, suite.topic, "a", sequence)
    stopped = start_process(faults="relay.after_send:stop")
    eventually_sync(lambda: is_stopped(stopped.pid), within=30, that="the leader stops between send and mark")
    assert statuses(suite.connection) == {"pending": 5}
    assert leader_of(suite) is not None

    successor = start_relay()
    eventually_sync(lambda: successor.leading, within=10, that="the session of the stopped leader ended")
    suite.wait_until_sent(5)
    marked = suite.connection.execute('SELECT id, partition, "offset" FROM outbox ORDER BY id').fetchall()

    stopped.send_signal(signal.SIGCONT)
    said = iter(stopped.stdout or [])
    assert "leading\n" in said
    assert next(said) == "standing by\n"
    assert successor.leading
    assert suite.connection.execute('SELECT id, partition, "offset" FROM outbox ORDER BY id').fetchall() == marked
    # The log may repeat, and the marks are the successor's: the second copy of each.
    assert sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == [1, 2, 3, 4, 5] * 2
    assert [offset for _, _, offset in marked] == [5, 6, 7, 8, 9]


@pytest.mark.parametrize("at", ["relay.before_send", "relay.after_send", "relay.after_mark"])
def test_a_leader_that_is_killed_anywhere_loses_nothing(
    suite: Any, start_process: Start, start_relay: Any, at: str
) -> None:
    for sequence in range(1, 301):
        record_event(suite.connection, suite.topic, f"s{sequence % 7}", sequence)
    killed = start_process(faults=f"{at}:exit:3", batch=50)
    assert killed.wait(timeout=30) == EXIT_STATUS

    start_relay()
    suite.wait_until_sent(300)
    times = Counter(one.event_id for one in read_topic(suite.bootstrap, suite.physical))
    assert len(times) == 300
    assert sum(times.values()) - 300 <= 150  # three batches in flight at most


def test_events_wait_for_a_broker_that_is_gone(suite: Any, start_relay: Any, kafka: Kafka) -> None:
    relay = start_relay()
    record_event(suite.connection, suite.topic, "a", 1)
    suite.wait_until_sent(1)
    kafka.kill()
    try:
        for sequence in range(2, 51):
            record_event(suite.connection, suite.topic, "a", sequence)
        eventually_sync(lambda: not relay.healthy(), within=15)
        assert relay.trouble() == "standing: the broker doesn't answer"
        assert relay.leading
    finally:
        kafka.start()
    suite.wait_until_sent(50, within=20)
    eventually_sync(relay.healthy, within=5)
    first_of_each = list(dict.fromkeys(sequences_of(read_topic(suite.bootstrap, suite.physical), "a")))
    assert first_of_each == list(range(1, 51))


def test_a_producer_that_answers_no_more_is_replaced(
    suite: Any, start_relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "OVERDUE_S", 1.0)
    relay = start_relay()
    record_event(suite.connection, suite.topic, "a", 1)
    suite.wait_until_sent(1)
    waking = threading.Event()
    relay._pump._publisher._producer._sender.run_once = waking.wait  # its thread hangs
    for sequence in range(2, 5):
        record_event(suite.connection, suite.topic, "a", sequence)
    suite.wait_until_sent(4)
    waking.set()
    assert sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == [1, 2, 3, 4]


def test_a_leader_stays_leader_while_the_broker_is_stopped(suite: Any, start_relay: Any, kafka: Kafka) -> None:
    """Nothing that the relay does with a silent broker may take so long that its session counts as idle."""
    relay = start_relay()
    record_event(suite.connection, suite.topic, "a", 1)
    suite.wait_until_sent(1)
    backend = leader_of(suite)
    assert kafka.pid is not None
    os.kill(kafka.pid, signal.SIGSTOP)
    try:
        record_event(suite.connection, suite.topic, "a", 2)
        assert not threading.Event().wait(12)  # more than twice the idle time-out
        assert leader_of(suite) == backend
        assert not relay.healthy()
    finally:
        os.kill(kafka.pid, signal.SIGCONT)
    suite.wait_until_sent(2, within=20)


def test_a_topic_that_was_made_anew_gets_everything_again_in_order(suite: Any, start_relay: Any) -> None:
    relay = start_relay(batch=10)
    for sequence in range(1, 41):
        record_event(suite.connection, suite.topic, f"s{sequence % 2}", sequence)
    suite.wait_until_sent(40)

    uuid = recreate_topics(suite.bootstrap, [suite.physical])[suite.physical]
    for sequence in range(41, 61):
        record_event(suite.connection, suite.topic, f"s{sequence % 2}", sequence)
        relay.wake()

    def sent_to_the_new_one() -> bool:
        query = "SELECT count(*) FROM outbox WHERE status = 'sent' AND topic_uuid = %s"
        return bool(suite.connection.execute(query, (uuid,)).fetchone() == (60,))

    eventually_sync(sent_to_the_new_one, within=30)
    published = read_topic(suite.bootstrap, suite.physical)
    # Before the relay sees the new identity it may send a few rows; after it, all of them from the first one on.
    for subject, parity in (("s0", 0), ("s1", 1)):
        expected = [sequence for sequence in range(1, 61) if sequence % 2 == parity]
        assert sequences_of(published, subject)[-len(expected) :] == expected
    positions = suite.connection.execute("SELECT DISTINCT topic_uuid FROM relay_positions").fetchall()
    assert positions == [(uuid,)]


def test_a_wiped_broker_is_fed_again(suite: Any, start_relay: Any, kafka: Kafka) -> None:
    relay = start_relay()
    for sequence in range(1, 21):
        record_event(suite.connection, suite.topic, "a", sequence)
    suite.wait_until_sent(20)
    kafka.kill()
    kafka.wipe()
    kafka.start()
    eventually_sync(lambda: relay.trouble() == f"missing topics: {suite.topic}", within=20)

    create_topics(suite.bootstrap, [suite.physical])
    eventually_sync(
        lambda: sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == list(range(1, 21)), within=20
    )
    eventually_sync(relay.healthy, within=5)


def test_a_database_that_restarts_costs_a_term_and_no_event(suite: Any, start_relay: Any, postgres: Postgres) -> None:
    relay = start_relay()
    for sequence in range(1, 11):
        record_event(suite.connection, suite.topic, "a", sequence)
    suite.wait_until_sent(10)
    postgres.stop()
    postgres.start()
    with psycopg.connect(suite.dsn, autocommit=True) as again:
        for sequence in range(11, 21):
            record_event(again, suite.topic, "a", sequence)
        eventually_sync(lambda: statuses(again) == {"sent": 20}, within=20)
    assert relay.healthy()
    assert sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == list(range(1, 21))
