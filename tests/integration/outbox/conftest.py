from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from chassis.relay.leadership import Relay
from chassis.testing.events import create_tables
from chassis.testing.topics import create_topics
from chassis.testing.waiting import eventually_sync
from contracts.bus import Bus
from deploy.kafka import Kafka

TOPIC = "things.v1"


@dataclass(frozen=True)
class Suite:
    """A database with the chassis' tables, a topic, and a connection to look at both."""

    dsn: str
    bootstrap: str
    topic: str
    physical: str
    connection: psycopg.Connection[Any]

    def parameters(self, **changes: Any) -> dict[str, Any]:
        base = {"service": "test", "dsn": self.dsn, "topics": {self.topic: self.physical}}
        return base | changes

    def wait_until_sent(self, rows: int, within: float = 30) -> None:
        query = "SELECT count(*) FROM outbox WHERE status = 'sent'"

        def sent() -> bool:
            return self.connection.execute(query).fetchone() == (rows,)

        eventually_sync(sent, within=within, that=f"{rows} rows are sent")


@pytest.fixture
def suite(kafka: Kafka, database_url: str, topic_prefix: str) -> Iterator[Suite]:
    create_tables(database_url)
    create_topics(kafka.bootstrap, [topic_prefix + TOPIC])
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield Suite(database_url, kafka.bootstrap, TOPIC, topic_prefix + TOPIC, connection)


@pytest.fixture
def start_relay(suite: Suite) -> Iterator[Callable[..., Relay]]:
    started: list[Relay] = []

    def start(**changes: Any) -> Relay:
        relay = Relay(bus=Bus(suite.bootstrap), **suite.parameters(**changes))
        relay.start()
        started.append(relay)
        return relay

    yield start
    for relay in started:
        assert relay.stop(timeout=15)
