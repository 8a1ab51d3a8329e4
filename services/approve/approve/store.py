"""Reads and writes the table. Every read names a scope; every change is made under the row's lock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casework.access import Scope
from casework.rows import within
from chassis.sealed_columns import Sealed, SealedColumns, present
from sqlalchemy import bindparam, insert, tuple_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from approve.review import Review
from approve.tables import ReviewRow
from approve.workflow import STEPS, State

CONTENT = SealedColumns("reviews")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue: behind one review.

    Attributes:
        due_at: Its deadline.
        id: Its id.
    """

    due_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Stored:
    """A review as it lies in the table, its content still sealed."""

    review: Review
    sealed: tuple[Sealed, ...]


async def add(session: AsyncSession, review: Review, form: Sealed | None) -> None:
    """Insert a new review; one statement, nothing is read back.

    Args:
        session: The caller's transaction.
        review: As decided.
        form: As filled in; None when it can't be opened any more.
    """
    values = _fixed(review) | _changing(review)
    if form:
        values |= {"keyid": form.keyid, **form.columns}
    connection = await session.connection()
    await connection.execute(insert(ReviewRow), values)


async def save(session: AsyncSession, review: Review, *, written: Sealed | None = None) -> None:
    """Update a review; whoever decided on it holds its lock.

    Args:
        session: The caller's transaction.
        review: As decided.
        written: The opinion or the notice, when there is a new one.
    """
    values = _changing(review)
    if written:
        values |= {**written.columns} | {f"{name}_keyid": written.keyid for name in written.columns}
    connection = await session.connection()
    await connection.execute(update(ReviewRow).where(col(ReviewRow.id) == UUID(review.id)).values(values))


async def save_all(session: AsyncSession, reviews: Iterable[Review]) -> None:
    """Update reviews whose texts stay; whoever decided on them holds their locks."""
    rows = [_changing(review) | {"the_id": UUID(review.id)} for review in reviews]
    if not rows:
        return
    changed: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "the_id"}
    connection = await session.connection()
    await connection.execute(update(ReviewRow).where(col(ReviewRow.id) == bindparam("the_id")).values(changed), rows)


async def find(session: AsyncSession, review: UUID, scope: Scope, *, lock: bool = False) -> Stored | None:
    """Give a review within the scope, or None: what isn't there and what isn't one's own look alike.

    Args:
        session: The caller's transaction.
        review: Its id.
        scope: Of whoever asks.
        lock: Have others wait who want to change it, until the transaction ends.
    """
    statement = _within(scope).where(col(ReviewRow.id) == review)
    row = (await session.exec(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else _stored(row)


async def find_by_case(session: AsyncSession, case: UUID) -> Review | None:
    """Give the review of a case, locked until the transaction ends."""
    row = (await session.exec(select(ReviewRow).where(col(ReviewRow.case) == case).with_for_update())).one_or_none()
    return None if row is None else _stored(row).review


async def find_all(session: AsyncSession, reviews: Iterable[UUID]) -> Mapping[str, Review]:
    """Give those of the reviews that there are, locked in one order, so that no two wait for each other."""
    statement = select(ReviewRow).where(col(ReviewRow.id).in_(set(reviews))).order_by(col(ReviewRow.id))
    return {str(row.id): _stored(row).review for row in await session.exec(statement.with_for_update())}


async def queue(
    session: AsyncSession, scope: Scope, *, after: Place | None, limit: int, state: State | None, holder: str | None
) -> Sequence[Review]:
    """Give reviews in the order of their deadlines, following one place.

    Args:
        session: The caller's transaction.
        scope: Of whoever asks.
        after: The last of the page before.
        limit: Most reviews.
        state: Only those there; None: all that haven't ended.
        holder: Only those whose task this pseudonym has taken on.
    """
    order = tuple_(col(ReviewRow.due_at), col(ReviewRow.id))
    statement = _within(scope).order_by(col(ReviewRow.due_at), col(ReviewRow.id)).limit(limit)
    if after is not None:
        statement = statement.where(order > tuple_(after.due_at, after.id))
    if state is None or state in STEPS:
        statement = statement.where(col(ReviewRow.open))
    if state is not None:
        statement = statement.where(col(ReviewRow.state) == state.value)
    if holder is not None:
        statement = statement.where(col(ReviewRow.holder) == holder)
    return [_stored(row).review for row in await session.exec(statement)]


def _within(scope: Scope) -> SelectOfScalar[ReviewRow]:
    return within(select(ReviewRow), scope, tenant=col(ReviewRow.tenant), owner=col(ReviewRow.applicant))


def _fixed(review: Review) -> dict[str, Any]:
    return {
        "id": UUID(review.id),
        "tenant": review.tenant,
        "case": UUID(review.case),
        "number": review.number,
        "item": review.item,
        "applicant": review.applicant,
        "accepted_at": review.accepted_at,
    }


def _changing(review: Review) -> dict[str, Any]:
    return {
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


def _stored(row: ReviewRow) -> Stored:
    review = Review(
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
    sealed = (
        present(row.keyid, {"form": row.form})
        + present(row.opinion_keyid, {"opinion": row.opinion})
        + present(row.notice_keyid, {"notice": row.notice})
    )
    return Stored(review, sealed)
