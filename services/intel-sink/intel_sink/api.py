"""Translates HTTP into reads of the projections and of the mirror's state. Nothing else."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, TypeVar
from uuid import UUID

from casework.access import Asker, asker_of, permit
from chassis.api.errors import Problem
from chassis.api.route import QueryRoute, unit
from chassis.unit import Unit
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, BeforeValidator
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from intel_sink import merkle, store
from intel_sink.problems import UNFOCUSED
from intel_sink.views import (
    AlertView,
    CheckpointView,
    CountView,
    InvalidView,
    LogView,
    Page,
    RecordView,
    StatusView,
)

MOST_ON_A_PAGE = 200

View = TypeVar("View", bound=BaseModel)

Cursor = Annotated[str | None, Query(max_length=256, description="上一页的 next · The last page's next")]
Limit = Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE, description="每页条数 · Items a page")]
Tenant = Annotated[str | None, Query(pattern=r"^\d{6}$", description="行政区划代码 · GB/T 2260 code")]

router = APIRouter(prefix="/v1/intel", route_class=QueryRoute)


async def connection(work: Annotated[Unit, Depends(unit)]) -> AsyncConnection:
    """Give the connection of the request's read-only transaction."""
    return await work.session.connection()


async def asker(work: Annotated[Unit, Depends(unit)]) -> Asker:
    """Give who is asking; nobody owns anything here."""
    return asker_of(work)


Database = Annotated[AsyncConnection, Depends(connection)]
Reader = Annotated[Asker, Depends(asker)]


@router.get("/status", summary="镜像状态 · How the mirror is doing", dependencies=[permit("mirror", "read")])
async def status(database: Database) -> StatusView:
    """各日志的位置与树根、最近检查点、投影进度。Positions and roots of all logs, the newest checkpoint, projections."""
    logs = await store.logs(database)
    last_stored, behind, invalid = await store.summary(database)
    checkpoint = await store.last_checkpoint(database)
    return StatusView(
        records=sum(log.size for log in logs),
        last_stored_at=last_stored,
        projections_behind=behind,
        invalid=invalid,
        last_checkpoint=checkpoint
        and CheckpointView(
            ordinal=checkpoint.ordinal,
            signed_at=checkpoint.signed_at,
            digest=sha256(checkpoint.body).hexdigest(),
            key_id=checkpoint.key_id,
        ),
        logs=[
            LogView(
                topic=log.topic,
                topic_uuid=log.topic_uuid,
                partition=log.partition,
                next_offset=log.base_offset + log.size,
                root=merkle.Frontier(log.size, log.frontier).root().hex(),
            )
            for log in logs
        ],
    )


def _calendar_day(text: str) -> str:
    """Take nothing but YYYY-MM-DD for a day: Pydantic alone reads a number as seconds since 1970."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("not a date")
    return text


@router.get(
    "/counts", summary="按地市、类别、日期统计 · Counts by tenant, kind and day", dependencies=[permit("count", "list")]
)
async def counts(
    reader: Reader,
    database: Database,
    tenant: Tenant = None,
    kind: Annotated[str | None, Query(max_length=64)] = None,
    day: Annotated[date | None, BeforeValidator(_calendar_day), Query(description="北京时间 · Asia/Shanghai")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[CountView]:
    """每件诉求按现分类计一次，记在首次分类之日。Each petition counts once, as what it is now."""
    rows = await store.counts(
        database, reader.reach("count", "list"), tenant=tenant, kind=kind, day=day, after=cursor, limit=limit + 1
    )
    return _page(rows, limit, CountView, lambda row: (row.day, row.tenant, row.kind))


@router.get(
    "/records", summary="按编号或主体查找 · Records by id or subject", dependencies=[permit("record", "search")]
)
async def records(
    reader: Reader,
    database: Database,
    subject: Annotated[str | None, Query(min_length=1, max_length=128)] = None,
    event_id: Annotated[UUID | None, Query(alias="id")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RecordView]:
    """信封信息；原文仅审计员可见（密文保持加密）。Envelopes; raw bytes, sealed as they are, for auditors only."""
    if subject is None and event_id is None:
        raise Problem(UNFOCUSED)
    rows = await store.records(
        database,
        reader.reach("record", "search"),
        reader.reach("record", "expand"),
        subject=subject,
        event_id=event_id,
        after=cursor,
        limit=limit + 1,
    )
    return _page(rows, limit, RecordView, lambda row: (row.sequence, row.log, row.offset))


@router.get("/alerts", summary="预警 · Alerts", dependencies=[permit("alert", "list")])
async def alerts(reader: Reader, database: Database, cursor: Cursor = None, limit: Limit = 50) -> Page[AlertView]:
    """突发预警及其证据所在。Bursts, and where their evidence lies."""
    rows = await store.alerts(database, reader.reach("alert", "list"), after=cursor, limit=limit + 1)
    return _page(rows, limit, AlertView, lambda row: (row.raised_at, row.id))


@router.get("/invalid", summary="无效记录 · Invalid records", dependencies=[permit("invalid-record", "list")])
async def invalid(reader: Reader, database: Database, cursor: Cursor = None, limit: Limit = 50) -> Page[InvalidView]:
    """不符合契约的记录：在哪里、何时、为何，不含内容。Records that contracts refuse: where, when, why; never what."""
    rows = await store.invalid(database, reader.reach("invalid-record", "list"), after=cursor, limit=limit + 1)
    return _page(rows, limit, InvalidView, lambda row: (row.stored_at, row.log, row.offset))


def _page(
    rows: Sequence[Row[Any]], limit: int, view: type[View], place: Callable[[Row[Any]], tuple[object, ...]]
) -> Page[View]:
    """Make a page of at most ``limit`` items; a row more was asked for, to know whether there is a next page."""
    following = store.to_cursor(*place(rows[limit - 1])) if len(rows) > limit else None
    return Page(items=[view.model_validate(row, from_attributes=True) for row in rows[:limit]], next=following)
