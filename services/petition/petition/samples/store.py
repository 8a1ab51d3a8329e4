"""Where draws lie, and from among what is drawn."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from casework.access import Asker
from casework.repository import Repository, Stored
from chassis.database import driver_of
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from workdays.counting import day_of

from petition.petition import Petition
from petition.publishing.publication import GIVEN
from petition.samples.draw import Draw, begin, replay
from petition.samples.facts import Candidate, facts_of
from petition.samples.tables import DrawRow
from petition.store import PETITIONS
from petition.tables import PetitionRow

MOST: Final = 5_000
"""From among so many that were settled last."""

# Nothing that somebody complains about by name, and nothing of a small circle, whatever it is by now.
_CANDIDATES: Final = """
SELECT id, author, kind, matter, topic, received_at, done_on, overdue, transfers, cardinality(returned_by), outcome,
    rating
FROM petitions
WHERE tenant = %(tenant)s AND done_on > %(after)s AND done_on <= %(upto)s AND state IN ('replied', 'closed')
AND hidden IS NULL AND kind IS DISTINCT FROM 'report' AND accused = '{}' AND named = '{}'
AND outcome IS DISTINCT FROM 'moved'
ORDER BY done_on DESC, id DESC LIMIT %(most)s
"""
_DRAWN: Final = "SELECT tenant FROM sample_draws WHERE day = %(day)s"


async def drawn_on(session: AsyncSession, day: date) -> frozenset[str]:
    """Name the tenants whose samples of a day were drawn."""
    found = await (await driver_of(session).execute(_DRAWN, {"day": day})).fetchall()
    return frozenset(tenant for (tenant,) in found)


async def candidates(session: AsyncSession, tenant: str, *, after: date, upto: date) -> Sequence[Candidate]:
    """Give what was settled in a tenant after a day, up to another, and may be drawn."""
    values = {"tenant": tenant, "after": after, "upto": upto, "most": MOST}
    found = await (await driver_of(session).execute(_CANDIDATES, values)).fetchall()
    return [_candidate(*row) for row in found]


def _candidate(
    id_: UUID, author: str, kind: Any, matter: Any, topic: Any, received_at: Any, done_on: date, *rest: Any
) -> Candidate:
    overdue, transfers, returns, outcome, rating = rest
    facts = facts_of(
        kind=kind,
        matter=matter,
        topic=topic,
        received_on=day_of(received_at),
        done_on=done_on,
        overdue=overdue,
        transfers=transfers,
        returns=returns,
        outcome=outcome,
        rating=rating,
    )
    return Candidate(petition=str(id_), author=author, facts=facts)


async def newest(unit: Unit, who: Asker) -> Stored[DrawRow, Draw] | None:
    """Give the newest draw that somebody may see."""
    statement = (
        DRAWS.within(who.reach("sample", "list"), EVERYTHING)
        .order_by(col(DrawRow.day).desc(), col(DrawRow.id).desc())
        .limit(1)
    )
    return next(iter(await DRAWS.fetch(unit.session, statement)), None)


async def with_consent(unit: Unit, petitions: Collection[str]) -> Sequence[Stored[PetitionRow, Petition]]:
    """Give those of some petitions whose authors agree, at this moment, that they are published."""
    statement = PETITIONS.within(EVERYTHING, EVERYTHING).where(
        col(PetitionRow.id).in_([UUID(each) for each in petitions]),
        col(PetitionRow.consent) == GIVEN,
        col(PetitionRow.hidden).is_(None),
        col(PetitionRow.kind).is_distinct_from("report"),
    )
    return await PETITIONS.fetch(unit.session, statement)


def _write(draw: Draw) -> dict[str, Any]:
    return {
        "id": UUID(draw.id),
        "tenant": draw.tenant,
        "sequence": draw.sequence,
        "day": draw.day,
        "pool": draw.pool,
        "drawn": draw.drawn,
    }


def _read(row: DrawRow) -> Draw:
    return Draw(id=str(row.id), tenant=row.tenant, sequence=row.sequence, day=row.day, pool=row.pool, drawn=row.drawn)


DRAWS = Repository(
    DrawRow,
    resource="sample",
    sealed={"keyid": ("samples",)},
    read=_read,
    write=_write,
    begin=begin,
    replay=replay,
)
"""Which petitions a draw is of, nobody is told; what is shown of them is on record like every read."""
