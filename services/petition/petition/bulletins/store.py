"""Where bulletins lie."""

from typing import Any
from uuid import UUID

from casework.repository import Repository
from chassis.unit import Unit
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col

from petition.bulletins.bulletin import Bulletin, Category, Content, begin, replay
from petition.bulletins.domain import Decision
from petition.bulletins.tables import BulletinRow
from petition.bulletins.workflow import State
from petition.outbound.delivery import told_to_all
from petition.outbound.store import announce


async def add_unless_answered(unit: Unit, decision: Decision) -> None:
    """Keep what an alert leads to, and tell of it; nothing happens if it has led to a bulletin already."""
    statement = (
        insert_or_skip(BulletinRow).values(_write(decision.after)).on_conflict_do_nothing(index_elements=["alert"])
    )
    connection = await unit.session.connection()
    # An INSERT's rowcount isn't reliable in SQLAlchemy; what it returns is.
    added = await connection.execute(statement.returning(col(BulletinRow.id)))
    if added.first() is not None:
        await BULLETINS.announce(unit, decision)


def _write(bulletin: Bulletin) -> dict[str, Any]:
    content = bulletin.content
    return {
        "id": UUID(bulletin.id),
        "tenant": bulletin.tenant,
        "sequence": bulletin.sequence,
        "alert": UUID(bulletin.alert) if bulletin.alert else None,
        "state": bulletin.state.value,
        "category": content.category.value,
        "drafted_at": bulletin.drafted_at,
        "title": content.title,
        "text": content.text,
        "kind": bulletin.kind,
        "matter": content.matter,
        "makers": sorted(bulletin.makers),
        "last_day": content.effective_until,
        "publication": UUID(bulletin.publication) if bulletin.publication else None,
        "published_at": bulletin.published_at,
        "withdrawn_at": bulletin.withdrawn_at,
        "reason": bulletin.reason,
    }


def _read(row: BulletinRow) -> Bulletin:
    return Bulletin(
        id=str(row.id),
        tenant=row.tenant,
        sequence=row.sequence,
        state=State(row.state),
        content=Content(
            category=Category(row.category),
            matter=row.matter,
            title=row.title,
            text=row.text,
            effective_until=row.last_day,
        ),
        drafted_at=row.drafted_at,
        makers=frozenset(row.makers),
        alert=str(row.alert) if row.alert else None,
        kind=row.kind,
        publication=str(row.publication) if row.publication else None,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        reason=row.reason,
    )


class Bulletins(Repository[BulletinRow, Bulletin]):
    """Keeps with a bulletin's events what everybody is told of them."""

    async def announce(self, unit: Unit, decision: Decision) -> None:
        """Put the events of a decision into the outbox, and have told what is for everybody."""
        await super().announce(unit, decision)
        for sequence, event in enumerate(decision.events, decision.first_sequence):
            if (what := told_to_all(event)) is not None:
                await announce(unit, decision.after, sequence, what, unit.now)


BULLETINS = Bulletins(BulletinRow, resource="bulletin", read=_read, write=_write, begin=begin, replay=replay)
