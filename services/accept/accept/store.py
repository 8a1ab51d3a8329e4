"""Reads and writes the table. Every read names a scope; every change is made under the row's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.access import Scope
from casework.rows import newest, within
from chassis.sealed_columns import Sealed, SealedColumns, present
from sqlalchemy import insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from accept.domain import Case, Channel, Outcome
from accept.tables import CaseRow
from accept.workflow import State

CONTENT = SealedColumns("cases")


@dataclass(frozen=True, slots=True)
class Stored:
    """A case as it lies in the table, its content still sealed."""

    case: Case
    sealed: tuple[Sealed, ...]


async def add(session: AsyncSession, case: Case, form: Sealed | None, *, query_code_hash: bytes) -> None:
    """Insert a new case; one statement, nothing is read back.

    Args:
        session: The caller's transaction.
        case: As decided.
        form: As filled in; None when the applicant's key was destroyed.
        query_code_hash: See ``casework.numbers``.
    """
    values = _fixed(case) | _changing(case) | {"query_code_hash": query_code_hash}
    if form:
        values |= {"keyid": form.keyid, **form.columns}
    connection = await session.connection()
    await connection.execute(insert(CaseRow), values)


async def save(session: AsyncSession, case: Case, *, notice: Sealed | None = None) -> None:
    """Update a case; whoever decided on it holds its lock.

    Args:
        session: The caller's transaction.
        case: As decided.
        notice: What the applicant is told, when there is something.
    """
    values = _changing(case)
    if notice:
        values |= {"notice_keyid": notice.keyid, **notice.columns}
    connection = await session.connection()
    await connection.execute(update(CaseRow).where(col(CaseRow.id) == UUID(case.id)).values(values))


async def find(session: AsyncSession, case: UUID, scope: Scope, *, lock: bool = False) -> Stored | None:
    """Give a case within the scope, or None: what isn't there and what isn't one's own look alike.

    Args:
        session: The caller's transaction.
        case: Its id.
        scope: Of whoever asks.
        lock: Have others wait who want to change it, until the transaction ends.
    """
    statement = _within(scope).where(col(CaseRow.id) == case)
    row = (await session.exec(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else _stored(row)


async def page(
    session: AsyncSession, scope: Scope, *, after: UUID | None, limit: int, state: State | None, item: str | None
) -> Sequence[Case]:
    """Give cases newest first, following one id."""
    statement = newest(_within(scope), col(CaseRow.id), after=after, limit=limit)
    if state is not None:
        statement = statement.where(col(CaseRow.state) == state.value)
    if item is not None:
        statement = statement.where(col(CaseRow.item) == item)
    return [_stored(row).case for row in await session.exec(statement)]


def _within(scope: Scope) -> SelectOfScalar[CaseRow]:
    return within(select(CaseRow), scope, tenant=col(CaseRow.tenant), owner=col(CaseRow.applicant))


def _fixed(case: Case) -> dict[str, Any]:
    return {
        "id": UUID(case.id),
        "tenant": case.tenant,
        "number": case.number,
        "item": case.item,
        "channel": case.channel.value,
        "applicant": case.applicant,
        "submitted_at": case.submitted_at,
    }


def _changing(case: Case) -> dict[str, Any]:
    return {
        "sequence": case.sequence,
        "state": case.state.value,
        "accepted_at": case.accepted_at,
        "workdays": case.workdays,
        "reasons": list(case.reasons),
        "outcome": case.outcome.value if case.outcome else None,
        "review": UUID(case.review) if case.review else None,
    }


def _stored(row: CaseRow) -> Stored:
    case = Case(
        id=str(row.id),
        tenant=row.tenant,
        number=row.number,
        item=row.item,
        channel=Channel(row.channel),
        applicant=row.applicant,
        submitted_at=row.submitted_at,
        sequence=row.sequence,
        state=State(row.state),
        accepted_at=row.accepted_at,
        workdays=row.workdays,
        reasons=tuple(row.reasons),
        outcome=Outcome(row.outcome) if row.outcome else None,
        review=str(row.review) if row.review else None,
    )
    return Stored(case, present(row.keyid, {"form": row.form}) + present(row.notice_keyid, {"notice": row.notice}))
