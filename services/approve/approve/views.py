"""What leaves the service over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import orjson
from casework.content import Access
from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from approve.review import Review


class ReviewSummary(View):
    """A review in a queue; nothing in it is personal."""

    id: str
    case: str = Field(description="办件 id · Id of the case")
    number: str = Field(description="办件编号 · Number for people")
    tenant: str
    item: str = Field(description="事项 · Slug of the service item")
    step: str | None = Field(description="待办环节，办结后为空 · What has to be done; null once it has ended")
    state: str
    version: int = Field(description="版本号，与 ETag 相同 · Version, the same as the ETag")
    accepted_at: datetime
    warn_at: datetime = Field(description="黄牌时点 · When a yellow card is due")
    due_at: datetime = Field(description="承诺时限届满 · End of the promised time limit")
    warned: bool = Field(description="已亮黄牌 · A yellow card was given")
    breached: bool = Field(description="已亮红牌 · A red card was given")
    mine: bool = Field(description="由您领办 · You have taken it on")
    held: bool = Field(description="已有人领办 · Somebody has taken it on")

    @classmethod
    def of(cls, review: Review, asker: str) -> Self:
        """Show it to somebody, named by their pseudonym."""
        return cls(**_summary(review, asker))


class ReviewDetail(ReviewSummary):
    """A review with all that was written in it."""

    access: Access = Field(description="内容：可见、无权查看、已删除 · Content: open, withheld or erased")
    form: dict[str, Any] | None
    holder: str | None = Field(description="领办人（化名）· Who has taken it on, a pseudonym")
    examiner: str | None = Field(description="审查人（化名）· Who examined it, a pseudonym")
    recommendation: str | None = Field(description="审查建议 · What the examiner recommends")
    opinion: str | None = Field(description="审查意见 · The examiner's opinion")
    decider: str | None = Field(description="审批人（化名）· Who decided, a pseudonym")
    reasons: tuple[str, ...] = Field(description="不予许可的理由代码 · Why it was denied, as codes")
    notice: str | None = Field(description="不予许可通知 · What the applicant was told")

    @classmethod
    def shown(cls, review: Review, asker: str, access: Access, content: Mapping[str, str]) -> Self:
        """Put the opened content beside the review."""
        return cls(
            **_summary(review, asker),
            access=access,
            form=orjson.loads(content["form"]) if "form" in content else None,
            holder=review.holder,
            examiner=review.examiner,
            recommendation=review.recommendation,
            opinion=content.get("opinion"),
            decider=review.decider,
            reasons=review.reasons,
            notice=content.get("notice"),
        )


class ReviewQueue(View):
    """One page of reviews, the most urgent first."""

    items: tuple[ReviewSummary, ...]
    next: Next


class ReviewChanged(View):
    """A review after a change."""

    id: str
    number: str
    step: str | None
    state: str
    version: int
    due_at: datetime

    @classmethod
    def of(cls, review: Review) -> Self:
        """Tell where it stands now."""
        return cls(
            id=review.id,
            number=review.number,
            step=review.step,
            state=review.state,
            version=review.sequence,
            due_at=review.due_at,
        )


def _summary(review: Review, asker: str) -> dict[str, Any]:
    return {
        "id": review.id,
        "case": review.case,
        "number": review.number,
        "tenant": review.tenant,
        "item": review.item,
        "step": review.step,
        "state": review.state,
        "version": review.sequence,
        "accepted_at": review.accepted_at,
        "warn_at": review.warn_at,
        "due_at": review.due_at,
        "warned": review.warned,
        "breached": review.breached,
        "mine": review.holder == asker,
        "held": review.holder is not None,
    }
