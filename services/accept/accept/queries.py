"""Answers questions. Rows come within the asker's scope; forms open only for whom they concern."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from chassis.api.errors import NOT_FOUND, Problem
from chassis.unit import Unit

from accept.access import DESK, may_read
from accept.catalogue import Branch, ServiceItem, catalogue
from accept.store import CASES
from accept.views import CaseDetail, CasePage, CaseSummary, ServiceItemPage, ServiceItemSummary
from accept.workflow import State


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
        Problem: 404, also for what exists outside the asker's scope.
    """
    who = DESK.asker(unit)
    stored = await CASES.get(unit, id_, who.scope)
    ((access, content),) = await CASES.contents(unit, [stored], partial(may_read, who), reader=who)
    return CaseDetail.shown(stored.case, access, content, catalogue())


async def list_cases(query: ListCases, unit: Unit) -> CasePage:
    """Show a page of them, newest first: one's own, those of one's city, or of all cities."""
    who = DESK.asker(unit)
    shown, following = await CASES.page(
        unit, who.scope, after=query.after, limit=query.limit, state=query.state, item=query.item
    )
    return CasePage(items=tuple(CaseSummary.of(stored.case, catalogue()) for stored in shown), next=following)
