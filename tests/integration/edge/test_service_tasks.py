"""Periodic work is bounded, done by one at a time, and never ends because one run failed."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from chassis.database import Database
from chassis.outbox import Outbox
from chassis.settings import Settings
from chassis.testing.waiting import eventually
from chassis.unit import Unit, Units
from chassis.worker.tasks import Task, TaskRunner
from contracts.codec import Codec
from contracts.registry import Registry
from sqlalchemy import text


@pytest.fixture
async def units(settings: Settings) -> AsyncIterator[Units]:
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("CREATE TABLE runs (number int)")
    registry = Registry.load()
    outbox = Outbox(service="s", registry=registry, codec=Codec(registry), keyring=None, pseudonym_secret=b"s" * 32)
    database = Database(settings.database_url, 4)
    yield Units(database, outbox)
    await database.close()


def count(settings: Settings) -> int:
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM runs").fetchone()
    assert row is not None
    return int(row[0])


async def note(work: Unit) -> None:
    await work.session.execute(text("INSERT INTO runs VALUES (1)"))


async def test_a_failing_run_is_rolled_back_told_and_tried_again(units: Units, settings: Settings) -> None:
    runs = 0

    async def fail_twice(work: Unit) -> None:
        nonlocal runs
        runs += 1
        await note(work)
        if runs <= 2:
            raise ValueError("not this time")

    runner = TaskRunner(Task(name="t", every_s=0.1, run=fail_twice), units)
    await runner.start()

    async def told() -> bool:
        return "failing since" in (await runner.check()).detail

    await eventually(told, that="the failure is told")
    await eventually(lambda: runs >= 4, that="it runs on")
    assert (await runner.check()).ready
    await runner.stop()
    assert count(settings) == runs - 2
    assert not (await runner.check()).ready


async def test_a_run_that_hangs_is_cut_off_and_rolled_back(units: Units, settings: Settings) -> None:
    runs = 0

    async def hang(work: Unit) -> None:
        nonlocal runs
        runs += 1
        await note(work)
        await asyncio.Event().wait()

    runner = TaskRunner(Task(name="t", every_s=0.01, run=hang, timeout_s=0.2), units)
    await runner.start()
    await eventually(lambda: runs >= 3, that="it is tried again")
    await asyncio.wait_for(runner.stop(), 5)
    assert count(settings) == 0


async def test_two_processes_never_do_the_same_task_at_once(units: Units) -> None:
    at_once, most, runs = 0, 0, 0

    async def measure(_: Unit) -> None:
        nonlocal at_once, most, runs
        at_once, runs = at_once + 1, runs + 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        at_once -= 1

    runners = [TaskRunner(Task(name="t", every_s=0.001, run=measure), units) for _ in range(3)]
    other = TaskRunner(Task(name="another", every_s=0.001, run=note), units)
    for runner in (*runners, other):
        await runner.start()
    await eventually(lambda: runs >= 10, that="it has run some times")
    for runner in (*runners, other):
        await runner.stop()
    assert most == 1
