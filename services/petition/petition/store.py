"""Reads and writes the tables. Every read names a scope; every change names the sequence it was decided on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from casework.access import Scope
from casework.rows import newest, within
from chassis.sealed_columns import Sealed, SealedColumns, present
from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from petition.bulletins import Bulletin, BulletinState
from petition.domain import Channel, Outcome, Petition
from petition.tables import BulletinRow, PetitionRow
from petition.workflow import State

CONTENT = SealedColumns("petitions")
_MESSAGE = ("title", "text", "handle")


@dataclass(frozen=True, slots=True)
class Stored:
    """A petition as it lies in the table, its content still sealed."""

    petition: Petition
    posted_at: datetime | None
    sealed: tuple[Sealed, ...]

    def titled(self) -> Self:
        """Leave everything but the title out: all that a list shows."""
        titles = tuple(
            Sealed(part.keyid, {"title": part.columns["title"]}) for part in self.sealed if "title" in part.columns
        )
        return replace(self, sealed=titles)


async def add(
    session: AsyncSession,
    petition: Petition,
    message: Sealed | None,
    *,
    query_code_hash: bytes,
    posted_at: datetime | None,
) -> None:
    """Insert a new petition; one statement, nothing is read back.

    Args:
        session: The caller's transaction.
        petition: As decided.
        message: Its title, text and handle; None when the author's key was destroyed.
        query_code_hash: See ``numbers``.
        posted_at: When it was written elsewhere, if it was.
    """
    values = _fixed(petition) | _changing(petition) | {"query_code_hash": query_code_hash, "posted_at": posted_at}
    if message:
        values |= {"keyid": message.keyid, **message.columns}
    connection = await session.connection()
    await connection.execute(insert(PetitionRow), values)


async def save(session: AsyncSession, petition: Petition, *, decided_on: int, reply: Sealed | None = None) -> bool:
    """Update a petition by compare-and-set; False when somebody else was faster.

    Args:
        session: The caller's transaction.
        petition: As decided.
        decided_on: Sequence of the state that the decision was made on.
        reply: The sealed reply, when there is a new one.
    """
    values = _changing(petition)
    if reply:
        values |= {"reply_keyid": reply.keyid, **reply.columns}
    statement = update(PetitionRow).where(
        col(PetitionRow.id) == UUID(petition.id), col(PetitionRow.sequence) == decided_on
    )
    connection = await session.connection()
    return (await connection.execute(statement.values(values))).rowcount == 1


async def find(session: AsyncSession, petition: UUID, scope: Scope) -> Stored | None:
    """Give a petition within the scope, or None: what isn't there and what isn't one's own look alike."""
    row = (await session.exec(_within(scope).where(col(PetitionRow.id) == petition))).one_or_none()
    return None if row is None else _stored(row)


async def page(
    session: AsyncSession, scope: Scope, *, after: UUID | None, limit: int, state: State | None, department: str | None
) -> Sequence[Stored]:
    """Give petitions newest first, following one id."""
    statement = newest(_within(scope), col(PetitionRow.id), after=after, limit=limit)
    if state is not None:
        statement = statement.where(col(PetitionRow.state) == state.value)
    if department is not None:
        statement = statement.where(col(PetitionRow.department) == department)
    return [_stored(row) for row in await session.exec(statement)]


async def add_bulletin(session: AsyncSession, bulletin: Bulletin) -> bool:
    """Insert a bulletin; False when its alert has one already."""
    statement = insert_or_skip(BulletinRow).values(
        id=bulletin.id,
        tenant=bulletin.tenant,
        alert=bulletin.alert,
        state=bulletin.state.value,
        drafted_at=bulletin.drafted_at,
        sequence=bulletin.sequence,
        title=bulletin.title,
        text=bulletin.text,
        kind=bulletin.kind,
        matter=bulletin.matter,
    )
    connection = await session.connection()
    # An INSERT's rowcount isn't reliable in SQLAlchemy; what it returns is.
    added = await connection.execute(statement.on_conflict_do_nothing().returning(col(BulletinRow.id)))
    return added.first() is not None


async def page_of_bulletins(
    session: AsyncSession, tenant: str | None, *, after: UUID | None, limit: int
) -> Sequence[Bulletin]:
    """Give bulletins of a tenant, or of all, newest first."""
    statement = newest(select(BulletinRow), col(BulletinRow.id), after=after, limit=limit)
    if tenant is not None:
        statement = statement.where(col(BulletinRow.tenant) == tenant)
    return [_bulletin(row) for row in await session.exec(statement)]


def _within(scope: Scope) -> SelectOfScalar[PetitionRow]:
    return within(select(PetitionRow), scope, tenant=col(PetitionRow.tenant), owner=col(PetitionRow.author))


def _fixed(petition: Petition) -> dict[str, Any]:
    return {
        "id": UUID(petition.id),
        "tenant": petition.tenant,
        "number": petition.number,
        "channel": petition.channel.value,
        "author": petition.author,
        "received_at": petition.received_at,
    }


def _changing(petition: Petition) -> dict[str, Any]:
    return {
        "sequence": petition.sequence,
        "state": petition.state.value,
        "kind": petition.kind,
        "matter": petition.matter,
        "confidence": petition.confidence,
        "reasons": list(petition.reasons),
        "department": petition.department,
        "outcome": petition.outcome.value if petition.outcome else None,
    }


def _stored(row: PetitionRow) -> Stored:
    petition = Petition(
        id=str(row.id),
        tenant=row.tenant,
        number=row.number,
        channel=Channel(row.channel),
        author=row.author,
        received_at=row.received_at,
        sequence=row.sequence,
        state=State(row.state),
        kind=row.kind,
        matter=row.matter,
        confidence=row.confidence,
        reasons=tuple(row.reasons),
        department=row.department,
        outcome=Outcome(row.outcome) if row.outcome else None,
    )
    sealed = present(row.keyid, {name: getattr(row, name) for name in _MESSAGE}) + present(
        row.reply_keyid, {"reply": row.reply}
    )
    return Stored(petition, row.posted_at, sealed)


def _bulletin(row: BulletinRow) -> Bulletin:
    return Bulletin(
        id=row.id,
        tenant=row.tenant,
        alert=row.alert,
        state=BulletinState(row.state),
        drafted_at=row.drafted_at,
        sequence=row.sequence,
        title=row.title,
        text=row.text,
        kind=row.kind,
        matter=row.matter,
    )
