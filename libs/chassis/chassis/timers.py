"""Deadlines that something has to follow. A decision that sets one records a timer in its own transaction.

A timer is a row: a subject, the name of one of its clocks, and the version of the deadline. It comes due by the
database's clock, so that no process' own clock makes it early. Nobody has to take a timer back: when the deadline is
moved or the subject ends, the timer is stale, comes due all the same, and does nothing. So setting one never waits for
timers that are just having their effect. ``worker.timers`` runs them.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """One deadline.

    Attributes:
        subject: Id of the aggregate whose deadline it is.
        clock: Which of its clocks, for example ``renewal``.
        version: Of the deadline, from 1; larger each time it is moved.
        due_at: When it takes effect, UTC.
        correlationid: Shared by everything that the request set off which set the deadline.
    """

    subject: str
    clock: str
    version: int
    due_at: datetime
    correlationid: str


Fire = Callable[[Sequence[Timer], Unit], Awaitable[None]]
"""Lets timers that have come due take effect, in the order given, all in the unit's one transaction.

It compares each timer's version with the subject's own and does nothing for one that is stale. Its events name
``due_at`` as the moment of their effect. When it raises, each timer is tried alone, and one that still fails is tried
again later and in the end set aside: so an effect must not depend on which timers come together.
"""

_SET: Final = """
INSERT INTO timers (subject, clock, version, due_at, next_at, correlationid)
SELECT subject, clock, version, due_at, due_at, correlationid
FROM unnest(%(subject)s::text[], %(clock)s::text[], %(version)s::bigint[], %(due_at)s::timestamptz[],
            %(correlationid)s::text[]) AS set (subject, clock, version, due_at, correlationid)
ON CONFLICT DO NOTHING
"""


async def set_timers(session: AsyncSession, timers: Sequence[Timer]) -> None:
    """Record timers in the caller's transaction; one that is known already changes nothing."""
    await (await session.connection()).exec_driver_sql(
        _SET,
        {
            name: [getattr(timer, name) for timer in timers]
            for name in ("subject", "clock", "version", "due_at", "correlationid")
        },
    )
