"""What leaves the service over HTTP about reviews."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from casework.content import Access
from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from petition.channels.versions import as_it_reads_now
from petition.handling.views import LimitView
from petition.petition import Petition
from petition.review.domain import next_rung
from petition.review.review import authority_of
from petition.workflow import State


class ReviewView(View):
    """The last review of an answer, as whoever may read the answer sees it."""

    rung: str = Field(description="first 复查、final 复核 · Which rung")
    authority: str = Field(description="复查、复核机关 · Whose supervision desk decides")
    result: str | None = Field(description="upheld 维持、changed 变更、sent-back 责令重新答复 · Null: it goes on")
    objection: str | None = Field(description="请求的理由，仅本人可见 · What they find wrong; for whoever asked")
    reasons: str | None = Field(description="决定的理由 · Why it was decided so")
    reply: str | None = Field(description="变更后的答复 · The answer that stands instead")
    final: bool = Field(description="终局：不再受理同一事项 · Final: the same matter isn't taken up again")

    @classmethod
    def of(cls, petition: Petition, content: Mapping[str, str | None], *, sender: bool) -> Self | None:
        """Show it, to its sender with their own words."""
        review = petition.review
        if review is None:
            return None
        return cls(
            rung=review.rung,
            authority=review.authority,
            result=review.result,
            objection=content.get("review_objection") if sender else None,
            reasons=content.get("review_reasons"),
            reply=content.get("review_reply"),
            final=petition.state is State.FINAL,
        )


class NextReviewView(View):
    """What whoever wrote it may ask for next."""

    rung: str = Field(description="first 复查、final 复核 · Which rung")
    authority: str = Field(description="由谁决定 · Whose supervision desk would decide")
    until: datetime = Field(description="须在此前提出 · By when it has to be asked for")

    @classmethod
    def of(cls, petition: Petition) -> Self | None:
        """Show it, if there is one."""
        rung = next_rung(petition.review)
        authority = authority_of(rung, petition.tenant) if rung else None
        if rung is None or authority is None or petition.reviewable_until is None:
            return None
        return cls(rung=rung, authority=authority, until=petition.reviewable_until)


class ReviewSummary(View):
    """A review in the queue of whoever decides it."""

    id: str = Field(description="诉求的 id · Id of the petition")
    number: str
    tenant: str
    state: str
    version: int = Field(description="版本号，与 ETag 相同 · Version of the petition, the same as the ETag")
    department: str | None = Field(description="作出答复的部门 · The department that answered")
    rung: str | None = Field(description="first 复查、final 复核 · Which rung")
    authority: str | None = Field(description="复查、复核机关 · Whose supervision desk decides")
    result: str | None = Field(description="决定 · What was decided; null: nothing yet")
    due_at: datetime = Field(description="决定期限 · By when it is to be decided")
    warned: bool = Field(description="黄牌 · Yellow card")
    overdue: bool = Field(description="红牌：已超期 · Red card: its time limit has passed")

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Show it."""
        return cls(**_summary(petition))


class ReviewPage(View):
    """One page of them, the earliest deadline first."""

    items: tuple[ReviewSummary, ...]
    next: Next


class ReviewDetail(ReviewSummary):
    """It with what was asked and answered, and what is said against that."""

    access: Access = Field(description="内容：可见、已删除 · Content: open or erased")
    title: str | None
    text: str | None
    supplement_request: str | None = Field(description="曾要求补充的内容 · What its sender was asked for")
    supplement: str | None = Field(description="补充内容 · What they sent")
    reply: str | None = Field(description="原答复 · The department's answer")
    correction: str | None = Field(description="更正 · How that was corrected")
    objection: str | None = Field(description="请求复查、复核的理由 · What is said against it")
    reasons: str | None = Field(description="决定的理由，复核时含复查的理由 · Why it was decided, or was before")
    changed_reply: str | None = Field(description="变更后的答复 · The answer that stands instead")
    limit: LimitView | None = Field(description="期限说明 · How the deadline came about")

    @classmethod
    def of(  # type: ignore[override]
        cls, petition: Petition, access: Access, content: Mapping[str, str]
    ) -> Self:
        """Put the opened content beside it."""
        now = as_it_reads_now(content)
        return cls(
            **_summary(petition),
            access=access,
            title=now.get("title"),
            text=now.get("text"),
            supplement_request=content.get("supplement_request"),
            supplement=now.get("supplement"),
            reply=content.get("reply"),
            correction=content.get("correction") if petition.publication.corrected else None,
            objection=content.get("review_objection"),
            reasons=content.get("review_reasons"),
            changed_reply=content.get("review_reply"),
            limit=LimitView.of(petition, sender=False),
        )


def _summary(petition: Petition) -> dict[str, Any]:
    review, course = petition.review, petition.course
    return {
        "id": petition.id,
        "number": petition.number,
        "tenant": petition.tenant,
        "state": petition.state,
        "version": petition.sequence,
        "department": petition.department,
        "rung": review.rung if review else None,
        "authority": review.authority if review else None,
        "result": review.result if review else None,
        "due_at": course.due_at,
        "warned": course.warned,
        "overdue": course.overdue,
    }
