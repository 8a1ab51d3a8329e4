"""What is read from the mirror: search, counts, invalid records, bursts.

The projections follow the mirror's journal, step by step, each in one transaction with the place they have reached.
They only read the mirror, so they can't slow or spoil it; they can be dropped and made again from the journal, in the
order in which everything arrived, and come out the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chassis.testing.faults import fault_point
from contracts.codec import Codec, Undecodable
from contracts.registry import RESTRICTED, Topic
from sqlalchemy import select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from intel_sink import domain
from intel_sink import tables as t
from intel_sink.counting import CLASSIFIED, CLOSED, MOVED, Counted, Counting, OnBurst
from intel_sink.domain import Attributes, BurstRule, Status

STEP_RECORDS: Final = 2_000
"""After how many records a step ends; the arrival that passes this is still finished."""
STEP_ARRIVALS: Final = 500


@dataclass(slots=True)
class _Step:
    """What some arrivals add, gathered before anything is written."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    invalid: list[dict[str, Any]] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)


class Projector:
    """Follows the mirror.

    Args:
        codec: Reads events.
        topics: Says for whom each topic is.
        rules: When a count is a burst.
    """

    def __init__(self, codec: Codec, topics: Mapping[str, Topic], rules: Sequence[BurstRule]) -> None:
        self._codec = codec
        self._audiences = {name: topic.audience for name, topic in topics.items()}
        self._counting = Counting(rules)

    async def advance(
        self, connection: AsyncConnection, *, until: int | None = None, on_burst: OnBurst | None = None
    ) -> int:
        """Take the next step along the journal, within the caller's transaction.

        Args:
            connection: Where; a rebuild maps the schema of the projections to another.
            until: Go no further than this ordinal.
            on_burst: What to do about a new burst; nothing while history is replayed.

        Returns:
            How many records were read; 0 when there is nothing new.
        """
        reached = await connection.scalar(select(t.progress.c.ordinal)) or 0
        place = t.mirror_arrivals.c.ordinal > reached
        query = select(t.mirror_arrivals.c.ordinal, t.mirror_arrivals.c.records).where(
            place if until is None else place & (t.mirror_arrivals.c.ordinal <= until)
        )
        arrivals = await connection.execute(query.order_by(t.mirror_arrivals.c.ordinal).limit(STEP_ARRIVALS))
        read, upto = 0, reached
        for arrival in arrivals:
            read, upto = read + arrival.records, arrival.ordinal
            if read >= STEP_RECORDS:
                break
        if read:
            await self._take_in(connection, reached, upto, on_burst)
            await connection.execute(update(t.progress).values(ordinal=upto))
            fault_point("projections.before_commit")
        return read

    async def _take_in(self, connection: AsyncConnection, after: int, upto: int, on_burst: OnBurst | None) -> None:
        step = await self._read(connection, after, upto)
        if step.entries:
            await connection.execute(insert(t.entries), step.entries)
        if step.invalid:
            await connection.execute(insert(t.invalid), step.invalid)
        for counted in step.counted:
            await self._counting.take(connection, counted, on_burst)

    async def _read(self, connection: AsyncConnection, after: int, upto: int) -> _Step:
        arrivals, mirrored, logs = t.mirror_arrivals.c, t.mirror_records.c, t.mirror_logs.c
        # The limit keeps PostgreSQL to each arrival's few records by the key; a plain join might read all of it.
        arrived = (
            select(mirrored.offset, mirrored.status, mirrored.value)
            .where(
                mirrored.log == arrivals.log,
                mirrored.offset >= arrivals.first_offset,
                mirrored.offset < arrivals.first_offset + arrivals.records,
            )
            .order_by(mirrored.offset)
            .limit(arrivals.records)
            .lateral()
        )
        records = await connection.execute(
            select(arrivals.log, arrivals.stored_at, logs.topic, logs.partition, arrived)
            .select_from(t.mirror_arrivals)
            .join(t.mirror_logs, logs.log == arrivals.log)
            .join(arrived, true())
            .where(arrivals.ordinal > after, arrivals.ordinal <= upto)
            .order_by(arrivals.ordinal, arrived.c.offset)
        )
        step = _Step()
        for record in records:
            place = {"log": record.log, "offset": record.offset, "topic": record.topic}
            audience = self._audiences.get(record.topic, RESTRICTED)  # of a topic that nobody declares, nothing is told
            attributes: Attributes | None = None
            try:
                attributes = domain.attributes_of(self._codec.envelope_of(record.value))
                event = self._codec.decode(record.value)
            except (Undecodable, domain.Malformed) as error:
                step.invalid.append(
                    place
                    | {
                        "partition": record.partition,
                        "tenant": attributes.tenant if attributes else None,
                        "reason": str(error),
                        "stored_at": record.stored_at,
                    }
                )
                if attributes is None:
                    continue
            else:
                data, at = event["data"], (audience, record.log, record.offset)
                if record.status != Status.OK:
                    pass
                elif type_ := CLASSIFIED.get(attributes.type):
                    step.counted.append(Counted(attributes, type_.from_data(data), *at))
                elif attributes.type in CLOSED and data["outcome"] == MOVED:
                    step.counted.append(Counted(attributes, None, *at))
            step.entries.append(
                place
                | {
                    "event_id": attributes.event_id,
                    "type": attributes.type,
                    "subject": attributes.subject,
                    "sequence": attributes.sequence,
                    "tenant": attributes.tenant,
                    "time": attributes.time,
                    "status": record.status,
                    "audience": audience,
                }
            )
        return step
