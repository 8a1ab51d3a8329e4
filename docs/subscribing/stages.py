"""A downstream system, whole: keeps the newest stage of each matter in a table of its own.

    python stages.py accept.cases.v1 petition.petitions.v1 --database stages.db

The environment says where the brokers are and who is asking: KAFKA_BOOTSTRAP, KAFKA_USER, KAFKA_PASSWORD_PATH,
KAFKA_CA_PATH, as the file kafka.env says that a subscriber is given.

What it shows, and what every reader of these topics should do:

- **At least once, one effect.** A record may come again. The last sequence of each subject is stored in the
  transaction of the effect; what isn't larger is skipped.
- **Position after effect.** Kafka's position is committed after the effects; a kill in between repeats records, but
  no effect.
- **Tolerant.** Unknown fields and types are let through. What isn't an event at all is set aside, and read on.
- **Bounded.** So many records a time, and nothing kept in memory between them.

It may be killed at any moment, and ends by itself when the broker or the table is in its way: let a supervisor start
it again.
"""

import argparse
import signal
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from contracts.bus import Bus
from contracts.codec import Codec, Undecodable
from contracts.refusal import explained
from contracts.registry import Registry
from kafka import KafkaConsumer
from kafka.consumer.fetcher import ConsumerRecord

MOST_AT_ONCE = 500
TABLES = """
CREATE TABLE IF NOT EXISTS stages (subject TEXT PRIMARY KEY, tenant TEXT, stage TEXT, since TEXT);
CREATE TABLE IF NOT EXISTS seen (subject TEXT PRIMARY KEY, sequence INTEGER);
CREATE TABLE IF NOT EXISTS set_aside (
    topic TEXT, part INTEGER, place INTEGER, why TEXT, PRIMARY KEY (topic, part, place)
);
"""


class Stages:
    """The table.

    Args:
        database: Where it is.
        registry: The contracts that this reader knows. Newer ones do no harm.
    """

    def __init__(self, database: sqlite3.Connection, registry: Registry) -> None:
        self._database = database
        self._titles = {event.type: event.title for event in registry.types.values()}
        self._decode = Codec(registry).decode
        database.executescript(TABLES)

    def take(self, records: Iterable[ConsumerRecord]) -> None:
        """Let records have their effect, in one transaction."""
        with self._database:
            for record in records:
                try:
                    self._apply(self._decode(record.value))
                except Undecodable as error:
                    place = (record.topic, record.partition, record.offset, error.reason)
                    self._database.execute("INSERT OR IGNORE INTO set_aside VALUES (?, ?, ?, ?)", place)

    def _apply(self, event: dict[str, Any]) -> None:
        subject, sequence = event["subject"], int(event["sequence"])
        newer = self._database.execute(
            "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO UPDATE SET sequence = excluded.sequence"
            " WHERE excluded.sequence > sequence RETURNING 1",
            (subject, sequence),
        ).fetchone()
        if newer and (title := self._titles.get(event["type"])):
            row = (subject, event["tenant"], title, event["time"])
            self._database.execute("INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?)", row)


def main() -> None:
    """Read until SIGTERM or SIGINT; ``--once``: until everything that is there was read."""
    parser = argparse.ArgumentParser(description="Keeps the newest stage of each matter.")
    parser.add_argument("topics", nargs="+")
    parser.add_argument("--group", default="stages", help="consumer group; a new one reads from the beginning")
    parser.add_argument(
        "--instance", default="0", help="which of the group's readers; started again, it goes on at once"
    )
    parser.add_argument("--database", default="stages.db")
    parser.add_argument("--once", action="store_true")
    chosen = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    bus = Bus.from_environment()
    with explained(bus):
        consumer = KafkaConsumer(
            *chosen.topics,
            **bus.client(),
            group_id=f"{bus.user}.{chosen.group}" if bus.user else chosen.group,  # a principal has groups of its own
            group_instance_id=chosen.instance,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_500,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_poll_records=MOST_AT_ONCE,
        )
    with closing(sqlite3.connect(chosen.database)) as database, closing(consumer):
        stages = Stages(database, Registry.load())
        while not stop.is_set():
            polled = consumer.poll(timeout_ms=500)
            for records in polled.values():
                stages.take(records)
            consumer.commit()
            if chosen.once and not polled and _at_the_end(consumer):
                return


def _at_the_end(consumer: KafkaConsumer) -> bool:
    assigned = consumer.assignment()
    ends = consumer.end_offsets(assigned)
    return bool(assigned) and all(consumer.position(partition) >= ends[partition] for partition in assigned)


if __name__ == "__main__":
    main()
