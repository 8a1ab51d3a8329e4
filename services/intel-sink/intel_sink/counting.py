"""Under what petitions count, and when a count is a burst: the part of the projections that adds up."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contracts.registry import RESTRICTED
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import PetitionClassified, PetitionClosed, ReportClassified, ReportClosed
from intel_sink import domain
from intel_sink import tables as t
from intel_sink.domain import Attributes, Burst, BurstRule

CLASSIFIED: Final[Mapping[str, type[PetitionClassified | ReportClassified]]] = {
    PetitionClassified.TYPE: PetitionClassified,
    ReportClassified.TYPE: ReportClassified,
}
CLOSED: Final[Mapping[str, type[PetitionClosed | ReportClosed]]] = {
    PetitionClosed.TYPE: PetitionClosed,
    ReportClosed.TYPE: ReportClosed,
}
MOVED: Final = "moved"
"""It goes on as another petition, which counts instead."""

OnBurst = Callable[[Burst], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Counted:
    """An event that decides under what its petition counts.

    Attributes:
        event: Its classification; its end, if it goes on as another one.
        audience: Of its topic.
    """

    attributes: Attributes
    event: PetitionClassified | ReportClassified | None
    audience: str
    log: int
    offset: int

    @property
    def time(self) -> datetime:
        """When it happened; of what is restricted, the hour."""
        time = self.attributes.time
        return time.replace(minute=0, second=0, microsecond=0) if self.audience == RESTRICTED else time


class Counting:
    """Counts, and watches the counts.

    Args:
        rules: When a count is a burst.
    """

    def __init__(self, rules: Sequence[BurstRule]) -> None:
        self._rules = tuple(rules)

    async def take(self, connection: AsyncConnection, counted: Counted, on_burst: OnBurst | None) -> None:
        """Let an event have its effect on the counts."""
        if counted.event is None:
            await _forget(connection, counted)
        else:
            await self._classify(connection, counted, counted.event, on_burst)

    async def _classify(
        self,
        connection: AsyncConnection,
        counted: Counted,
        event: PetitionClassified | ReportClassified,
        on_burst: OnBurst | None,
    ) -> None:
        """Count a petition under what it is now, once, on the day on which it was first classified."""
        attributes, subject = counted.attributes, counted.attributes.subject
        known = await _known(connection, subject)
        if known is not None and known.sequence >= attributes.sequence:
            return
        day = domain.day_of(attributes.time) if known is None else known.day
        now = {
            "sequence": attributes.sequence,
            "tenant": attributes.tenant,
            "kind": event.kind,
            "matter": event.matter,
            "day": day,
            "log": counted.log,
            "offset": counted.offset,
        }
        statement = insert(t.classifications).values(subject=subject, **now)
        await connection.execute(statement.on_conflict_do_update(index_elements=["subject"], set_=now))
        if known is not None:
            if (known.tenant, known.kind, known.matter) == (attributes.tenant, event.kind, event.matter):
                return
            await _take_back(connection, known, counted.audience)
        await _count(connection, attributes.tenant, event.kind, day, counted.audience, 1)
        for rule in self._rules:
            if rule.concerns(event.kind, event.matter):
                await self._watch(connection, rule, counted, event, on_burst)

    async def _watch(
        self,
        connection: AsyncConnection,
        rule: BurstRule,
        counted: Counted,
        event: PetitionClassified | ReportClassified,
        on_burst: OnBurst | None,
    ) -> None:
        """See whether the event fills a window of the rule that no earlier burst covers."""
        attributes, time = counted.attributes, counted.time
        group = {"rule": rule.name, "tenant": attributes.tenant, "kind": event.kind, "matter": event.matter}
        if await _covered(connection, group, time, time + domain.INSTANT):
            return
        await connection.execute(
            insert(t.burst_events).values(
                **group, time=time, log=counted.log, offset=counted.offset, event_id=attributes.event_id
            )
        )
        near = await connection.execute(
            select(t.burst_events.c.time, t.burst_events.c.log, t.burst_events.c.offset, t.burst_events.c.event_id)
            .filter_by(**group)
            .where(
                t.burst_events.c.time > time - rule.window,
                t.burst_events.c.time < time + rule.window,
            )
            .order_by(t.burst_events.c.time, t.burst_events.c.log, t.burst_events.c.offset)
        )
        events = near.all()
        found = domain.find_burst([e.time for e in events], time, threshold=rule.threshold, window=rule.window)
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


async def _known(connection: AsyncConnection, subject: str) -> Any:
    """Give what a petition counts as; None if it doesn't."""
    known = select(t.classifications).where(t.classifications.c.subject == subject)
    return (await connection.execute(known)).one_or_none()


async def _forget(connection: AsyncConnection, moved: Counted) -> None:
    """Count no more what goes on as another petition."""
    subject = moved.attributes.subject
    known = await _known(connection, subject)
    if known is not None:
        await connection.execute(delete(t.classifications).where(t.classifications.c.subject == subject))
        await _take_back(connection, known, moved.audience)


async def _take_back(connection: AsyncConnection, known: Any, audience: str) -> None:
    await _count(connection, known.tenant, known.kind, known.day, audience, -1)
    await connection.execute(
        delete(t.burst_events).where(t.burst_events.c.log == known.log, t.burst_events.c.offset == known.offset)
    )


async def _count(connection: AsyncConnection, tenant: str, kind: str, day: Any, audience: str, by: int) -> None:
    statement = insert(t.counts).values(tenant=tenant, kind=kind, day=day, audience=audience, total=by)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant", "kind", "day", "audience"], set_={"total": t.counts.c.total + by}
        )
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
