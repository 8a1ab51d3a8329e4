"""Answers questions. The policy is part of each: which rows come, and for whom their forms open."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from casework.export import Part, part
from chassis.api.errors import NOT_FOUND, Problem
from chassis.unit import Unit

from accept.access import asker
from accept.catalogue import Branch, ServiceItem, catalogue
from accept.store import CASES
from accept.views import CaseDetail, CasePage, CaseSummary, ServiceItemPage, ServiceItemSummary
from accept.workflow import State

EXPORTED: Final = MappingProxyType(
    {
        "id": "标识 id",
        "number": "编号 number",
        "tenant": "区划 tenant",
        "item": "事项 item",
        "channel": "渠道 channel",
        "submitted_at": "收件时间 submitted_at",
        "state": "状态 state",
        "accepted_at": "受理时间 accepted_at",
        "workdays": "承诺时限（工作日） workdays",
        "outcome": "办理结果 outcome",
    }
)
"""Columns of the exported table."""


@dataclass(frozen=True, slots=True)
class ListServiceItems:
    """A page of service items; ``after`` is the last slug of the page before."""

    after: str | None
    limit: int
    branch: Branch | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True)
class ListCases:
    """A page of cases; ``after`` is the last id of the page before."""

    after: UUID | None
    limit: int
    state: State | None = None
    item: str | None = None


def list_service_items(query: ListServiceItems) -> ServiceItemPage:
    """Show a page of the catalogue."""
    found = [
        item
        for item in catalogue().values()
        if (query.after is None or item.slug > query.after)
        and (query.branch is None or item.branch is query.branch)
        and (query.tenant is None or query.tenant in item.offered_in)
    ]
    shown = found[: query.limit]
    return ServiceItemPage(
        items=tuple(ServiceItemSummary.of(item) for item in shown),
        next=shown[-1].slug if len(found) > query.limit else None,
    )


def get_service_item(slug: str) -> ServiceItem:
    """Show one service item: guide and form.

    Raises:
        Problem: 404.
    """
    item = catalogue().get(slug)
    if item is None:
        raise Problem(NOT_FOUND)
    return item


async def get_case(id_: UUID, unit: Unit) -> CaseDetail:
    """Show one case.

    Raises:
        Problem: 404, also for what isn't the asker's to see.
    """
    who = asker(unit)
    stored = await CASES.get(unit, id_, who)
    ((access, content),) = await CASES.contents(unit, [stored], reader=who)
    return CaseDetail.shown(stored.case, access, content, catalogue())


async def list_cases(query: ListCases, unit: Unit) -> CasePage:
    """Show a page of them, newest first: one's own, those of one's city, or of all cities."""
    shown, following = await CASES.page(
        unit, asker(unit), after=query.after, limit=query.limit, state=query.state, item=query.item
    )
    return CasePage(items=tuple(CaseSummary.of(stored.case, catalogue()) for stored in shown), next=following)


async def export_cases(after: UUID | None, limit: int, unit: Unit) -> Part:
    """Show a part of them as a table, newest first."""
    found, following = await CASES.part(unit, asker(unit), after=after, limit=limit)
    return part("cases", EXPORTED, found, following)
