"""Reads for the API. What somebody may see, as the policy says, is part of every query."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casework.access import columns_of
from chassis.policy import Reach
from contracts.tenants import PROVINCE
from sqlalchemy import Row, Select, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from intel_sink import tables as t

Rows = Sequence[Row[*tuple[Any, ...]]]


class BadCursor(ValueError):
    """Not a cursor that this service gave out."""


def to_cursor(*values: object) -> str:
    """The place after which the next page begins."""
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def from_cursor(cursor: str, *kinds: Any) -> list[Any]:
    """Read a cursor.

    Args:
        cursor: From :func:`to_cursor`.
        kinds: What makes each value out of its text or number.

    Raises:
        BadCursor: it isn't one.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [kind(value) for kind, value in zip(kinds, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise BadCursor(cursor) from error


async def counts(
    connection: AsyncConnection,
    reach: Reach,
    *,
    tenant: str | None,
    kind: str | None,
    day: date | None,
    after: str | None,
    limit: int,
) -> Rows:
    """Counts, newest day first."""
    place = (t.counts.c.tenant, t.counts.c.kind, t.counts.c.day)
    query = (
        select(*place, func.sum(t.counts.c.total).label("total"))
        .where(t.counts.c.total > 0, reach.where(columns_of(t.counts)))
        .group_by(*place)
        .order_by(t.counts.c.day.desc(), t.counts.c.tenant, t.counts.c.kind)
        .limit(limit)
    )
    for column, wanted in (
        (t.counts.c.tenant, tenant),
        (t.counts.c.kind, kind),
        (t.counts.c.day, day),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if after is not None:
        at, *rest = from_cursor(after, date.fromisoformat, str, str)
        query = query.where(
            or_(
                t.counts.c.day < at,
                (t.counts.c.day == at) & (tuple_(t.counts.c.tenant, t.counts.c.kind) > tuple_(*rest)),
            )
        )
    return (await connection.execute(query)).all()


async def records(
    connection: AsyncConnection,
    reach: Reach,
    opens: Reach,
    *,
    subject: str | None,
    event_id: UUID | None,
    after: str | None,
    limit: int,
) -> Rows:
    """Records of a subject, or with an event id, in the order of the subject's life; the bytes of those that open."""
    attributes = columns_of(t.entries)
    place = tuple_(t.entries.c.sequence, t.entries.c.log, t.entries.c.offset)
    query: Select[Any] = (
        select(
            t.entries.c.event_id,
            t.entries.c.type,
            t.entries.c.subject,
            t.entries.c.sequence,
            t.entries.c.tenant,
            t.entries.c.time,
            t.entries.c.status,
            t.entries.c.log,
            t.entries.c.offset,
            t.mirror_logs.c.topic,
            t.mirror_logs.c.topic_uuid,
            t.mirror_logs.c.partition,
            t.mirror_records.c.leaf_hash,
            case((opens.where(attributes), t.mirror_records.c.value)).label("raw"),
        )
        .join(t.mirror_logs, t.mirror_logs.c.log == t.entries.c.log)
        .join(
            t.mirror_records,
            (t.mirror_records.c.log == t.entries.c.log) & (t.mirror_records.c.offset == t.entries.c.offset),
        )
        .where(reach.where(attributes))
        .order_by(t.entries.c.sequence, t.entries.c.log, t.entries.c.offset)
        .limit(limit)
    )
    for column, wanted in (
        (t.entries.c.subject, subject),
        (t.entries.c.event_id, event_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if after is not None:
        query = query.where(place > tuple_(*from_cursor(after, int, int, int)))
    found: Rows = (await connection.execute(query)).all()
    return found


async def alerts(connection: AsyncConnection, reach: Reach, *, after: str | None, limit: int) -> Rows:
    """Alerts, newest first."""
    place = tuple_(t.alerts.c.raised_at, t.alerts.c.id)
    query = select(t.alerts).where(reach.where(columns_of(t.alerts)))
    query = query.order_by(t.alerts.c.raised_at.desc(), t.alerts.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(place < tuple_(*from_cursor(after, datetime.fromisoformat, UUID)))
    return (await connection.execute(query)).all()


async def invalid(connection: AsyncConnection, reach: Reach, *, after: str | None, limit: int) -> Rows:
    """Records that their contracts refuse, newest first; those whose tenant can't be read are the province's to see."""
    place = tuple_(t.invalid.c.stored_at, t.invalid.c.log, t.invalid.c.offset)
    query = (
        select(
            t.invalid.c.log,
            t.invalid.c.offset,
            t.invalid.c.topic,
            t.invalid.c.partition,
            t.invalid.c.tenant,
            t.invalid.c.reason,
            t.invalid.c.stored_at,
            t.mirror_logs.c.topic_uuid,
        )
        .join(t.mirror_logs, t.mirror_logs.c.log == t.invalid.c.log)
        .where(reach.where({"tenant": func.coalesce(t.invalid.c.tenant, PROVINCE)}))
        .order_by(t.invalid.c.stored_at.desc(), t.invalid.c.log.desc(), t.invalid.c.offset.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(place < tuple_(*from_cursor(after, datetime.fromisoformat, int, int)))
    return (await connection.execute(query)).all()


async def logs(connection: AsyncConnection) -> Rows:
    """All logs with their frontiers."""
    query = select(t.mirror_logs).order_by(t.mirror_logs.c.topic, t.mirror_logs.c.log, t.mirror_logs.c.partition)
    return (await connection.execute(query)).all()


async def summary(connection: AsyncConnection) -> tuple[datetime | None, int, int]:
    """When the mirror last stored something, how many batches the projections have to read, how many are invalid."""
    last = await connection.scalar(
        select(t.mirror_arrivals.c.stored_at).order_by(t.mirror_arrivals.c.ordinal.desc()).limit(1)
    )
    reached = select(t.progress.c.ordinal).scalar_subquery()
    behind = await connection.scalar(
        select(func.count()).select_from(t.mirror_arrivals).where(t.mirror_arrivals.c.ordinal > reached)
    )
    refused = await connection.scalar(select(func.count()).select_from(t.invalid))
    return last, behind or 0, refused or 0


async def last_checkpoint(connection: AsyncConnection) -> Row[*tuple[Any, ...]] | None:
    """The newest checkpoint."""
    query = select(t.checkpoints).order_by(t.checkpoints.c.ordinal.desc()).limit(1)
    return (await connection.execute(query)).one_or_none()
