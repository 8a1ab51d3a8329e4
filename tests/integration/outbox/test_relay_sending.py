"""What the relay does while everything works, and how it treats what can't be sent."""

from typing import Any

import psycopg
import pytest
from chassis.envelope import CONTENT_TYPE
from chassis.relay.outgoing import Outgoing
from chassis.testing.outbox import read_topic, record_event, sequences_of, statuses
from chassis.testing.topics import admin_client, create_topics
from chassis.testing.waiting import eventually_sync
from kafka.admin import ConfigResource, ConfigResourceType


def test_every_committed_row_reaches_its_topic_in_the_order_of_its_subject(suite: Any, start_relay: Any) -> None:
    with suite.connection.transaction():
        for sequence in range(1, 51):
            for subject in ("a", "b", "c"):
                record_event(suite.connection, suite.topic, subject, sequence)

    start_relay(batch=20)
    suite.wait_until_sent(150)

    published = read_topic(suite.bootstrap, suite.physical)
    assert len(published) == 150
    for subject in ("a", "b", "c"):
        assert sequences_of(published, subject) == list(range(1, 51))
    assert all(one.headers == (("content-type", CONTENT_TYPE.encode()),) for one in published)


def test_a_row_knows_the_place_of_its_record(suite: Any, start_relay: Any) -> None:
    for sequence in (1, 2, 3):
        record_event(suite.connection, suite.topic, "a", sequence)
    start_relay()
    suite.wait_until_sent(3)

    rows = suite.connection.execute('SELECT event_id::text, partition, "offset" FROM outbox ORDER BY id').fetchall()
    published = read_topic(suite.bootstrap, suite.physical)
    assert rows == [(one.event_id, one.partition, one.offset) for one in published]
    (position,) = suite.connection.execute("SELECT partition, next_offset FROM relay_positions").fetchall()
    assert position == (published[0].partition, 3)


def test_a_row_that_commits_late_with_a_lower_id_is_not_skipped(suite: Any, start_relay: Any) -> None:
    start_relay()
    with psycopg.connect(suite.dsn) as slow:
        record_event(slow, suite.topic, "slow", 1)
        record_event(suite.connection, suite.topic, "fast", 1)
        suite.wait_until_sent(1)
        slow.commit()
    suite.wait_until_sent(2)

    ids = suite.connection.execute("SELECT subject FROM outbox ORDER BY id").fetchall()
    assert ids == [("slow",), ("fast",)]
    assert {one.subject for one in read_topic(suite.bootstrap, suite.physical)} == {"slow", "fast"}


def test_a_wake_up_is_faster_than_the_poll(suite: Any, start_relay: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.relay.pump.POLL_S", 30.0)
    relay = start_relay()

    def resting() -> bool:
        query = "SELECT now() - state_change > '0.3 s' FROM pg_stat_activity WHERE application_name = 'test-relay'"
        return bool(relay.leading and suite.connection.execute(query).fetchone() == (True,))

    eventually_sync(resting, within=10, that="the relay found nothing and waits for its next poll")
    record_event(suite.connection, suite.topic, "a", 1)
    relay.wake()
    suite.wait_until_sent(1, within=3)


def test_a_record_that_the_broker_refuses_holds_back_its_subject_only(suite: Any, start_relay: Any) -> None:
    with admin_client(suite.bootstrap) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, suite.physical, {"max.message.bytes": "20000"})])
    for subject in ("before", "large", "after"):
        record_event(suite.connection, suite.topic, subject, 1, padding=30_000 if subject == "large" else 0)
    record_event(suite.connection, suite.topic, "large", 2)
    relay = start_relay()

    eventually_sync(lambda: statuses(suite.connection).get("quarantined") == 1, within=30)
    record_event(suite.connection, suite.topic, "large", 3)
    record_event(suite.connection, suite.topic, "after", 2)
    eventually_sync(lambda: statuses(suite.connection).get("sent", 0) >= 3, within=30)

    outgoing = Outgoing(suite.connection)
    (held,) = outgoing.quarantined()
    assert (held.topic, held.subject, held.reason) == (suite.topic, "large", "MessageSizeTooLargeError")
    published = read_topic(suite.bootstrap, suite.physical)
    assert sequences_of(published, "before") == [1]
    assert sequences_of(published, "after") == [1, 2]
    assert 1 not in sequences_of(published, "large")
    assert 3 not in sequences_of(published, "large")
    assert relay.healthy()


def test_a_released_subject_is_sent_from_where_it_was_held(suite: Any, start_relay: Any) -> None:
    row = record_event(suite.connection, suite.topic, "a", 1)
    outgoing = Outgoing(suite.connection)
    (fetched,) = outgoing.fetch([suite.topic], limit=10, max_bytes=1_000, in_flight=[])
    outgoing.quarantine(fetched, "MessageSizeTooLargeError")
    record_event(suite.connection, suite.topic, "a", 2)
    assert outgoing.fetch([suite.topic], limit=10, max_bytes=1_000, in_flight=[]) == []
    assert str(fetched.event_id) == row["id"]

    assert outgoing.release("a")
    assert not outgoing.release("a")
    start_relay()
    suite.wait_until_sent(2)
    assert sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == [1, 2]


def test_a_missing_topic_holds_back_its_own_rows_only_until_it_is_there(suite: Any, start_relay: Any) -> None:
    other = suite.physical + ".other"
    record_event(suite.connection, "other", "x", 1)
    record_event(suite.connection, suite.topic, "a", 1)
    relay = start_relay(topics={suite.topic: suite.physical, "other": other})
    suite.wait_until_sent(1)
    assert relay.trouble() == "missing topics: other"

    create_topics(suite.bootstrap, [other])
    suite.wait_until_sent(2)
    assert sequences_of(read_topic(suite.bootstrap, other), "x") == [1]
    eventually_sync(relay.healthy, within=5)


def test_only_one_of_two_relays_leads(suite: Any, start_relay: Any) -> None:
    first, second = start_relay(), start_relay()
    eventually_sync(lambda: first.leading or second.leading, within=10)
    leader, follower = (first, second) if first.leading else (second, first)
    record_event(suite.connection, suite.topic, "a", 1)
    suite.wait_until_sent(1)
    assert not follower.leading
    assert follower.healthy()

    assert leader.stop()
    eventually_sync(lambda: follower.leading, within=5)
    record_event(suite.connection, suite.topic, "a", 2)
    suite.wait_until_sent(2)
    assert sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == [1, 2]


def test_a_topic_is_sent_again_on_demand(suite: Any, start_relay: Any) -> None:
    for sequence in (1, 2):
        record_event(suite.connection, suite.topic, "a", sequence)
    start_relay()
    suite.wait_until_sent(2)
    assert Outgoing(suite.connection).resend(suite.topic) == 2
    suite.wait_until_sent(2)
    assert sequences_of(read_topic(suite.bootstrap, suite.physical), "a") == [1, 2, 1, 2]
