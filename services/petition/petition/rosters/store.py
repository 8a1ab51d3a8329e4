"""Where rosters and the register lie."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from casework.repository import Repository, Stored
from chassis.database import driver_of
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from petition.petition import Channel
from petition.rosters import shift as shifts
from petition.rosters import spokesperson as spokespersons
from petition.rosters.shift import Post, Shift
from petition.rosters.spokesperson import Entry, Spokesperson
from petition.rosters.tables import ShiftRow, SpokespersonRow

_LOCK: Final = "SELECT pg_advisory_xact_lock(%(key)s)"


async def alone_with(session: AsyncSession, *names: str) -> None:
    """Wait for whoever else changes the same roster: of two shifts that overlap, neither sees the other."""
    key = int.from_bytes(hashlib.sha256("|".join(("roster", *names)).encode()).digest()[:8]) >> 1
    await driver_of(session).execute(_LOCK, {"key": key})


async def roster(
    unit: Unit, tenants: Collection[str], post: Post, *, after: datetime, ended: bool = False
) -> Sequence[Stored[Any, Shift]]:
    """Give the shifts that aren't over by then, the earliest first, to the service; also those ended early, or not."""
    statement = SHIFTS.within(EVERYTHING, EVERYTHING).where(
        col(ShiftRow.tenant).in_(tenants),
        col(ShiftRow.post) == post.value,
        col(ShiftRow.ends_at) > after,
    )
    if not ended:
        statement = statement.where(col(ShiftRow.ended_at).is_(None))
    return await SHIFTS.fetch(unit.session, statement.order_by(col(ShiftRow.starts_at)))


async def of_tenant(unit: Unit, tenant: str) -> Spokesperson | None:
    """Give a tenant's place in the register, locked until the transaction ends."""
    statement = SPOKESPERSONS.within(EVERYTHING).where(col(SpokespersonRow.tenant) == tenant)
    found = await SPOKESPERSONS.fetch(unit.session, statement.with_for_update())
    return found[0].case if found else None


def _write(shift: Shift) -> dict[str, Any]:
    return {
        "id": UUID(shift.id),
        "tenant": shift.tenant,
        "sequence": shift.sequence,
        "post": shift.post.value,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "officer": shift.officer,
        "deputy": shift.deputy,
        "added_by": shift.added_by,
        "ended_at": shift.ended_at,
    }


def _read(row: ShiftRow) -> Shift:
    return Shift(
        id=str(row.id),
        tenant=row.tenant,
        sequence=row.sequence,
        post=Post(row.post),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        officer=row.officer,
        deputy=row.deputy,
        added_by=row.added_by,
        ended_at=row.ended_at,
    )


def _write_entry(spokesperson: Spokesperson) -> dict[str, Any]:
    entry = spokesperson.entry
    return {
        "id": UUID(spokesperson.id),
        "tenant": spokesperson.tenant,
        "sequence": spokesperson.sequence,
        "office": entry.office,
        "title": entry.title,
        "channels": [channel.value for channel in entry.channels],
        "hours": entry.hours,
        "registered_by": spokesperson.registered_by,
        "registered_at": spokesperson.registered_at,
    }


def _read_entry(row: SpokespersonRow) -> Spokesperson:
    return Spokesperson(
        id=str(row.id),
        tenant=row.tenant,
        sequence=row.sequence,
        entry=Entry(office=row.office, title=row.title, channels=tuple(map(Channel, row.channels)), hours=row.hours),
        registered_by=row.registered_by,
        registered_at=row.registered_at,
    )


SHIFTS = Repository(
    ShiftRow,
    resource="shift",
    sealed={"keyid": ("officer_account", "deputy_account")},
    read=_read,
    write=_write,
    begin=shifts.begin,
    replay=shifts.replay,
)
"""Whoever reads a roster reads accounts of others, and is on record."""
SPOKESPERSONS = Repository(
    SpokespersonRow,
    resource="spokesperson",
    read=_read_entry,
    write=_write_entry,
    begin=spokespersons.begin,
    replay=spokespersons.replay,
)
"""For everybody to read."""
