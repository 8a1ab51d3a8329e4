"""What leaves the service over HTTP about ratings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from casework.content import Access
from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from petition.feedback.rating import CallBack
from petition.petition import Petition


class RatingSummary(View):
    """How an answer was rated, in a list."""

    id: str = Field(description="诉求的 id · Id of the petition")
    number: str
    tenant: str
    version: int = Field(description="版本号，与 ETag 相同 · Version of the petition, the same as the ETag")
    department: str | None
    level: str | None = Field(description="满意度，五级 · How content they are, on five levels")
    solved: bool | None = Field(description="本人所说是否解决，未说为空 · Whether it is solved; null: they didn't say")
    call_back: str | None = Field(description="回访：waiting 待回访，或其结果 · Call-back: waiting, or what it came to")
    call_back_due: datetime | None = Field(description="回访期限 · By when they are to be called back")
    overdue: bool = Field(description="逾期未回访 · The call-back is late")
    late: bool = Field(description="曾逾期未回访 · It was late, whatever came of it")

    @classmethod
    def of(cls, petition: Petition, *, now: datetime) -> Self:
        """Show it."""
        return cls(**_summary(petition, now))


class RatingPage(View):
    """One page of them, newest petition first."""

    items: tuple[RatingSummary, ...]
    next: Next


class RatingDetail(RatingSummary):
    """It with what was asked, what was answered, and what they say about it."""

    access: Access = Field(description="内容：可见、已删除 · Content: open or erased")
    title: str | None
    text: str | None
    reply: str | None
    comment: str | None = Field(description="评价留言 · What they say about it")
    note: str | None = Field(description="回访记录 · What was said at the call-back")

    @classmethod
    def of(  # type: ignore[override]
        cls, petition: Petition, access: Access, content: Mapping[str, str | None], *, now: datetime
    ) -> Self:
        """Put the opened content beside it."""
        names = ("title", "text", "reply", "comment", "note")
        return cls(**_summary(petition, now), access=access, **{name: content.get(name) for name in names})


def _summary(petition: Petition, now: datetime) -> dict[str, Any]:
    rating = petition.rating
    due = rating.call_back_due if rating else None
    waiting = rating is not None and rating.call_back is CallBack.WAITING
    return {
        "id": petition.id,
        "number": petition.number,
        "tenant": petition.tenant,
        "version": petition.sequence,
        "department": petition.department,
        "level": rating.level if rating else None,
        "solved": rating.solved if rating else None,
        "call_back": rating.call_back if rating else None,
        "call_back_due": due,
        "late": rating is not None and rating.call_back_late,
        "overdue": waiting and due is not None and due < now,
    }
