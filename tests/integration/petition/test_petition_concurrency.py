"""Two officers decide at the same moment: one of them finds that the petition has moved on."""

import asyncio
from uuid import UUID

import pytest
from chassis.api.auth import Principal
from chassis.api.errors import Problem
from chassis.testing.waiting import eventually
from petition.handlers import TransferPetition, transfer_petition

from .conftest import GUANGZHOU, Petitions

TRIAGE = Principal(subject="triage-1", tenant=GUANGZHOU, roles=frozenset({"triage"}))


async def test_of_two_changes_decided_on_the_same_version_one_is_refused(petitions: Petitions) -> None:
    id_ = UUID((await petitions.submitted())["id"])

    async def second() -> None:
        async with petitions.units.begin(principal=TRIAGE) as unit:
            await transfer_petition(TransferPetition(id_, 2, "household"), unit)

    async with petitions.units.begin(principal=TRIAGE) as unit:
        await transfer_petition(TransferPetition(id_, 2, "fire"), unit)
        late = asyncio.create_task(second())
        await eventually(lambda: asyncio.to_thread(somebody_waits, petitions), that="the second waits for the row")
    with pytest.raises(Problem) as refused:
        await late
    assert refused.value.status == 412
    (row,) = petitions.rows("SELECT department, sequence FROM petitions")
    assert (row["department"], row["sequence"]) == ("fire", 3)
    assert [row["sequence"] for row in petitions.rows("SELECT sequence FROM outbox ORDER BY id")] == [1, 2, 3]


def somebody_waits(petitions: Petitions) -> bool:
    """Look whether a session of this database waits for a lock."""
    waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(petitions.rows(waiting))
