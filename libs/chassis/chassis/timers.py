"""Deadlines that something has to follow. A decision that sets one records a timer in its own transaction.

A timer is a row: a subject, the name of one of its clocks, and the version of the deadline. It comes due by the
database's clock, so that no process' own clock makes it early. Nobody has to take a timer back: when the deadline is
moved or the subject ends, the timer is stale, comes due all the same, and does nothing. So setting one never waits for
timers that are just having their effect. ``Unit.set_timers`` records them, ``worker.timers`` runs them.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:  # a unit of work records timers, so it knows this module, and this module only its name
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


Fire = Callable[[Sequence[Timer], "Unit"], Awaitable[None]]
"""Lets timers that have come due take effect, in the order given, all in the unit's one transaction.

It compares each timer's version with the subject's own and does nothing for one that is stale. Its events name
``due_at`` as the moment of their effect. When it raises, each timer is tried alone, and one that still fails is tried
again later and in the end set aside: so an effect must not depend on which timers come together.
"""

# One document: psycopg writes arrays in Python, and the four of them cost more than all else here.
SET: Final = """
INSERT INTO timers (subject, clock, version, due_at, next_at, correlationid)
SELECT subject, clock, version, due_at, due_at, correlationid
FROM json_to_recordset(%(timers)s::json) AS timer (
    subject text, clock text, version bigint, due_at timestamptz, correlationid text
)
ON CONFLICT DO NOTHING
"""
"""Writes timers; one that is known already changes nothing. For its parameter see ``parameters_of``."""


def parameters_of(timers: Sequence[Timer]) -> dict[str, Any]:
    """Give the parameter of ``SET``: the timers as one document."""
    return {"timers": orjson.dumps(timers).decode()}
