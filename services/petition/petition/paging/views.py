"""What leaves the service over HTTP about what nobody has taken: nothing of what was written."""

from datetime import datetime
from typing import Self

from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from petition.paging.alarm import Alarm, Rung
from petition.paging.store import Delivery
from petition.petition import Petition


class PageView(View):
    """Something that can't wait, and that nobody has taken."""

    id: str = Field(description="诉求的 id · Id of the petition")
    number: str
    tenant: str
    version: int = Field(description="版本号，接警时以 If-Match 带回 · Version, to be named when it is taken")
    confidential: bool = Field(description="保密办理 · Handled in confidence")
    danger: str = Field(description="紧急情形：life 人身，crime 正在发生的犯罪，money 刚转账 · What can't wait")
    raised_at: datetime
    rung: Rung = Field(description="已传呼到：值班员、副班、上级值班 · Who was paged last")
    desk: str = Field(description="被传呼的值班单位 · Whose duty desk was paged last")
    paged_at: datetime
    answer_by: datetime | None = Field(description="届时无人接警则传呼下一级 · When the next one is paged")
    delivered_at: datetime | None = Field(description="送达传呼平台的时间 · Since when a pager has the last page")
    attempts: int
    trouble: str | None = Field(description="未送达的原因，no-pager 为未配置 · Why it wasn't delivered yet")

    @classmethod
    def of(cls, petition: Petition, alarm: Alarm, delivery: Delivery) -> Self:
        """Put how far its last page has come beside it."""
        return cls(
            id=petition.id,
            number=petition.number,
            tenant=petition.tenant,
            version=petition.sequence,
            confidential=petition.hidden is not None,
            danger=alarm.danger,
            raised_at=alarm.raised_at,
            rung=alarm.rung,
            desk=alarm.to[-1],
            paged_at=alarm.paged_at,
            answer_by=alarm.answer_by,
            delivered_at=delivery.delivered_at,
            attempts=delivery.attempts,
            trouble=delivery.trouble,
        )


class PagePage(View):
    """One page of them, newest petition first."""

    items: tuple[PageView, ...]
    next: Next
