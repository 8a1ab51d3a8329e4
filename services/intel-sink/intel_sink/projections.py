"""What is read from the mirror: search, counts, invalid records, bursts.

The projections follow the mirror's journal, step by step, each in one transaction with the place they have reached.
They only read the mirror, so they can't slow or spoil it; they can be dropped and made again from the journal, in the
order in which everything arrived, and come out the same.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from chassis.testing.faults import fault_point
from contracts.codec import Codec, Undecodable
from sqlalchemy import delete, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import PetitionClassified
from intel_sink import domain
from intel_sink import tables as t
from intel_sink.domain import Attributes, Burst, BurstRule, Status

STEP_RECORDS: Final = 2_000
"""After how many records a step ends; the arrival that passes this is still finished."""
STEP_ARRIVALS: Final = 500

OnBurst = Callable[[Burst], Awaitable[None]]


@dataclass(slots=True)
class _Step:
    """What some arrivals add, gathered before anything is written."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    invalid: list[dict[str, Any]] = field(default_factory=list)
    classified: list[tuple[Attributes, PetitionClassified, int, int]] = field(default_factory=list)


class Projector:
    """Follows the mirror.

    Args:
        codec: Reads events.
        rules: When a count is a burst.
    """

    def __init__(self, codec: Codec, rules: Sequence[BurstRule]) -> None:
        self._codec = codec
        self._rules = tuple(rules)

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
        for classified in step.classified:
            await self._classify(connection, *classified, on_burst)

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
                if attributes.type == PetitionClassified.TYPE and record.status == Status.OK:
                    classified = PetitionClassified.from_data(event["data"])
                    step.classified.append((attributes, classified, record.log, record.offset))
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
                }
            )
        return step

    async def _classify(
        self,
        connection: AsyncConnection,
        attributes: Attributes,
        event: PetitionClassified,
        log: int,
        offset: int,
        on_burst: OnBurst | None,
    ) -> None:
        """Count a petition under what it is now, once, on the day on which it was first classified."""
        subject = attributes.subject
        known = (
            await connection.execute(
                select(
                    t.classifications.c.sequence,
                    t.classifications.c.tenant,
                    t.classifications.c.kind,
                    t.classifications.c.matter,
                    t.classifications.c.day,
                    t.classifications.c.log,
                    t.classifications.c.offset,
                ).where(t.classifications.c.subject == subject)
            )
        ).one_or_none()
        if known is not None and known.sequence >= attributes.sequence:
            return
        day = domain.day_of(attributes.time) if known is None else known.day
        now = {
            "sequence": attributes.sequence,
            "tenant": attributes.tenant,
            "kind": event.kind,
            "matter": event.matter,
            "day": day,
            "log": log,
            "offset": offset,
        }
        statement = insert(t.classifications).values(subject=subject, **now)
        await connection.execute(statement.on_conflict_do_update(index_elements=["subject"], set_=now))
        if known is not None:
            if (known.tenant, known.kind, known.matter) == (attributes.tenant, event.kind, event.matter):
                return
            await _count(connection, known.tenant, known.kind, day, -1)
            await connection.execute(
                delete(t.burst_events).where(t.burst_events.c.log == known.log, t.burst_events.c.offset == known.offset)
            )
        await _count(connection, attributes.tenant, event.kind, day, 1)
        for rule in self._rules:
            if rule.concerns(event.kind, event.matter):
                await self._watch(connection, rule, attributes, event, log, offset, on_burst)

    async def _watch(
        self,
        connection: AsyncConnection,
        rule: BurstRule,
        attributes: Attributes,
        event: PetitionClassified,
        log: int,
        offset: int,
        on_burst: OnBurst | None,
    ) -> None:
        """See whether the event fills a window of the rule that no earlier burst covers."""
        group = {"rule": rule.name, "tenant": attributes.tenant, "kind": event.kind, "matter": event.matter}
        if await _covered(connection, group, attributes.time, attributes.time + domain.INSTANT):
            return
        await connection.execute(
            insert(t.burst_events).values(
                **group, time=attributes.time, log=log, offset=offset, event_id=attributes.event_id
            )
        )
        near = await connection.execute(
            select(t.burst_events.c.time, t.burst_events.c.log, t.burst_events.c.offset, t.burst_events.c.event_id)
            .filter_by(**group)
            .where(
                t.burst_events.c.time > attributes.time - rule.window,
                t.burst_events.c.time < attributes.time + rule.window,
            )
            .order_by(t.burst_events.c.time, t.burst_events.c.log, t.burst_events.c.offset)
        )
        events = near.all()
        found = domain.find_burst(
            [e.time for e in events], attributes.time, threshold=rule.threshold, window=rule.window
        )
        if found is None:
            return
        members = events[slice(*found)]
        start: datetime = members[0].time
        end = start + rule.window
        within = (t.burst_events.c.time >= start, t.burst_events.c.time < end)
        await connection.execute(delete(t.burst_events).filter_by(**group).where(*within))
        if await _covered(connection, group, start, end):
            return  # late news of a wave that has its alert
        await connection.execute(
            insert(t.burst_windows).values(**group, window_start=start, window_end=end, count=len(members))
        )
        if on_burst is not None:
            evidence = tuple((e.log, e.offset, e.event_id) for e in members[: domain.MAX_EVIDENCE])
            await on_burst(
                Burst(
                    rule=rule,
                    tenant=attributes.tenant,
                    kind=event.kind,
                    matter=event.matter,
                    window_start=start,
                    window_end=end,
                    count=len(members),
                    evidence=evidence,
                )
            )


async def _count(connection: AsyncConnection, tenant: str, kind: str, day: Any, by: int) -> None:
    statement = insert(t.counts).values(tenant=tenant, kind=kind, day=day, total=by)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["tenant", "kind", "day"], set_={"total": t.counts.c.total + by})
    )


async def _covered(connection: AsyncConnection, group: dict[str, str], start: datetime, end: datetime) -> bool:
    """Whether a window that has had its burst overlaps ``[start, end)``."""
    query = (
        select(t.burst_windows.c.rule)
        .filter_by(**group)
        .where(t.burst_windows.c.window_start < end, t.burst_windows.c.window_end > start)
        .limit(1)
    )
    return await connection.scalar(query) is not None
