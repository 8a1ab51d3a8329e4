"""What leaves the service over HTTP. A service item leaves as the catalogue has it: see ``catalogue.ServiceItem``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import orjson
from casework.content import Access
from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from accept.catalogue import Catalogue, ServiceItem, Words
from accept.domain import Case


class ServiceItemSummary(View):
    """A service item in a list."""

    slug: str
    name: Words
    branch: str
    promised_workdays: int
    offered_in: tuple[str, ...]

    @classmethod
    def of(cls, item: ServiceItem) -> Self:
        """Show it."""
        return cls(
            slug=item.slug,
            name=item.name,
            branch=item.branch,
            promised_workdays=item.promised.workdays,
            offered_in=item.offered_in,
        )


class ServiceItemPage(View):
    """One page of service items, in the order of their slugs."""

    items: tuple[ServiceItemSummary, ...]
    next: Next


class CaseReceipt(View):
    """What the applicant gets at once; at the window the officer hands it over."""

    id: str
    number: str = Field(description="办件编号 · Number for people; it can't be guessed")
    query_code: str = Field(description="查询码，仅此一次告知 · Query code, told only here")
    item: str
    state: str
    submitted_at: datetime


class CaseSummary(View):
    """A case in a list; nothing in it is personal."""

    id: str
    number: str
    tenant: str
    item: str
    item_name: Words | None = Field(description="事项名称；已取消的为空 · Name; null for an item that was retired")
    channel: str
    state: str
    version: int = Field(description="版本号，与 ETag 相同 · Version, the same as the ETag")
    submitted_at: datetime
    accepted_at: datetime | None
    workdays: int | None = Field(description="承诺时限（工作日）· Promised time limit, in working days")
    outcome: str | None

    @classmethod
    def of(cls, case: Case, catalogue: Catalogue) -> Self:
        """Show it."""
        return cls(**_summary(case, catalogue))


class Reason(View):
    """Why an application wasn't accepted."""

    code: str
    words: Words | None


class CaseDetail(CaseSummary):
    """A case with all that was written in it."""

    applicant: str = Field(description="化名 · Pseudonym")
    access: Access = Field(description="内容：可见、无权查看、已删除 · Content: open, withheld or erased")
    form: dict[str, Any] | None
    reasons: tuple[Reason, ...]
    notice: str | None = Field(description="不予受理通知 · What the applicant was told")
    review: str | None

    @classmethod
    def shown(cls, case: Case, access: Access, content: Mapping[str, str], catalogue: Catalogue) -> Self:
        """Put the opened content beside the case."""
        item = catalogue.get(case.item)
        words = item.reasons if item else {}
        return cls(
            **_summary(case, catalogue),
            applicant=case.applicant,
            access=access,
            form=orjson.loads(content["form"]) if "form" in content else None,
            reasons=tuple(Reason(code=code, words=words.get(code)) for code in case.reasons),
            notice=content.get("notice"),
            review=case.review,
        )


class CasePage(View):
    """One page of cases, newest first."""

    items: tuple[CaseSummary, ...]
    next: Next


class CaseChanged(View):
    """A case after a change."""

    id: str
    number: str
    state: str
    version: int
    accepted_at: datetime | None
    workdays: int | None

    @classmethod
    def of(cls, case: Case) -> Self:
        """Tell where it stands now."""
        return cls(
            id=case.id,
            number=case.number,
            state=case.state,
            version=case.sequence,
            accepted_at=case.accepted_at,
            workdays=case.workdays,
        )


def _summary(case: Case, catalogue: Catalogue) -> dict[str, Any]:
    item = catalogue.get(case.item)
    return {
        "id": case.id,
        "number": case.number,
        "tenant": case.tenant,
        "item": case.item,
        "item_name": item.name if item else None,
        "channel": case.channel,
        "state": case.state,
        "version": case.sequence,
        "submitted_at": case.submitted_at,
        "accepted_at": case.accepted_at,
        "workdays": case.workdays,
        "outcome": case.outcome,
    }
