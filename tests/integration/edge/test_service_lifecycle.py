"""A service starts by role, says what it waits for, and stops without leaving anything behind."""

import asyncio
import dataclasses
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from chassis.api.route import CommandRoute, unit
from chassis.app import Service, Task, service_defaults
from chassis.envelope import Envelope, new_id
from chassis.settings import Role, Settings
from chassis.testing.events import event, record_of
from chassis.testing.permissions import for_roles
from chassis.testing.topics import ends_of, publish
from chassis.testing.waiting import eventually
from chassis.unit import Unit
from chassis.worker.reaction import Reaction
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
        router = APIRouter(prefix="/v1", route_class=CommandRoute, dependencies=[for_roles("writer")])

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
            title="Ticks",
            settings=settings,
            migrations=tmp_path,
            routers=[router],
            reactions=[Reaction(name="count", topics=(READ,), handlers={"yiwangban.test.thing.happened.v1": react})],
            tasks=[Task(name="tick", every_s=0.05, run=tick)],
        )


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


async def test_a_service_does_not_start_with_a_restricted_topic_that_is_not_for_it(
    live: Callable[..., Settings], tmp_path: Path
) -> None:
    async def look(_: Envelope, __: Unit) -> None: ...

    curious = Reaction(
        name="look", topics=("petition.reports.v1",), handlers={"yiwangban.test.thing.happened.v1": look}
    )
    service = dataclasses.replace(Ticks(live(), tmp_path).service, reactions=[curious])
    with pytest.raises(ValueError, match=r"must not read petition\.reports\.v1"):
        async with running(service):
            pass
