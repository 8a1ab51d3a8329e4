"""Where reviews lie, and the queue of them. The policy is part of what somebody reads; changes hold the row's lock."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from casework.access import Asker
from casework.erasure import Erasures
from casework.queue import Place, in_order
from casework.repository import Repository
from chassis.policy import EVERYTHING
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from approve.review import Review, begin, replay
from approve.tables import ReviewRow
from approve.workflow import STEPS, State
from contracts.events import ReviewErasureAcknowledged


async def find_by_case(session: AsyncSession, case: UUID) -> Review | None:
    """Give the review of a case, locked until the transaction ends."""
    statement = REVIEWS.within(EVERYTHING).where(col(ReviewRow.case) == case)
    found = await REVIEWS.fetch(session, statement.with_for_update())
    return found[0].case if found else None


async def queue(
    session: AsyncSession, who: Asker, *, after: Place | None, limit: int, state: State | None, holder: str | None
) -> Sequence[Review]:
    """Give reviews in the order of their deadlines, following one place.

    Args:
        session: The caller's transaction.
        who: Asks.
        after: The last of the page before.
        limit: Most reviews.
        state: Only those there; None: all that haven't ended.
        holder: Only those whose task this pseudonym has taken on.
    """
    statement = in_order(
        REVIEWS.visible(who, "list"), due_at=col(ReviewRow.due_at), id_=col(ReviewRow.id), after=after, limit=limit
    )
    if state is None or state in STEPS:
        statement = statement.where(col(ReviewRow.open))
    if state is not None:
        statement = statement.where(col(ReviewRow.state) == state.value)
    if holder is not None:
        statement = statement.where(col(ReviewRow.holder) == holder)
    return [found.case for found in await REVIEWS.fetch(session, statement)]


def _write(review: Review) -> dict[str, Any]:
    return {
        "id": UUID(review.id),
        "tenant": review.tenant,
        "case": UUID(review.case),
        "number": review.number,
        "item": review.item,
        "applicant": review.applicant,
        "accepted_at": review.accepted_at,
        "warn_at": review.warn_at,
        "due_at": review.due_at,
        "deadline": review.deadline,
        "sequence": review.sequence,
        "state": review.state.value,
        "open": review.step is not None,
        "holder": review.holder,
        "examiner": review.examiner,
        "recommendation": review.recommendation,
        "decider": review.decider,
        "reasons": list(review.reasons),
        "warned": review.warned,
        "breached": review.breached,
    }


def _read(row: ReviewRow) -> Review:
    return Review(
        id=str(row.id),
        tenant=row.tenant,
        case=str(row.case),
        number=row.number,
        item=row.item,
        applicant=row.applicant,
        accepted_at=row.accepted_at,
        warn_at=row.warn_at,
        due_at=row.due_at,
        deadline=row.deadline,
        sequence=row.sequence,
        state=State(row.state),
        holder=row.holder,
        examiner=row.examiner,
        recommendation=row.recommendation,
        decider=row.decider,
        reasons=tuple(row.reasons),
        warned=row.warned,
        breached=row.breached,
    )


REVIEWS = Repository(
    ReviewRow,
    resource="review",
    owner="applicant",
    sealed={"keyid": ("form",), "opinion_keyid": ("opinion",), "notice_keyid": ("notice",)},
    read=_read,
    write=_write,
    begin=begin,
    replay=replay,
)
ERASURES = Erasures(REVIEWS, ReviewErasureAcknowledged)
"""What is deleted here when a person's key was destroyed."""
