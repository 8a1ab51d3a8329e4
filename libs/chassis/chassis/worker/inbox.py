"""What a reaction has already applied, and what it had to set aside.

The inbox holds one row for each *(consumer, topic, subject)*: the sequence that was applied last. A record that
can't be applied in order, or at all, lies in ``parked`` until its turn comes. All functions work inside the
caller's transaction, so that effects, inbox row and parked rows stand or fall together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

LARGEST_SEQUENCE: Final = 2**63 - 1
"""PostgreSQL's bigint; a larger sequence can't be ours."""

_LONGEST_ERROR: Final = 2_000


class Outcome(StrEnum):
    """What became of a record."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    PARKED = "parked"
    INVALID = "invalid"


class Reason(StrEnum):
    """Why a record is parked."""

    GAP = "gap"  # an earlier sequence of its subject hasn't come yet
    BEHIND = "behind"  # an earlier record of its subject is parked
    FAILED = "failed"  # its handler refused it, again and again
    INVALID = "invalid"  # it isn't an event of this suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One record as the log delivered it. The topic is named as in the contracts, without any prefix.

    Attributes:
        follows: The consumer's position in the log, which moves behind this record; None if it stays where it is,
            because the record lay in ``parked`` or was delivered before.
    """

    topic: str
    topic_uuid: UUID | None
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    follows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One event's place in its subject's life, as one consumer sees it."""

    consumer: str
    topic: str
    subject: str
    sequence: int

    def values(self) -> dict[str, str | int]:
        """Give the place as bind parameters."""
        return {"consumer": self.consumer, "topic": self.topic, "subject": self.subject, "sequence": self.sequence}


class Turn(NamedTuple):
    """An event's turn has come.

    Attributes:
        successors: Parked successors of its subject wait.
        imported: Its effect is here already: recovery has found it in the topics.
    """

    successors: bool
    imported: bool


@dataclass(frozen=True, slots=True)
class Parked:
    """How many records a consumer has set aside for one reason, and for how many seconds the first has lain there."""

    records: int = 0
    oldest_s: float = 0.0


_SUBJECT = "consumer = :consumer AND topic = :topic AND subject = :subject"

_TURN = f"""
    EXISTS (SELECT FROM parked WHERE {_SUBJECT}) AS successors,
    EXISTS (SELECT FROM imported_causes WHERE event_id = :event_id) AS imported
"""  # noqa: S608  constants of this module

# Both look for parked predecessors themselves: one round trip for nearly every record.
_FIRST = text(f"""
    INSERT INTO inbox (consumer, topic, subject, sequence)
    SELECT :consumer, :topic, :subject, 1
    WHERE NOT EXISTS (SELECT FROM parked WHERE {_SUBJECT} AND sequence <= 1)
    ON CONFLICT (consumer, topic, subject) DO NOTHING
    RETURNING {_TURN}
""")  # noqa: S608  constants of this module
_NEXT = text(f"""
    UPDATE inbox SET sequence = :sequence
    WHERE {_SUBJECT} AND sequence = :sequence - 1
      AND NOT EXISTS (SELECT FROM parked WHERE {_SUBJECT} AND sequence <= :sequence)
    RETURNING {_TURN}
""")  # noqa: S608  constants of this module
_LAST = text(f"SELECT sequence FROM inbox WHERE {_SUBJECT}")  # noqa: S608
_PARKED_BEFORE = text(f"SELECT EXISTS (SELECT FROM parked WHERE {_SUBJECT} AND sequence < :sequence)")  # noqa: S608
_PARK = text("""
    INSERT INTO parked
        (consumer, topic, topic_uuid, partition, "offset", subject, sequence, event_id, type, raw, reason, error)
    VALUES (:consumer, :topic, :topic_uuid, :partition, :offset, :subject, :sequence,
            :event_id, :type, :raw, :reason, :error)
    ON CONFLICT DO NOTHING
""")
_FAIL = text(f"""
    UPDATE parked SET reason = 'failed', error = :error
    WHERE {_SUBJECT} AND sequence = :sequence
""")  # noqa: S608  constants of this module
_PURGE = text(f"""
    DELETE FROM parked WHERE {_SUBJECT}
       AND sequence <= (SELECT sequence FROM inbox WHERE {_SUBJECT})
""")  # noqa: S608  constants of this module
_READY = text(f"""
    SELECT id, topic_uuid, partition, "offset", sequence, raw FROM parked
    WHERE {_SUBJECT} AND reason IN ('gap', 'behind')
      AND sequence = 1 + coalesce((SELECT sequence FROM inbox WHERE {_SUBJECT}), 0)
""")  # noqa: S608  constants of this module
_TAKE = text("DELETE FROM parked WHERE id = :id")
_SETTLEABLE = text("""
    SELECT DISTINCT p.topic, p.subject
    FROM parked p LEFT JOIN inbox i USING (consumer, topic, subject)
    WHERE p.consumer = :consumer AND p.reason <> 'invalid'
      AND (p.sequence <= coalesce(i.sequence, 0)
           OR (p.sequence = coalesce(i.sequence, 0) + 1 AND p.reason <> 'failed'))
    LIMIT :limit
""")
_STANDING = text("""
    SELECT reason, count(*) AS records, extract(epoch FROM now() - min(parked_at)) AS oldest_s
    FROM parked WHERE consumer = :consumer GROUP BY reason
""")


async def advance(session: AsyncSession, place: Place, event_id: str) -> Turn | None:
    """Take the event's turn: move the subject's last sequence on to it, if it is next and nothing before it is parked.

    Returns:
        None when it isn't this event's turn.
    """
    statement = _FIRST if place.sequence == 1 else _NEXT
    row = (await _run(session, statement, {**place.values(), "event_id": event_id})).one_or_none()
    return None if row is None else Turn(row.successors, row.imported)


async def is_duplicate(session: AsyncSession, place: Place) -> bool:
    """Tell whether the event, or a later one of its subject, has been applied."""
    last = (await _run(session, _LAST, place.values())).scalar_one_or_none()
    return place.sequence <= (last or 0)


async def early(session: AsyncSession, place: Place) -> Reason:
    """Say why an event can't be applied yet: its predecessor is parked, or hasn't come."""
    behind = (await _run(session, _PARKED_BEFORE, place.values())).scalar_one()
    return Reason.BEHIND if behind else Reason.GAP


async def park(
    session: AsyncSession,
    delivery: Delivery,
    *,
    consumer: str,
    reason: Reason,
    place: Place | None = None,
    event_id: str | None = None,
    type_: str | None = None,
    error: str | None = None,
) -> None:
    """Set a record aside. A record that is parked already stays as it is, unless it has failed since.

    Args:
        session: Session of the caller's transaction.
        delivery: The record, kept byte for byte.
        consumer: Who parks it.
        reason: Why.
        place: Its place in its subject's life; None for an invalid record, which has none that could be trusted.
        event_id: The event's id, where it could be read.
        type_: The event's type, where it could be read.
        error: What went wrong, without personal data; cut to 2,000 characters.
    """
    message = None if error is None else error.replace("\0", "�")[:_LONGEST_ERROR]
    if place is not None and reason is Reason.FAILED:
        failed = await _run(session, _FAIL, {**place.values(), "error": message})
        if failed.rowcount:
            return
    await _run(
        session,
        _PARK,
        {
            "consumer": consumer,
            "topic": delivery.topic,
            "topic_uuid": delivery.topic_uuid,
            "partition": delivery.partition,
            "offset": delivery.offset,
            "subject": None if place is None else place.subject,
            "sequence": None if place is None else place.sequence,
            "event_id": event_id,
            "type": type_,
            "raw": delivery.value,
            "reason": reason.value,
            "error": message,
        },
    )


async def ready(session: AsyncSession, *, consumer: str, topic: str, subject: str) -> tuple[int, Delivery] | None:
    """Give the subject's parked record whose turn has come, with its id; drop those that were overtaken."""
    values = {"consumer": consumer, "topic": topic, "subject": subject}
    await _run(session, _PURGE, values)
    row = (await _run(session, _READY, values)).first()
    if row is None:
        return None
    return row.id, Delivery(
        topic=topic,
        topic_uuid=row.topic_uuid,
        partition=row.partition,
        offset=row.offset,
        key=subject.encode(),
        value=bytes(row.raw),
    )


async def take(session: AsyncSession, parked_id: int) -> bool:
    """Remove a parked record in order to apply it; False when somebody else took it."""
    return bool((await _run(session, _TAKE, {"id": parked_id})).rowcount)


async def settleable(session: AsyncSession, *, consumer: str, limit: int = 100) -> Sequence[tuple[str, str]]:
    """List *(topic, subject)* whose next parked record could be applied now.

    There are some after a replay was asked for, and after a process died between applying a record and its parked
    successor.
    """
    rows = await _run(session, _SETTLEABLE, {"consumer": consumer, "limit": limit})
    return [(row.topic, row.subject) for row in rows]


async def standing(session: AsyncSession, *, consumer: str) -> dict[Reason, Parked]:
    """Tell how much the consumer has set aside, for each reason."""
    rows = await _run(session, _STANDING, {"consumer": consumer})
    found = {Reason(row.reason): Parked(row.records, float(row.oldest_s)) for row in rows}
    return {reason: found.get(reason, Parked()) for reason in Reason}


async def _run(session: AsyncSession, statement: TextClause, values: Mapping[str, object]) -> CursorResult[Any]:
    return await (await session.connection()).execute(statement, values)
