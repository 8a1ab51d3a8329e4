"""On a real broker: what is published is mirrored, once, and proved; by the consumer here, and by the whole process."""

import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from chassis.testing.events import event, record_of
from chassis.testing.topics import create_topics, publish, recreate_topics
from chassis.testing.waiting import eventually, eventually_sync
from chassis.worker.batch import BatchConsumer, Log
from contracts.registry import Registry, default_directory
from deploy.kafka import Kafka
from deploy.server import free_port
from intel_sink import domain, merkle
from intel_sink.bootstrap import bootstrap
from intel_sink.cli import cli
from typer.testing import CliRunner

from .conftest import MirrorKit, classified, life, records
from .test_mirror_storing import POISON

PETITIONS = "petition.petitions.v1"
BIN = Path(sys.executable).parent
WITHIN = 90


@dataclass
class Live:
    """One intel-sink, its database and its topics."""

    kafka: Kafka
    kit: MirrorKit
    prefix: str
    port: int

    def command(self, *arguments: str, status: int = 0) -> str:
        """Run ``intel-sink`` to its end."""
        done = CliRunner().invoke(cli, arguments)
        assert done.exit_code == status, done.output + repr(done.exception)
        return done.stdout

    @asynccontextmanager
    async def consuming(self) -> AsyncIterator[BatchConsumer]:
        """Run the mirror's consumer in this process."""
        service = bootstrap()
        (mirror,) = service.batches
        consumer = BatchConsumer(mirror, settings=service.settings)
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    @contextmanager
    def running(self, monkeypatch: pytest.MonkeyPatch, faults: str = "") -> Iterator[subprocess.Popen[bytes]]:
        """Run the whole service as a process; SIGTERM at the end, unless it is gone by then."""
        monkeypatch.setenv("FAULTS", faults)
        with subprocess.Popen([BIN / "intel-sink", "serve"]) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait(30)

    def publish(self, *events: dict[str, Any], topic: str = PETITIONS) -> None:
        """Publish events as their writer's relay would."""
        publish(self.kafka.bootstrap, self.prefix + topic, [record_of(item) for item in events])

    def count(self, topic: str = PETITIONS) -> int:
        """How many records of a topic are mirrored."""
        query = "SELECT count(*) AS n FROM mirror_records JOIN mirror_logs USING (log) WHERE topic = %s"
        return int(self.kit.rows(query, topic)[0]["n"])

    async def mirrored(self, count: int, topic: str = PETITIONS) -> None:
        """Wait until so many records of a topic are mirrored, and see that there are no more."""
        await eventually(lambda: self.count(topic) >= count, within=WITHIN, that=f"{count} of {topic} are mirrored")
        assert self.count(topic) == count

    def verified(self, *arguments: str, status: int = 0) -> dict[str, Any]:
        """Verify against the broker."""
        result: dict[str, Any] = json.loads(self.command("verify", "--json", *arguments, status=status))
        return result


@pytest.fixture
def start(
    kafka: Kafka, kit: MirrorKit, topic_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Live]:
    """Prepare a service: environment and topics, as the contracts name them now."""

    def prepare() -> Live:
        port = free_port()
        secret = tmp_path / "pseudonym"
        secret.write_text("x" * 64)
        for name, value in {
            "INTEL_SINK_DATABASE_URL": kit.url,
            "INTEL_SINK_HTTP_PORT": str(port),
            "INTEL_SINK_SIGNING_KEY": str(tmp_path / "checkpoints.pem"),
            "INTEL_SINK_CHECKPOINT_FILE": str(kit.outside.path),
            "INTEL_SINK_CHECKPOINT_EVERY_S": "0.5",
            "KAFKA_BOOTSTRAP": kafka.bootstrap,
            "TOPIC_PREFIX": topic_prefix,
            "JWT_JWKS_PATH": str(tmp_path / "jwks.json"),
            "PSEUDONYM_SECRET_PATH": str(secret),
        }.items():
            monkeypatch.setenv(name, value)
        create_topics(kafka.bootstrap, [topic_prefix + topic for topic in Registry.load().topics], partitions=3)
        return Live(kafka, kit, topic_prefix, port)

    return prepare


@pytest.fixture
def live(start: Callable[[], Live]) -> Live:
    return start()


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_the_whole_service_mirrors_signs_projects_and_proves_what_is_published(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live.running(monkeypatch):
        live.publish(*[item for number in range(50) for item in life(f"p{number}", 4)])
        live.publish(*(classified(f"fraud-{number}") for number in range(6)))
        least = {PETITIONS: 206, "intel.alerts.v1": 1, "intel.checkpoints.v1": 1}
        eventually_sync(
            lambda: all(live.count(topic) >= count for topic, count in least.items()),
            within=WITHIN,
            that="all is mirrored",
        )
        eventually_sync(lambda: is_ready(live.port), within=WITHIN, that="the service calls itself ready")
    result = live.verified()
    assert result["passed"]
    assert result["counted"]["ok"] >= 208
    assert "everything agrees" in live.command("verify")
    reconciled = live.command("reconcile", "--json", "--source", f"petition={live.kit.url}", status=1)
    own = json.loads(reconciled)["services"]["intel-sink"]
    assert own["recorded"] == own["same"] + own["pending"]
    assert own["same"] >= 2
    assert json.loads(live.command("status", "--json"))["records"] == result["counted"]["records"]
    assert "rebuilt from" in live.command("rebuild")
    assert live.command("checkpoint").startswith(("checkpoint ", "nothing new"))
    (log,) = live.kit.rows("SELECT topic_uuid, partition FROM mirror_logs WHERE topic = %s LIMIT 1", PETITIONS)
    assert json.loads(live.command("prove", str(log["topic_uuid"]), str(log["partition"]), "0"))["path"]


@pytest.mark.parametrize("point", ["mirror.after_copy", "batch.before_commit", "batch.after_commit"])
def test_a_mirror_that_is_killed_in_the_middle_stores_everything_once(
    live: Live, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    live.publish(*[item for number in range(40) for item in life(f"p{number}", 5)])
    with live.running(monkeypatch, f"{point}:exit:2") as process:
        assert process.wait(WITHIN) == 70
    with live.running(monkeypatch):
        live.publish(event("after", 1))
        eventually_sync(lambda: live.count() >= 201, within=WITHIN, that="all is mirrored")
    result = live.verified()
    assert result["passed"], result
    assert (live.count(), result["counted"]["duplicates"]) == (201, 0)


async def test_poison_on_every_topic_is_mirrored_as_invalid_and_stops_nothing(live: Live) -> None:
    poison = [value for name, value in POISON.items() if name != "huge"]
    topics = list(Registry.load().topics)
    for topic in topics:
        publish(live.kafka.bootstrap, live.prefix + topic, [(b"\xff\x00", value) for value in poison])
    live.publish(event("after", 1))
    async with live.consuming():
        for topic in topics:
            await live.mirrored(len(poison) + (topic == PETITIONS), topic)
    await live.kit.follow()
    expected = len(poison) * len(topics)
    for table in ("mirror_records WHERE status = 'invalid'", "projections.invalid"):
        assert await live.kit.scalar(f"SELECT count(*) FROM {table}") == expected
    assert live.verified("--at-rest")["passed"]


async def test_a_topic_that_is_only_added_to_the_contracts_is_mirrored(
    start: Callable[[], Live], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(default_directory(), contracts, ignore=shutil.ignore_patterns("contracts", "__pycache__"))
    page = (contracts / "topics" / "petition.bulletins.v1.yaml").read_text()
    page = page.replace("petition.bulletins.v1", "accept.cases.v1").replace("yiwangban.petition.", "yiwangban.accept.")
    (contracts / "topics" / "accept.cases.v1.yaml").write_text(page)
    monkeypatch.setenv("CONTRACTS_DIR", str(contracts))
    live = start()
    async with live.consuming():
        live.publish(*life("case", 3), topic="accept.cases.v1")
        await live.mirrored(3, "accept.cases.v1")


async def test_a_topic_that_was_made_again_is_mirrored_beside_the_old_one(live: Live) -> None:
    events = life("p", 6)
    async with live.consuming():
        live.publish(*events[:5])
        await live.mirrored(5)
        recreate_topics(live.kafka.bootstrap, [live.prefix + PETITIONS], partitions=3)
        live.publish(*events)
        await live.mirrored(11)
    rows = live.kit.rows("SELECT status, count(*) AS n FROM mirror_records GROUP BY 1 ORDER BY 1")
    assert [(row["status"], row["n"]) for row in rows] == [("duplicate", 5), ("ok", 6)]
    assert live.verified()["passed"]


async def test_the_broker_names_the_row_that_was_made_to_agree_with_itself(live: Live) -> None:
    live.publish(*[item for number in range(20) for item in life(f"p{number}", 3)])
    async with live.consuming():
        await live.mirrored(60)
    await live.kit.sign()
    assert live.verified()["passed"]
    (log,) = live.kit.rows("SELECT * FROM mirror_logs ORDER BY size DESC LIMIT 1")
    rewrite(live.kit, log["log"], offset=1)
    result = live.verified(status=1)
    named = {(finding["kind"], finding["partition"], finding["offset"]) for finding in result["findings"]}
    assert named == {("changed", log["partition"], 1), ("signed head", log["partition"], 0)}
    without = live.verified("--no-broker", status=1)
    assert [finding["kind"] for finding in without["findings"]] == ["signed head"]


async def test_the_broker_names_a_row_that_no_head_vouches_for_yet(live: Live) -> None:
    live.publish(*life("p", 3))
    async with live.consuming():
        await live.mirrored(3)
    rewrite(live.kit, 1, offset=2)
    assert live.verified("--no-broker")["passed"]
    assert [(finding["kind"], finding["offset"]) for finding in live.verified(status=1)["findings"]] == [("changed", 2)]


async def test_a_mirror_that_knows_less_or_more_than_the_broker_is_told(live: Live) -> None:
    live.publish(*life("p", 3))
    async with live.consuming():
        await live.mirrored(3)
    live.publish(event("q", 1), event("q", 2))
    assert live.verified()["counted"]["behind_broker"] == 2
    late = live.verified("--at-rest", status=1)["findings"]
    assert {(finding["kind"], finding["detail"]) for finding in late} == {("broker", "on the broker, but not mirrored")}
    (log,) = live.kit.rows("SELECT * FROM mirror_logs")
    beyond = records(life("forged", 9), start=log["size"])
    await live.kit.store(beyond, log=Log(PETITIONS, log["topic_uuid"], log["partition"]))
    findings = live.verified(status=1)["findings"]
    assert ("mirrored, but beyond the end of the broker's log", beyond[-1].offset) in {
        (finding["detail"], finding.get("through")) for finding in findings
    }


def rewrite(kit: MirrorKit, log: int, offset: int) -> None:
    """Change a row, and make its hash and the log's tree fit."""
    with psycopg.connect(kit.url) as connection:
        query = "SELECT topic, topic_uuid, partition FROM mirror_logs WHERE log = %s"
        place = connection.execute(query, (log,)).fetchone()
        assert place is not None
        connection.execute(
            "UPDATE mirror_records SET value = value || ' '::bytea WHERE log = %s AND \"offset\" = %s", (log, offset)
        )
        rows = connection.execute(
            'SELECT "offset", timestamp_ms, key, headers, value FROM mirror_records WHERE log = %s ORDER BY 1', (log,)
        ).fetchall()
        prefix = domain.leaf_prefix(*place)
        leaves = [domain.leaf_hash(prefix, at, time, domain.leaf_content(*content)) for at, time, *content in rows]
        tree = merkle.Frontier()
        tree.extend(leaves)
        connection.execute("UPDATE mirror_logs SET frontier = %s WHERE log = %s", (tree.to_bytes(), log))
        connection.execute(
            'UPDATE mirror_records SET leaf_hash = %s WHERE log = %s AND "offset" = %s', (leaves[offset], log, offset)
        )
