"""The columns of a petition's row in which its review lies."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from petition.petition import Petition
from petition.review.review import Result, Review, Rung


class ReviewColumns(SQLModel):
    """What a petition's row has beside the rest.

    Attributes:
        review: Which rung the last one was.
        review_authority: Whose supervision desk decides it.
        review_result: What it came to.
        review_objection: What whoever asked finds wrong; sealed, like the reasons and the answer that stands instead.
    """

    review: str | None
    review_authority: str | None
    review_result: str | None
    reviewable_until: datetime | None = Field(sa_type=DateTime(timezone=True))
    review_objection_keyid: str | None
    review_objection: str | None
    review_reasons_keyid: str | None
    review_reasons: str | None
    review_reply_keyid: str | None
    review_reply: str | None


def columns_of(petition: Petition) -> dict[str, Any]:
    """Give the values of these columns."""
    review = petition.review
    return {
        "review": review.rung.value if review else None,
        "review_authority": review.authority if review else None,
        "review_result": review.result.value if review and review.result else None,
        "reviewable_until": petition.reviewable_until,
    }


def review_in(row: ReviewColumns) -> Review | None:
    """Give the review that lies in a row."""
    if row.review is None or row.review_authority is None:
        return None
    result = Result(row.review_result) if row.review_result else None
    return Review(rung=Rung(row.review), authority=row.review_authority, result=result)
