"""Where sketches lie, and who is looked at when it is asked what is alike: never more than a bounded number."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from casework.erasure import Erasures
from chassis.database import driver_of
from chassis.unit import Unit
from sqlmodel.ext.asyncio.session import AsyncSession

from petition.alike.sketch import Sketch

RECENT: Final = 2_000
"""So many of the tenant's last messages are looked at, whatever they are about."""
COPIES: Final = 500
"""And so many that have a band in common, however old."""
KEPT: Final = timedelta(days=180)
"""A sketch is dropped after half a year, whatever became of its petition."""

_KEEP: Final = """
INSERT INTO sketches (petition, tenant, keyid, revision, words, bands)
VALUES (%(petition)s, %(tenant)s, %(keyid)s, %(revision)s, %(words)s, %(bands)s)
ON CONFLICT (petition) DO UPDATE
SET keyid = excluded.keyid, revision = excluded.revision, words = excluded.words, bands = excluded.bands
"""
_OF: Final = "SELECT tenant, words, bands FROM sketches WHERE petition = %(petition)s"
_WORDS: Final = "SELECT petition, words FROM sketches WHERE petition = ANY(%(petitions)s)"
# The copies are found first, by their own index: otherwise all of a large city's might be gone through for them.
_NEAR: Final = """
WITH copies AS MATERIALIZED (SELECT petition, tenant, words FROM sketches WHERE bands && %(bands)s LIMIT %(copies)s)
SELECT petition, words FROM copies WHERE tenant = %(tenant)s AND petition <> %(petition)s
UNION ALL
(SELECT petition, words FROM sketches WHERE tenant = %(tenant)s AND petition <> %(petition)s
 ORDER BY petition DESC LIMIT %(recent)s)
"""
# Locked, so that an erasure comes before, and finds nothing, or after, and deletes what was made of it.
_WANTED: Final = """
SELECT petition.id FROM petitions AS petition
WHERE petition.id >= %(since)s AND petition.hidden IS NULL AND petition.kind IS DISTINCT FROM 'report'
AND petition.keyid IS NOT NULL
AND NOT EXISTS (SELECT FROM sketches WHERE petition = petition.id AND revision = petition.revision)
ORDER BY petition.id LIMIT %(most)s
FOR UPDATE OF petition SKIP LOCKED
"""
_CLEAR: Final = """
DELETE FROM sketches USING petitions
WHERE petitions.id = sketches.petition
AND (petitions.hidden IS NOT NULL OR petitions.kind = 'report' OR petitions.keyid IS NULL)
"""


def first_of(moment: datetime) -> UUID:
    """Give the smallest id that a petition of that moment or a later one may have (UUIDv7)."""
    return UUID(int=max(int(moment.timestamp() * 1000), 0) << 80)


async def keep(session: AsyncSession, petition: UUID, tenant: str, keyid: str, revision: int, made: Sketch) -> None:
    """Keep a petition's sketch, in the place of an earlier one."""
    values = {"petition": petition, "tenant": tenant, "keyid": keyid, "revision": revision}
    await driver_of(session).execute(_KEEP, values | {"words": made.words, "bands": list(made.bands)})


async def of(session: AsyncSession, petition: UUID) -> tuple[str, Sketch] | None:
    """Give a petition's tenant and sketch; None if there is none yet, or none any more."""
    row = await (await driver_of(session).execute(_OF, {"petition": petition})).fetchone()
    return (row[0], Sketch(row[1], tuple(row[2]))) if row else None


async def words_of(session: AsyncSession, petitions: Collection[UUID]) -> Mapping[UUID, bytes]:
    """Give the words of those that have a sketch."""
    rows = await (await driver_of(session).execute(_WORDS, {"petitions": list(petitions)})).fetchall()
    return dict(rows)


async def near(session: AsyncSession, petition: UUID, tenant: str, made: Sketch) -> Mapping[UUID, bytes]:
    """Give those of the tenant that may be alike: its last ones, and copies however old; a bounded number."""
    values: dict[str, Any] = {"petition": petition, "tenant": tenant, "bands": list(made.bands)}
    rows = await (await driver_of(session).execute(_NEAR, values | {"copies": COPIES, "recent": RECENT})).fetchall()
    return dict(rows)


async def wanted(session: AsyncSession, since: datetime, *, most: int) -> list[UUID]:
    """Give ordinary petitions that have no sketch of what they say now, locked, the oldest first."""
    values = {"since": first_of(since), "most": most}
    return [id_ for (id_,) in await (await driver_of(session).execute(_WANTED, values)).fetchall()]


async def forget(session: AsyncSession, petition: UUID) -> None:
    """Drop the sketch of what goes on in a small circle."""
    await driver_of(session).execute("DELETE FROM sketches WHERE petition = %(petition)s", {"petition": petition})


async def clear(session: AsyncSession, now: datetime) -> None:
    """Drop sketches of what isn't ordinary any more, of who was erased, and of half a year ago."""
    await driver_of(session).execute(_CLEAR)
    await driver_of(session).execute(
        "DELETE FROM sketches WHERE petition < %(before)s", {"before": first_of(now - KEPT)}
    )


class SketchErasures(Erasures):
    """Erasures of a service that keeps sketches, which go with the key that seals what they were made of."""

    async def forget(self, unit: Unit, keyid: str) -> int:
        """Delete what is sealed under a key, then what was made of it."""
        emptied = await super().forget(unit, keyid)
        await driver_of(unit.session).execute("DELETE FROM sketches WHERE keyid = %(keyid)s", {"keyid": keyid})
        return emptied
