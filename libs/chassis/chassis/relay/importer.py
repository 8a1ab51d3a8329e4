"""Takes a service's own events out of their topics: known ones are marked as sent, others become row and effect.

A topic may hold a subject's events out of order (a relay that was stopped repeats some when it wakes), so an event
whose predecessor hasn't been seen is held until it has.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.envelope import Envelope
from chassis.reading import is_record
from chassis.telemetry import meter
from chassis.testing.faults import fault_point
from chassis.unit import Unit, Units

MOST_HELD: Final = 100_000
LOCK: Final = int.from_bytes(b"import")
"""Advisory lock of an import: two processes of a service that start together take turns."""

Restore = Callable[[Unit, Envelope], Awaitable[None]]
"""Applies one of the service's own events to its state, without appending anything to the outbox."""

_KNOWN: Final = "SELECT event_id FROM outbox WHERE event_id = ANY(%(ids)s::uuid[])"
# Known and found in the topic: sent, whatever the row says. The process died between acknowledgement and mark, or the
# topic was made anew and has been fed since.
_FOUND: Final = """
UPDATE outbox AS o
SET status = 'sent', topic_uuid = f.topic_uuid, partition = f.partition, "offset" = f."offset", sent_at = now()
FROM unnest(%(id)s::uuid[], %(topic_uuid)s::uuid[], %(partition)s::integer[], %(offset)s::bigint[])
     AS f (event_id, topic_uuid, partition, "offset")
WHERE o.event_id = f.event_id
  AND (o.status = 'pending' OR (o.status IN ('sent', 'imported') AND o.topic_uuid <> f.topic_uuid))
"""
_IMPORT: Final = """
INSERT INTO outbox
    (event_id, topic, subject, sequence, type, body, traceparent, status, topic_uuid, partition, "offset")
VALUES (%(event_id)s, %(topic)s, %(subject)s, %(sequence)s, %(type)s, %(body)s, %(traceparent)s, 'imported',
        %(topic_uuid)s, %(partition)s, %(offset)s)
"""

_CAUSE: Final = "INSERT INTO imported_causes (event_id) VALUES (%(event_id)s) ON CONFLICT DO NOTHING"


class OutOfOrderError(Exception):
    """``restore`` raises it for an event whose predecessor it hasn't seen; it is offered again after that one."""


def is_next(event: Envelope, *, after: int) -> bool:
    """Tell whether an event is to be applied, or is known already; a ``restore`` asks it before each effect.

    Args:
        event: An own event.
        after: Sequence of its subject's last event that the tables know; 0 for a subject that they don't.

    Raises:
        OutOfOrderError: Its predecessor is missing.
    """
    if event.sequence > after + 1:
        raise OutOfOrderError(f"{event.subject}: {event.sequence} after {after}")
    return event.sequence > after


class UnrecoverableError(Exception):
    """The topics can't be imported as they are; the service stays read-only and says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One own event, as the topic holds it."""

    envelope: Envelope
    body: bytes
    topic: str
    topic_uuid: UUID
    partition: int
    offset: int


class Importer:
    """Compares events with the outbox.

    Attributes:
        unknown: How many events the database didn't know.
    """

    def __init__(self, units: Units, restore: Restore | None) -> None:
        """Prepare.

        Args:
            units: Opens the transactions.
            restore: Applies an event; None if the service keeps no state beside its outbox.
        """
        self.unknown = 0
        self._units = units
        self._restore = restore
        self._held: dict[tuple[str, str], dict[int, Found]] = {}
        self._imports = meter().create_counter("yiwangban.recovery.imported", "{event}")

    async def compare(self, found: Sequence[Found]) -> int:
        """Mark what is known as sent, import what isn't, in one transaction; give the number of imported events."""
        if not found:
            return 0
        imported = 0
        async with self._units.begin() as unit:
            await _execute(unit.session, "SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
            known = await _known(unit.session, found)
            await _execute(
                unit.session,
                _FOUND,
                {
                    "id": [one.envelope.id for one in found],
                    "topic_uuid": [one.topic_uuid for one in found],
                    "partition": [one.partition for one in found],
                    "offset": [one.offset for one in found],
                },
            )
            for one in found:
                if one.envelope.id not in known:
                    self.unknown += 1
                    known.add(one.envelope.id)
                    imported += await self._import(unit, one)
            fault_point("recovery.before_commit")
        return imported

    async def _import(self, unit: Unit, one: Found) -> int:
        """Import an event, and then those of its subject that waited for it; an early one waits."""
        waiting = self._held.setdefault((one.topic, one.envelope.subject), {})
        waiting[one.envelope.sequence] = one
        imported = 0
        while waiting:
            earliest = waiting[min(waiting)]
            try:
                async with unit.session.begin_nested():
                    if self._restore is not None and not is_record(earliest.envelope.type):
                        await self._restore(unit, earliest.envelope)
                    await _execute(unit.session, _IMPORT, _row_of(earliest))
                    if (cause := earliest.envelope.causationid) is not None:
                        await _execute(unit.session, _CAUSE, {"event_id": cause})
            except OutOfOrderError:
                break
            del waiting[earliest.envelope.sequence]
            imported += 1
            self._imports.add(1, {"yiwangban.topic": one.topic})
        if not waiting:
            del self._held[one.topic, one.envelope.subject]
        if len(self._held) > MOST_HELD:
            raise UnrecoverableError("too many subjects miss a predecessor in their topic")
        return imported

    async def finish(self) -> None:
        """Refuse to go on over a gap; what another process has imported meanwhile is none.

        Raises:
            UnrecoverableError: Events are left whose predecessors aren't in the topic.
        """
        held = [one for waiting in self._held.values() for one in waiting.values()]
        if not held:
            return
        async with self._units.begin(read_only=True) as unit:
            known = await _known(unit.session, held)
        left = [one for one in held if one.envelope.id not in known]
        if left:
            first = left[0]
            raise UnrecoverableError(
                f"{len(left)} events miss a predecessor in their topic, the first is"
                f" {first.topic}/{first.partition}@{first.offset}"
            )


async def _known(session: AsyncSession, found: Sequence[Found]) -> set[str]:
    connection = await session.connection()
    rows = await connection.exec_driver_sql(_KNOWN, {"ids": [one.envelope.id for one in found]})
    return {str(event_id) for (event_id,) in rows}


async def _execute(session: AsyncSession, statement: str, values: Mapping[str, object]) -> None:
    await (await session.connection()).exec_driver_sql(statement, dict(values))


def _row_of(found: Found) -> dict[str, object]:
    envelope = found.envelope
    return {
        "event_id": envelope.id,
        "topic": found.topic,
        "subject": envelope.subject,
        "sequence": envelope.sequence,
        "type": envelope.type,
        "body": found.body,
        "traceparent": envelope.traceparent,
        "topic_uuid": found.topic_uuid,
        "partition": found.partition,
        "offset": found.offset,
    }
