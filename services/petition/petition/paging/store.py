"""Where pages lie: written with the decision that pages, delivered by one worker at a time, counted by all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from chassis.database import driver_of
from contracts.event import ContractEvent
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events import PetitionPaged, ReportPaged
from petition.domain import Decision

MOST_ATTEMPTS: Final = 40
"""Of one page, in about twenty minutes; by then the tiers above were paged."""
KEPT: Final = timedelta(days=30)

_ADD: Final = """
INSERT INTO pages (petition, sequence, tenant, rung, paged_at, next_at)
VALUES (%(petition)s, %(sequence)s, %(tenant)s, %(rung)s, %(paged_at)s, %(paged_at)s)
ON CONFLICT DO NOTHING
"""
# What was taken meanwhile, or closed, is told nobody any more.
_CLAIM: Final = """
SELECT page.petition, page.sequence, page.tenant, page.rung, page.paged_at, page.attempts,
       petition.number, petition.tenant, petition.alarm
FROM pages AS page JOIN petitions AS petition ON petition.id = page.petition
WHERE page.next_at <= %(now)s AND petition.alarm_waiting
ORDER BY page.next_at, page.petition
LIMIT %(most)s
FOR UPDATE OF page SKIP LOCKED
"""
_DELIVERED: Final = """
UPDATE pages SET delivered_at = %(now)s, next_at = NULL, attempts = attempts + 1, trouble = NULL
WHERE petition = %(petition)s AND sequence = %(sequence)s
"""
_PUT_OFF: Final = """
UPDATE pages SET next_at = %(next_at)s, attempts = attempts + %(counted)s, trouble = %(trouble)s
WHERE petition = %(petition)s AND sequence = %(sequence)s
"""
_STANDING: Final = """
SELECT count(*), count(*) FILTER (WHERE NOT told), coalesce(max(extract(epoch FROM %(now)s - raised_at)), 0)::float
FROM (SELECT alarm_raised_at AS raised_at,
             EXISTS (SELECT FROM pages WHERE petition = petitions.id AND delivered_at IS NOT NULL
                                             AND paged_at >= petitions.alarm_raised_at) AS told
      FROM petitions WHERE alarm_waiting) AS waiting
"""
_LAST: Final = """
SELECT DISTINCT ON (petition) petition, delivered_at, attempts, trouble FROM pages
WHERE petition = ANY(%(ids)s) ORDER BY petition, sequence DESC
"""
_FORGET: Final = """
DELETE FROM pages WHERE paged_at < %(before)s
AND NOT EXISTS (SELECT FROM petitions WHERE id = pages.petition AND alarm_waiting)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that is to be delivered.

    Attributes:
        petition: Its id.
        sequence: Of the event that tells of it.
        tenant: Whose duty desk is paged, a GB/T 2260 code.
        rung: Who is paged there.
        paged_at: When it was written, UTC.
        attempts: How often it was tried.
        number: 办件编号 of the petition.
        received_by: Whose petition it is.
        danger: What can't wait.
        account: Of whoever is paged, as the roster names them; None: the tenant keeps none.
    """

    petition: UUID
    sequence: int
    tenant: str
    rung: str
    paged_at: datetime
    attempts: int
    number: str
    received_by: str
    danger: str
    account: str | None = None

    @property
    def key(self) -> str:
        """By what a pager knows it when it comes again."""
        return f"page-{self.petition}-{self.sequence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far the last page about a petition has come; see ``PageRow``."""

    delivered_at: datetime | None = None
    attempts: int = 0
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What nobody has taken.

    Attributes:
        waiting: Petitions.
        untold: Those of them of which no pager knows.
        oldest_s: For how long the first of them has waited.
    """

    waiting: int = 0
    untold: int = 0
    oldest_s: float = 0.0


async def add(session: AsyncSession, decision: Decision) -> None:
    """Write the pages that a decision brings, in its transaction."""
    for sequence, event in enumerate(decision.events, decision.first_sequence):
        await add_of(session, event, decision.after.id, sequence)


async def add_of(session: AsyncSession, event: ContractEvent, petition: str, sequence: int) -> None:
    """Write the page that an event tells of, if it does; one that is known stays as it is."""
    if isinstance(event, PetitionPaged | ReportPaged):
        values = {"petition": UUID(petition), "sequence": sequence, "tenant": event.to, "rung": event.rung}
        await driver_of(session).execute(_ADD, values | {"paged_at": event.paged_at})


async def claim(session: AsyncSession, now: datetime, *, most: int) -> Sequence[Page]:
    """Give pages that are due, the earliest first, held by this transaction."""
    found = await (await driver_of(session).execute(_CLAIM, {"now": now, "most": most})).fetchall()
    names = ("petition", "sequence", "tenant", "rung", "paged_at", "attempts", "number", "received_by", "danger")
    return [Page(**dict(zip(names, row, strict=True))) for row in found]


async def delivered(session: AsyncSession, page: Page, now: datetime) -> None:
    """Say that a pager has it."""
    await driver_of(session).execute(_DELIVERED, _key(page) | {"now": now})


async def put_off(
    session: AsyncSession, page: Page, trouble: str, *, until: datetime | None, counted: bool = True
) -> None:
    """Say that it wasn't delivered, and when it is tried again; None: not any more."""
    values = {"next_at": until, "trouble": trouble, "counted": int(counted)}
    await driver_of(session).execute(_PUT_OFF, _key(page) | values)


async def standing(session: AsyncSession, now: datetime) -> Standing:
    """Count what nobody has taken."""
    row = await (await driver_of(session).execute(_STANDING, {"now": now})).fetchone()
    waiting, untold, oldest_s = row or (0, 0, 0.0)
    return Standing(waiting=waiting, untold=untold, oldest_s=oldest_s)


async def last_of(session: AsyncSession, petitions: Collection[UUID]) -> Mapping[UUID, Delivery]:
    """Give how far the last page about each petition has come."""
    rows = await (await driver_of(session).execute(_LAST, {"ids": list(petitions)})).fetchall()
    return {id_: Delivery(delivered_at=at, attempts=attempts, trouble=trouble) for id_, at, attempts, trouble in rows}


async def forget(session: AsyncSession, now: datetime) -> None:
    """Drop pages of a month ago; their events stay."""
    await driver_of(session).execute(_FORGET, {"before": now - KEPT})


def _key(page: Page) -> dict[str, Any]:
    return {"petition": page.petition, "sequence": page.sequence}
