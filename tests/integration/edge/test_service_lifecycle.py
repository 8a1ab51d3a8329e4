"""A service starts by role, says what it waits for, and stops without leaving anything behind."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from chassis.app import Service, Task, service_defaults
from chassis.envelope import Envelope, new_id
from chassis.reaction import Reaction
from chassis.route import CommandRoute, unit
from chassis.settings import Role, Settings
from chassis.testing.events import create_tables, event, record_of
from chassis.testing.topics import create_topics, ends_of, publish
from chassis.testing.waiting import eventually, eventually_sync
from chassis.unit import Unit
from deploy.kafka import Kafka
from deploy.server import free_port
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import text

from contracts.events import BulletinDrafted

WRITTEN = ("petition.petitions.v1", "petition.bulletins.v1")
READ = "intel.alerts.v1"


async def draft(work: Unit) -> None:
    await work.append(
        topic="petition.bulletins.v1", subject=new_id(), tenant="440100", first_sequence=1,
        events=[BulletinDrafted(alert=new_id(), title="t", text="t", kind="report", matter="fraud")],
    )  # fmt: skip


class Ticks:
    """A service that counts: by request, by event, by time."""

    def __init__(self, settings: Settings, tmp_path: Path) -> None:
        self.seen: list[str] = []
        router = APIRouter(prefix="/v1", route_class=CommandRoute)

        @router.post("/drafts", status_code=201)
        async def add(work: Unit = Depends(unit)) -> dict[str, str]:  # noqa: FAST002
            await draft(work)
            return {}

        async def react(envelope: Envelope, work: Unit) -> None:
            self.seen.append(envelope.subject)
            await draft(work)

        async def tick(work: Unit) -> None:
            await work.session.execute(text("INSERT INTO ticks DEFAULT VALUES"))

        self.service = Service(
            name="petition",
            title="Ticks",
            settings=settings,
            migrations=tmp_path,
            routers=[router],
            reactions=[Reaction(name="count", topics=(READ,), handlers={"yiwangban.test.thing.happened.v1": react})],
            tasks=[Task(name="tick", every_s=0.05, run=tick)],
        )


@pytest.fixture
def live(settings: Settings, kafka: Kafka, topic_prefix: str, tmp_path: Path) -> Callable[..., Settings]:
    """Settings of a service with its own topics on the real broker."""
    create_tables(settings.database_url)
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("CREATE TABLE ticks (id bigint GENERATED ALWAYS AS IDENTITY)")
    create_topics(kafka.bootstrap, [topic_prefix + topic for topic in (*WRITTEN, READ)], partitions=2)
    secret = tmp_path / "pseudonym"
    secret.write_bytes(b"s" * 32)

    def with_(**changes: Any) -> Settings:
        return settings.changed(
            service="petition", kafka_bootstrap=kafka.bootstrap, topic_prefix=topic_prefix, drain_s=5.0,
            keyring_dir=tmp_path / "keyring", pseudonym_secret_path=secret, **changes,
        )  # fmt: skip

    return with_


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    app = service_defaults(lambda: service)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        async with app.router.lifespan_context(app):
            yield app, client
            began = time.monotonic()
        assert time.monotonic() - began < 2 * service.settings.drain_s


async def ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def checks(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in (await client.get("/readyz")).json()["checks"]}


async def write(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/v1/drafts", headers={"authorization": f"Bearer {token}", "idempotency-key": new_id()})


def published(settings: Settings) -> int:
    return sum(ends_of(settings.kafka_bootstrap, settings.physical_topic(WRITTEN[1]), partitions=2).values())


async def test_a_process_with_all_roles_writes_relays_reacts_and_ticks(
    live: Callable[..., Settings], tmp_path: Path, make_token: Callable[..., str]
) -> None:
    settings = live()
    ticks = Ticks(settings, tmp_path)
    async with running(ticks.service) as (_, client):
        await eventually(lambda: ready(client), within=30, that="all checks are ready")
        assert set(await checks(client)) == {
            "database", "start", "relay", "reaction count", "task tick", "task forget expired answers",
        }  # fmt: skip
        assert (await write(client, make_token())).status_code == 201
        await eventually(lambda: published(settings) == 1, within=15, that="the draft is published")
        publish(settings.kafka_bootstrap, settings.physical_topic(READ), [record_of(event("s-1", 1))])
        await eventually(lambda: published(settings) == 2, within=15, that="the reaction's draft is published")
        assert ticks.seen == ["s-1"]
        metrics = (await client.get("/metrics")).text
        assert "yiwangban_service_state_ratio{" in metrics or "yiwangban_service_state{" in metrics
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM ticks").fetchone()
        assert row is not None
        assert row[0] > 2


async def test_a_stopped_process_leaves_no_thread_no_task_and_no_connection_behind(
    live: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = live()
    threads, tasks = set(threading.enumerate()), asyncio.all_tasks()
    async with running(Ticks(settings, tmp_path).service) as (_, client):
        await eventually(lambda: ready(client), within=30, that="all checks are ready")
    left = (repr(task) for task in asyncio.all_tasks() - tasks)
    assert not [task for task in left if "/mode/utils/locks.py" not in task]  # faust's own; ends with the loop

    def left_threads() -> set[str]:
        of_the_process = ("ThreadPoolExecutor", "asyncio_", "Otel", "Batch", "Periodic")
        return {t.name for t in set(threading.enumerate()) - threads if not t.name.startswith(of_the_process)}

    await eventually(lambda: not left_threads(), within=10, that="all threads have ended")
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

        def gone() -> bool:
            row = connection.execute(query).fetchone()
            return row == (0,)

        await eventually(gone, within=5, that="all connections are closed")


@pytest.mark.parametrize(
    ("role", "names", "writes"),
    [
        (Role.API, {"database", "start"}, 201),
        (Role.RELAY, {"database", "start", "relay"}, 404),
        (
            Role.WORKER,
            {"database", "start", "reaction count", "task tick", "task forget expired answers"},
            404,
        ),
    ],
)
async def test_a_process_does_only_what_its_role_is_and_always_answers_for_its_health(
    live: Callable[..., Settings],
    tmp_path: Path,
    make_token: Callable[..., str],
    role: Role,
    names: set[str],
    writes: int,
) -> None:
    settings = live(roles=frozenset({role}))
    async with running(Ticks(settings, tmp_path).service) as (_, client):
        await eventually(lambda: ready(client), within=30, that="all checks are ready")
        assert set(await checks(client)) == names
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200
        assert (await write(client, make_token())).status_code == writes
        with psycopg.connect(settings.database_url) as connection:
            held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            row = connection.execute(held).fetchone()
        assert row == ((1,) if role is Role.RELAY else (0,))


async def test_while_the_broker_is_away_at_start_reads_work_writes_wait_and_readiness_says_so(
    live: Callable[..., Settings], tmp_path: Path, make_token: Callable[..., str]
) -> None:
    settings = live().changed(kafka_bootstrap=f"127.0.0.1:{free_port()}")
    async with running(Ticks(settings, tmp_path).service) as (_, client):
        answer = await write(client, make_token())
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:yiwangban:problem:recovering"
        assert answer.headers["retry-after"]
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        assert not (await checks(client))["start"]["ready"]


async def test_a_missing_topic_is_named_by_readiness(live: Callable[..., Settings], tmp_path: Path) -> None:
    settings = live().changed(topic_prefix="nowhere.")
    async with running(Ticks(settings, tmp_path).service) as (_, client):

        async def named() -> bool:
            return "nowhere.petition.bulletins.v1" in (await checks(client))["start"]["detail"]

        await eventually(named, within=20, that="readiness names the topic")


PROGRAM = """
from pathlib import Path
from typing import Annotated
from fastapi import APIRouter, Depends
from sqlalchemy import text
from chassis.cli import service_cli
from chassis.route import CommandRoute, unit
from chassis.service import Service
from chassis.settings import Settings
from chassis.unit import Unit
from pydantic_settings import SettingsConfigDict

router = APIRouter(prefix="/v1", route_class=CommandRoute)

@router.post("/slow", status_code=201)
async def slow(work: Annotated[Unit, Depends(unit)]) -> dict[str, str]:
    await work.session.execute(text("SELECT pg_sleep(1.5)"))
    return {}

class ThingSettings(Settings):
    model_config = SettingsConfigDict(env_prefix="THING_")
    service: str = "petition"
    http_port: int = 1

def bootstrap():
    settings = ThingSettings()
    return Service(name="petition", title="Thing", settings=settings, migrations=Path(), routers=[router])

service_cli(bootstrap)()
"""


@contextmanager
def process(tmp_path: Path, settings: Settings, port: int) -> Iterator[subprocess.Popen[str]]:
    program = tmp_path / "thing.py"
    program.write_text(PROGRAM)
    environment = os.environ | {
        "THING_DATABASE_URL": settings.database_url,
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "TOPIC_PREFIX": settings.topic_prefix,
        "KEYRING_DIR": str(settings.keyring_dir),
        "PSEUDONYM_SECRET_PATH": str(settings.pseudonym_secret_path),
        "JWT_JWKS_PATH": str(settings.jwks_path),
        "JWT_ISSUER": settings.issuer,
        "JWT_AUDIENCE": settings.audience,
    }
    command = [sys.executable, str(program), "serve", "--port", str(port), "--role", "all"]
    started = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.wait(10)


def test_sigterm_lets_a_running_request_finish_and_then_stops_everything(
    live: Callable[..., Settings], tmp_path: Path, make_token: Callable[..., str]
) -> None:
    settings, port = live(), free_port()
    url = f"http://127.0.0.1:{port}"
    headers = {"authorization": f"Bearer {make_token()}", "idempotency-key": "slow"}
    with process(tmp_path, settings, port) as started, ThreadPoolExecutor(1) as client:

        def is_ready() -> bool:
            assert started.poll() is None, started.communicate()[0]
            return httpx.get(f"{url}/readyz", timeout=5).status_code == 200

        eventually_sync(is_ready, within=60, ignoring=(httpx.TransportError,), that="the process is ready")
        slow = client.submit(httpx.post, f"{url}/v1/slow", headers=headers, timeout=20)
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            running = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            eventually_sync(lambda: connection.execute(running).fetchone() == (1,), that="the request is running")
            started.send_signal(signal.SIGTERM)
        assert slow.result(20).status_code == 201
        output, _ = started.communicate(timeout=20)
    assert started.returncode in {0, -signal.SIGTERM}
    assert all(line.startswith("{") for line in output.splitlines()), output
    assert '"message":"stopped"' in output
    with psycopg.connect(settings.database_url) as connection:
        assert connection.execute("SELECT status FROM idempotency_keys").fetchall() == [(201,)]
