"""The examples for downstream systems, on a real broker: repeated, unknown and broken records, and a kill."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import topics
from chassis.testing.events import record_of
from chassis.testing.waiting import eventually_sync
from contracts.registry import Registry
from deploy.kafka import Kafka

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "subscribing"
REGISTRY = Registry.load()
LIFE = [
    "portal-question.json", "classified-as-consultation.json", "to-exit-entry.json", "reply-on-endorsement.json",
    "closed-as-answered.json",
]  # fmt: skip
CLOSED = "已办结 · Closed"


def life() -> list[dict[str, Any]]:
    """The events of one petition, in order."""
    return [json.loads(REGISTRY.example(name)) for name in LIFE]


def lives(number: int) -> list[dict[str, Any]]:
    """The same for many petitions, one after the other."""
    return [event | {"subject": f"petition-{one}"} for one in range(number) for event in life()]


@pytest.fixture
def topic(kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in kafka.bus.environment().items():  # for the examples, which are processes of their own
        monkeypatch.setenv(name, value)
    name = f"{topic_prefix}petition.petitions.v1"
    topics.create_topics(kafka.bootstrap, [name], partitions=3)
    return name


def publish(kafka: Kafka, topic: str, events: Sequence[dict[str, Any] | bytes]) -> None:
    records = [(None, event) if isinstance(event, bytes) else record_of(event) for event in events]
    topics.publish(kafka.bootstrap, topic, records)


def reading(topic: str, database: Path, *options: str) -> list[str]:
    own = ["--database", str(database), "--group", f"reader-{uuid4()}"]
    return [sys.executable, str(EXAMPLES / "stages.py"), topic, *own, *options]


def read(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def rows(database: Path, query: str) -> list[Any]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


def test_a_reader_keeps_the_last_stage_whatever_comes_twice_or_is_no_event(
    kafka: Kafka, topic: str, tmp_path: Path
) -> None:
    first, second, third, fourth, closed = life()
    newer = {**second, "data": second["data"] | {"mood": "curious"}}
    unknown = {
        **closed,
        "sequence": f"{6:020}",
        "type": "yiwangban.petition.petition.read-aloud.v1",
        "data": {"times": 2},
    }
    publish(
        kafka,
        topic,
        [b"not an event", first, newer, third, first, newer, third, fourth, closed, fourth, closed, unknown, third],
    )
    database = tmp_path / "stages.db"
    read(reading(topic, database, "--once"))
    assert rows(database, "SELECT subject, stage FROM stages") == [(first["subject"], CLOSED)]
    assert rows(database, "SELECT sequence FROM seen") == [(6,)]
    assert rows(database, "SELECT place, why FROM set_aside") == [(0, "not JSON in UTF-8")]


def test_a_reader_that_was_killed_goes_on_and_one_that_begins_again_changes_nothing(
    kafka: Kafka, topic: str, tmp_path: Path
) -> None:
    number = 1_000
    publish(kafka, topic, lives(number))
    database = tmp_path / "stages.db"
    command = reading(topic, database)
    process = subprocess.Popen(command)
    try:
        eventually_sync(
            lambda: database.exists() and rows(database, "SELECT 1 FROM seen LIMIT 1"),
            within=30,
            ignoring=(sqlite3.OperationalError,),
            that="it has begun",
        )
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    read([*command, "--once"])
    kept = rows(database, "SELECT * FROM stages ORDER BY subject")
    assert [row[0] for row in kept] == sorted(f"petition-{one}" for one in range(number))
    assert {row[2] for row in kept} == {CLOSED}
    read(reading(topic, database, "--once"))
    assert rows(database, "SELECT * FROM stages ORDER BY subject") == kept


def test_a_reader_that_could_not_write_has_not_read_either(kafka: Kafka, topic: str, tmp_path: Path) -> None:
    first, *rest = life()
    publish(kafka, topic, [first])
    database = tmp_path / "stages.db"
    command = reading(topic, database, "--once")
    read(command)
    publish(kafka, topic, rest)
    with sqlite3.connect(database) as somebody_else:
        somebody_else.execute("BEGIN IMMEDIATE")
        failed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "database is locked" in failed.stderr
    read(command)
    assert rows(database, "SELECT stage FROM stages") == [(CLOSED,)]


@pytest.mark.skipif(not (shutil.which("kcat") and shutil.which("jq")), reason="kcat or jq is missing: make tools")
def test_on_the_command_line_each_event_is_printed_once(kafka: Kafka, topic: str) -> None:
    events = life()
    publish(kafka, topic, [b"{broken", *events, *events[2:], b'"no object"', events[0]])
    done = subprocess.run(
        [EXAMPLES / "watch.sh", topic, "-e"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == events
