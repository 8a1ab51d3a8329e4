"""What leaves the service over HTTP for whoever has number and query code."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from chassis.api.models import View
from pydantic import Field

from petition.holding.domain import Told, opens, told
from petition.petition import Channel, Petition
from petition.review.views import NextReviewView, ReviewView


class HeldAnswer(View):
    """How far a petition is, and its answer."""

    number: str
    status: Told = Field(
        description="已收到、已移交、已答复、复查复核中、已复查复核、已办结；举报：已立案、不予立案 · How far it is"
    )
    question: str | None = Field(description="请补充的内容，等待期间不计期限 · What is asked for; the clock waits")
    reply: str | None = Field(description="答复，举报和涉警投诉不显示 · The answer; never of a report")
    correction: str | None = Field(description="更正 · How it was corrected since")
    automatic: bool = Field(description="自动答复，未经人工 · The reply is automatic")
    rated: bool | None = Field(description="已评价，不能评价的为空 · Whether it was rated; null where that can't be")
    review: ReviewView | None = Field(
        description="复查、复核，不含请求的理由 · The last review, without what was said for it"
    )
    next_review: NextReviewView | None = Field(description="可请求的复查、复核 · What may be asked for next")
    sign_in: bool = Field(description="请在门户登录查看 · It came from an account: sign in to read the answer")

    @classmethod
    def of(cls, petition: Petition, content: Mapping[str, str]) -> Self:
        """Show it with what was opened of it."""
        return cls(
            number=petition.number,
            status=told(petition),
            question=content.get("supplement_request"),
            reply=content.get("reply"),
            correction=content.get("correction"),
            automatic=petition.automatic and opens(petition),
            rated=petition.rating is not None if "reply" in content else None,
            review=ReviewView.of(petition, content, sender=False) if opens(petition) else None,
            next_review=NextReviewView.of(petition) if opens(petition) else None,
            sign_in=petition.channel is Channel.PORTAL,
        )


class HeldSupplied(View):
    """That more has come, and by when it is answered."""

    number: str
    due_at: datetime = Field(description="答复期限 · By when it is answered")


class HeldGoesOn(View):
    """That it is looked at again: by the office, or by the tier above."""

    number: str
    due_at: datetime = Field(description="答复或决定期限 · By when it is answered, or decided")


class HeldRated(View):
    """That it was rated."""

    number: str
    level: str
