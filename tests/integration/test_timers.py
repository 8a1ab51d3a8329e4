"""Timers come due by the database's clock, have their effect once, and never wait for one another.

Run as a program, this file is a worker that runs timers until none is due.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from chassis.database import Database
from chassis.testing.events import create_tables, units_on
from chassis.testing.faults import EXIT_STATUS, armed
from chassis.testing.waiting import eventually
from chassis.timers import Timer
from chassis.unit import Unit, Units
from chassis.worker import due, timers
from chassis.worker.failed_timers import FailedTimers
from chassis.worker.timers import FORGET_TIMERS, TimerRunner
from sqlalchemy import text

BATCH = 10
EFFECT = text("INSERT INTO effects (subject, clock, version) VALUES (:subject, :clock, :version)")


async def take_effect(due_: Sequence[Timer], unit: Unit) -> None:
    connection = await unit.session.connection()
    rows = [{"subject": timer.subject, "clock": timer.clock, "version": timer.version} for timer in due_]
    await connection.execute(EFFECT, rows)


async def take_effect_unless_poisoned(due_: Sequence[Timer], unit: Unit) -> None:
    await take_effect(due_, unit)
    if any(timer.subject == "poison" for timer in due_):
        raise ValueError("never")


def timer(subject: str, *, clock: str = "renewal", version: int = 1, seconds_ago: float = 60) -> Timer:
    due_at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return Timer(subject=subject, clock=clock, version=version, due_at=due_at, correlationid="c")


class Table:
    """The database, past all code under test."""

    def __init__(self, url: str, units: Units) -> None:
        self.url = url
        self.units = units

    async def set(self, *made: Timer) -> None:
        async with self.units.begin() as unit:
            unit.set_timers(made)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def effects(self) -> list[str]:
        return [subject for (subject,) in self.rows("SELECT subject FROM effects ORDER BY id")]

    def runner(self, fire: Any = take_effect, **settings: Any) -> TimerRunner:
        return TimerRunner(fire, self.units, **{"most": BATCH, **settings})


@pytest.fixture
async def table(database_url: str) -> AsyncIterator[Table]:
    create_tables(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, subject text, clock text, version bigint,"
            " UNIQUE (subject, clock, version))"
        )
    database = Database(database_url, 4)
    yield Table(database_url, units_on(database))
    await database.close()


async def test_a_timer_waits_for_the_databases_clock_and_has_its_effect_once(table: Table) -> None:
    await table.set(timer("later", seconds_ago=-60), timer("now"), timer("now"))
    assert [await table.runner().once() for _ in range(2)] == [1, 0]
    table.rows("UPDATE timers SET next_at = now() WHERE subject = 'later' RETURNING id")
    assert await table.runner().once() == 1
    assert table.effects() == ["now", "later"]


async def test_those_that_came_due_first_come_first_and_in_batches(table: Table) -> None:
    await table.set(*(timer(f"{number:02}", seconds_ago=100 - number) for number in range(25)))
    assert [await table.runner().once() for _ in range(4)] == [10, 10, 5, 0]
    assert table.effects() == [f"{number:02}" for number in range(25)]


async def test_effect_and_mark_are_one_transaction(table: Table) -> None:
    await table.set(timer("a"), timer("b"))
    with armed("database.before_commit", nth=1, error=ConnectionError), pytest.raises(ConnectionError):
        await table.runner().once()
    assert table.effects() == []
    assert await table.runner().once() == 2
    assert table.effects() == ["a", "b"]


async def test_two_workers_never_take_the_same_timer(table: Table) -> None:
    await table.set(*(timer(str(number)) for number in range(2 * BATCH)))
    both = asyncio.Barrier(2)

    async def together(due_: Sequence[Timer], unit: Unit) -> None:
        await both.wait()  # each holds its batch while the other has one
        await take_effect(due_, unit)

    taken = await asyncio.gather(*(table.runner(together).once() for _ in range(2)))
    assert list(taken) == [BATCH, BATCH]
    assert len(set(table.effects())) == 2 * BATCH


async def test_nobody_who_sets_a_deadline_waits_for_timers_that_are_having_their_effect(table: Table) -> None:
    await table.set(timer("a"))
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(due_: Sequence[Timer], unit: Unit) -> None:
        inside.set()
        await go_on.wait()
        await take_effect(due_, unit)

    running = asyncio.create_task(table.runner(slowly).once())
    await inside.wait()
    async with asyncio.timeout(5):
        await table.set(timer("a", version=2))
    go_on.set()
    assert await running == 1
    assert await table.runner().once() == 1


async def test_one_that_fails_holds_up_no_other_and_is_tried_again_later(table: Table) -> None:
    await table.set(*(timer(str(number)) for number in range(4)), timer("poison", seconds_ago=90))
    runner = table.runner(take_effect_unless_poisoned)
    assert await runner.once() == 5
    assert sorted(table.effects()) == ["0", "1", "2", "3"]
    assert await runner.once() == 0
    ((attempts, waits, error),) = table.rows(
        "SELECT attempts, next_at > now(), error FROM timers WHERE fired_at IS NULL"
    )
    assert (attempts, waits) == (1, True)
    assert error.startswith("ValueError")
    assert "never" not in error


async def test_one_that_goes_on_failing_is_set_aside_where_it_is_seen_until_somebody_lets_it_go_on(
    table: Table,
) -> None:
    await table.set(timer("poison"))
    runner = table.runner(take_effect_unless_poisoned)
    for _ in range(due.MOST_ATTEMPTS):
        table.rows("UPDATE timers SET next_at = now() RETURNING id")
        assert await runner.once() == 1
    table.rows("UPDATE timers SET next_at = now() RETURNING id")
    assert await runner.once() == 0
    await runner.start()
    await runner.look()
    assert (await runner.check()).detail == "0 overdue, 1 set aside"
    await runner.stop()
    with psycopg.connect(table.url, autocommit=True) as connection:
        (failed,) = FailedTimers(connection).timers()
        assert (failed.subject, failed.attempts, failed.parked) == ("poison", due.MOST_ATTEMPTS, True)
        assert FailedTimers(connection).retry("poison") == 1
        assert FailedTimers(connection).timers() == []
    assert await table.runner().once() == 1
    assert table.effects() == ["poison"]


async def test_an_effect_that_never_ends_is_cut_off(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "FIRE_S", 0.2)
    await table.set(timer("a"), timer("hangs"))

    async def hang(due_: Sequence[Timer], unit: Unit) -> None:
        await take_effect(due_, unit)
        if any(timer.subject == "hangs" for timer in due_):
            await asyncio.Event().wait()

    assert await table.runner(hang).once() == 2
    assert table.effects() == ["a"]
    ((error,),) = table.rows("SELECT error FROM timers WHERE fired_at IS NULL")
    assert error.startswith("TimersTookTooLongError")


async def test_a_database_that_is_away_counts_as_nobodys_failure(table: Table) -> None:
    await table.set(timer("a"))
    runner = table.runner(every_s=0.01)
    with armed("timers.before_commit", nth=1, error=ConnectionError) as fault:
        await runner.start()
        await eventually(lambda: table.effects() == ["a"], that="the effect comes in the end")
        assert fault.passes == 2
    await runner.stop()
    assert table.rows("SELECT attempts FROM timers") == [(0,)]
    assert not (await runner.check()).ready


async def test_a_stop_ends_after_the_batch_in_hand(table: Table) -> None:
    await table.set(*(timer(str(number)) for number in range(30 * BATCH)))
    inside = asyncio.Event()

    async def noticed(due_: Sequence[Timer], unit: Unit) -> None:
        await take_effect(due_, unit)
        inside.set()

    runner = table.runner(noticed)
    await runner.start()
    await inside.wait()
    async with asyncio.timeout(5):
        await runner.stop()
    done = len(table.effects())
    assert 0 < done < 30 * BATCH
    assert done % BATCH == 0


async def test_timers_that_had_their_effect_are_forgotten_a_week_later(table: Table) -> None:
    await table.set(timer("old"), timer("new"), timer("waiting", seconds_ago=-60))
    await table.runner().once()
    table.rows("UPDATE timers SET fired_at = now() - interval '8 days' WHERE subject = 'old' RETURNING id")
    async with table.units.begin() as unit:
        await FORGET_TIMERS.run(unit)
    assert sorted(subject for (subject,) in table.rows("SELECT subject FROM timers")) == ["new", "waiting"]


@pytest.mark.parametrize("fault", ["timers.before_commit:exit:2", "timers.after_commit:exit:2"])
async def test_a_worker_that_dies_in_the_middle_leaves_nothing_undone_and_nothing_done_twice(
    table: Table, fault: str
) -> None:
    await table.set(*(timer(str(number)) for number in range(3 * BATCH)))

    def work(faults: str) -> int:
        environment = {**os.environ, "TEST_DATABASE_URL": table.url, "FAULTS": faults}
        return subprocess.run([sys.executable, __file__], env=environment, timeout=60, check=False).returncode

    assert await asyncio.to_thread(work, fault) == EXIT_STATUS
    assert len(table.effects()) == (BATCH if "before" in fault else 2 * BATCH)
    assert await asyncio.to_thread(work, "") == 0
    assert sorted(table.effects(), key=int) == [str(number) for number in range(3 * BATCH)]
    assert table.rows("SELECT count(*) FROM timers WHERE fired_at IS NULL") == [(0,)]


async def run_all(url: str) -> None:
    database = Database(url, 1)
    runner = TimerRunner(take_effect, units_on(database), most=BATCH)
    while await runner.once():
        pass
    await database.close()


if __name__ == "__main__":
    asyncio.run(run_all(os.environ["TEST_DATABASE_URL"]))
