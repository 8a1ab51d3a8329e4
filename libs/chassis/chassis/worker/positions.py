"""How far a consumer has come, kept in the database that holds its effects.

A position moves in the transaction of what the records before it have caused, and only from where the consumer believes
it to be. So each record has its effect exactly once, a consumer that was overtaken while it slept finds out before it
commits, and a database that was restored takes its positions back with it.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.worker.logs import Log

_BEGIN = text("""
    INSERT INTO positions (consumer, topic_uuid, partition, topic, next_offset)
    VALUES (:consumer, :topic_uuid, :partition, :topic, :next_offset)
    ON CONFLICT (consumer, topic_uuid, partition) DO NOTHING
""")
_READ = text("""
    SELECT next_offset FROM positions
    WHERE consumer = :consumer AND topic_uuid = :topic_uuid AND partition = :partition
""")
_ADVANCE: Final = text("""
    UPDATE positions SET next_offset = :new
    WHERE consumer = :consumer AND topic_uuid = :topic_uuid AND partition = :partition AND next_offset = :old
""")

_PUT_BACK: Final = text("""
    UPDATE positions SET next_offset = :to
    WHERE consumer = :consumer AND topic_uuid = :topic_uuid AND partition = :partition
""")


class StaleConsumerError(Exception):
    """The position was moved by another process. What this one holds is dropped, and it joins its group anew."""


async def begin(session: AsyncSession, consumer: str, logs: Mapping[Log, int]) -> dict[Log, int]:
    """Give the position in each log; a log that is new to the consumer gets the one proposed.

    Args:
        session: Session of the caller's transaction.
        consumer: Name of the reaction or batch.
        logs: The logs, each with the offset to begin at.
    """
    found: dict[Log, int] = {}
    for log, first in logs.items():
        values = _values(consumer, log)
        await _run(session, _BEGIN, {**values, "topic": log.topic, "next_offset": first})
        found[log] = (await _run(session, _READ, values)).scalar_one()
    return found


async def put_back(session: AsyncSession, consumer: str, log: Log, *, to: int) -> None:
    """Set the position to a place that the log still has."""
    await _run(session, _PUT_BACK, {**_values(consumer, log), "to": to})


async def advance(session: AsyncSession, consumer: str, log: Log, *, old: int, new: int) -> None:
    """Move the position from ``old`` to ``new``, and keep it locked until the transaction ends.

    Raises:
        StaleConsumerError: It isn't at ``old``.
    """
    moved = await _run(session, _ADVANCE, {**_values(consumer, log), "old": old, "new": new})
    if moved.rowcount != 1:
        raise StaleConsumerError(f"{consumer}: the position in {log} is no longer {old}")


def _values(consumer: str, log: Log) -> dict[str, object]:
    return {"consumer": consumer, "topic_uuid": log.topic_uuid, "partition": log.partition}


async def _run(session: AsyncSession, statement: TextClause, values: Mapping[str, object]) -> CursorResult[Any]:
    return await (await session.connection()).execute(statement, values)
