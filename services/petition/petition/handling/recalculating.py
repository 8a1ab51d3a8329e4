"""Computes again, after a new calendar, every time limit that runs: a bounded part of them in each transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from petition.domain import Decision
from petition.feedback.rating import CallBack
from petition.handling.calendar import in_force
from petition.handling.recalculation import recalculate
from petition.store import PETITIONS
from petition.tables import PetitionRow
from petition.workflow import REVIEWING, State

MOST: Final = 200
"""Petitions of one transaction: their rows are locked for some tenths of a second, while officers go on working."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one transaction has done.

    Attributes:
        looked: How many petitions it has looked at.
        moved: What was decided on those of which a time limit isn't what was told.
        last: Id of the last of them, after which the next part begins; None: there is nothing more.
    """

    looked: int
    moved: Sequence[Decision]
    last: UUID | None


async def running(unit: Unit) -> int:
    """Count the petitions of which some time limit may run."""
    return (await unit.session.exec(select(func.count()).where(_may_run()))).one()


async def part(unit: Unit, after: UUID | None, *, dry: bool = False) -> Part:
    """Compute those of the next petitions, in the order of their ids; each that moved is told in this transaction.

    Whoever is interrupted begins again from the start: what was told before is what is computed now, and is told once.

    Args:
        unit: The command's; it may only read if ``dry``.
        after: Id of the last petition of the part before.
        dry: Only say what would be.
    """
    wanted = PETITIONS.within(EVERYTHING).where(_may_run()).order_by(col(PetitionRow.id)).limit(MOST)
    if after is not None:
        wanted = wanted.where(col(PetitionRow.id) > after)
    found = await PETITIONS.fetch(unit.session, wanted if dry else wanted.with_for_update())
    decisions = (recalculate(stored.case, in_force()) for stored in found)
    moved = [decision for decision in decisions if decision.events]
    if not dry:
        for decision in moved:
            await PETITIONS.save(unit, decision)
    return Part(len(found), moved, UUID(found[-1].case.id) if len(found) == MOST else None)


def _may_run() -> ColumnElement[bool]:
    return or_(
        col(PetitionRow.open),
        col(PetitionRow.state).in_([State.SUPPLEMENTING.value, *(state.value for state in REVIEWING)]),
        col(PetitionRow.call_back) == CallBack.WAITING.value,
    )
