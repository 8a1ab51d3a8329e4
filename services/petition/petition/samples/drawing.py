"""Draws each tenant's samples once a working day (每个工作日抽样一次), beside the way of any request.

It asks which tenants have none of today, so it makes no difference why one hasn't: the day has just begun, too few
petitions were settled so far, or a process was killed. What two draw at once is one draw: a tenant has one row a day.
"""

import secrets
from datetime import date, timedelta
from typing import Final
from uuid import uuid4

from chassis.envelope import new_id
from chassis.unit import Unit
from chassis.worker.tasks import Task
from contracts.tenants import load_tenants
from workdays.counting import day_of

from petition.handling.calendar import in_force
from petition.samples import domain, store
from petition.samples.draw import Draw
from petition.samples.store import DRAWS

EVERY_S: Final = 10.0
BACK: Final = timedelta(days=30)
"""What was settled in so many days may be drawn."""


TENANTS: Final = tuple(load_tenants())


def working_day(today: date) -> date:
    """Give the day whose samples are shown: today, or the last working day before a day off (休息日)."""
    calendar = in_force()
    return today if calendar.is_workday(today) else calendar.add(today, -1)


class Drawing:
    """Looks again and again whether a day's samples have to be drawn."""

    def __init__(self, size: int) -> None:
        """Draw so many for a tenant and day; 0: none are ever drawn."""
        self._size = size

    @property
    def task(self) -> Task:
        """The periodic work."""
        return Task(name="draw samples", every_s=EVERY_S, run=self.run)

    async def run(self, unit: Unit) -> None:
        """Draw what isn't drawn yet."""
        if self._size:
            drawn = await store.drawn_on(unit.session, working_day(day_of(unit.now)))
            for tenant in TENANTS:
                if tenant not in drawn:
                    await self.draw(tenant, unit)

    async def draw(self, tenant: str, unit: Unit) -> Draw | None:
        """Draw a tenant's samples of the day; nothing while too few were settled.

        Raises:
            psycopg.errors.UniqueViolation: They were drawn a moment ago.
        """
        today = day_of(unit.now)
        found = await store.candidates(unit.session, tenant, after=today - BACK, upto=today)
        decision = domain.draw(
            found,
            id=new_id(),
            tenant=tenant,
            day=working_day(today),
            size=self._size,
            below=secrets.randbelow,
            name=lambda: str(uuid4()),
        )
        if decision is None:
            return None
        return await DRAWS.add(unit, decision, {"samples": decision.events[0].samples})
