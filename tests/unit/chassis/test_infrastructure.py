"""What passes by itself is waited for; what doesn't is somebody's to repair."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from chassis.api.errors import INVALID, UNAVAILABLE, Problem
from chassis.infrastructure import Patience, StoppedError, describe, is_infrastructure
from chassis.testing.waiting import eventually
from psycopg import errors
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionRefusedError(), True),
        (OSError(28, "No space left on device"), True),
        (PoolTimeoutError(), True),
        (psycopg.OperationalError(), True),
        (psycopg.InterfaceError(), True),
        (errors.AdminShutdown(), True),
        (errors.SerializationFailure(), True),
        (errors.DeadlockDetected(), True),
        (errors.ReadOnlySqlTransaction(), True),
        (OperationalError("SELECT 1", {}, errors.CannotConnectNow()), True),
        (DBAPIError("SELECT 1", {}, Exception(), connection_invalidated=True), True),
        (Problem(UNAVAILABLE), True),
        (errors.QueryCanceled(), False),
        (errors.UniqueViolation(), False),
        (errors.UndefinedTable(), False),
        (errors.NotNullViolation(), False),
        (IntegrityError("INSERT", {}, errors.UniqueViolation()), False),
        (OperationalError("SELECT 1", {}, errors.QueryCanceled()), False),
        (Problem(INVALID), False),
        (ValueError(), False),
        (KeyError(), False),
    ],
)
def test_faults_of_the_ground_are_told_from_faults_of_the_work(error: Exception, passes: bool) -> None:  # noqa: FBT001
    assert is_infrastructure(error) is passes


def test_a_description_names_the_kind_and_the_place_and_never_the_text() -> None:
    with pytest.raises(ValueError, match="secret") as raised:
        int("a secret")
    described = describe(raised.value)
    assert described.startswith(f"ValueError at {Path(__file__).name}:")
    assert "secret" not in described
    assert (
        describe(IntegrityError("INSERT secret", {"a": "secret"}, errors.UniqueViolation()))
        == "UniqueViolation (23505)"
    )


async def test_work_is_tried_until_the_ground_holds() -> None:
    patience, tries = Patience(longest_s=0.01), []

    async def work() -> str:
        tries.append(patience.waiting_for)
        if len(tries) < 4:
            raise ConnectionRefusedError
        return "done"

    assert await patience.until_done("work", work) == "done"
    assert tries[0] is None
    assert tries[3] is not None
    assert tries[3].startswith("work: ConnectionRefusedError")
    assert patience.waiting_for is None


async def test_a_fault_of_the_work_is_not_tried_again() -> None:
    tries = []

    async def work() -> None:
        tries.append(1)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        await Patience().until_done("work", work)
    assert len(tries) == 1


async def test_a_stop_ends_every_wait_at_once() -> None:
    patience = Patience()

    async def work() -> None:
        raise ConnectionRefusedError

    waiting = asyncio.create_task(patience.until_done("work", work))
    await eventually(lambda: patience.waiting_for)
    patience.stop()
    with pytest.raises(StoppedError):
        await asyncio.wait_for(waiting, 1)
    assert patience.stopping
