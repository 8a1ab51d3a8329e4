"""Delivers pages and watches over what nobody has taken: a worker's periodic work.

A page and how far its delivery has come are a row, so a restart loses none; a pager that was told and couldn't say so
is told again, by the same key. One that doesn't answer is asked again less and less often, and holds up no other.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from chassis.infrastructure import describe, is_infrastructure
from chassis.process.health import Status
from chassis.testing.faults import fault_point
from chassis.unit import Unit
from chassis.worker.tasks import Task

from petition.paging import store
from petition.paging.alarm import Rung
from petition.paging.pager import ANSWER_S, NO_PAGER, PagerError, Pagers
from petition.paging.store import MOST_ATTEMPTS, Page, Standing
from petition.paging.telemetry import telemetry
from petition.rosters.handlers import NOBODY, OnDuty, on_duty

log = logging.getLogger(__name__)

EVERY_S: Final = 1.0
MOST: Final = 50
"""Pages that are delivered at once."""
LONGEST_PAUSE: Final = timedelta(seconds=30)
NO_PAGER_PAUSE: Final = timedelta(minutes=1)
"""A tenant without pager may get one: nothing was tried, so nothing is counted."""
WATCH_EVERY_S: Final = 5.0
FORGET_EVERY_S: Final = 3600.0
TOO_SLOW: Final = "too-slow"


def tasks_of(pagers: Pagers, watch: "Watch") -> Sequence[Task]:
    """Give the periodic work of a worker."""
    return (
        Task(name="page", every_s=EVERY_S, run=partial(deliver, pagers)),
        Task(name="watch pages", every_s=WATCH_EVERY_S, run=watch.look),
        Task(name="forget pages", every_s=FORGET_EVERY_S, run=_forget),
    )


async def deliver(pagers: Pagers, unit: Unit) -> None:
    """Deliver what is due, all at once; the unit commits what became of it.

    Args:
        pagers: Whom to tell.
        unit: Of the run; its moment says what is due.
    """
    pages = await _addressed(await store.claim(unit.session, unit.now, most=MOST), unit)
    troubles = await asyncio.gather(*(_tried(pagers, page) for page in pages))
    for page, trouble in zip(pages, troubles, strict=True):
        if trouble is None:
            await store.delivered(unit.session, page, unit.now)
            delay_s = max(0.0, (unit.now - page.paged_at).total_seconds())
            unit.after_commit(partial(telemetry().delivered, page.rung, delay_s))
        else:
            await _put_off(page, trouble, unit)
    fault_point("paging.before_commit")


async def _addressed(pages: Sequence[Page], unit: Unit) -> Sequence[Page]:
    """Say whom each page is for, as the roster has it at this moment; rather nobody in particular than not at all."""
    rosters: Mapping[str, OnDuty] = {}
    try:
        rosters = await on_duty({page.tenant for page in pages}, unit)
    except Exception as error:
        if not is_infrastructure(error):
            raise
        log.warning("nobody can say who is on duty: %s", describe(error), extra={"event.name": "paging.unaddressed"})

    def account(page: Page) -> str | None:
        found = rosters.get(page.tenant, NOBODY)
        return found.deputy if page.rung == Rung.DEPUTY else found.officer

    return [replace(page, account=account(page)) for page in pages]


async def _tried(pagers: Pagers, page: Page) -> str | None:
    """Try to deliver; give what went wrong."""
    try:
        async with asyncio.timeout(ANSWER_S):
            await pagers.deliver(page)
    except PagerError as error:
        return error.reason
    except TimeoutError:
        return TOO_SLOW
    return None


async def _put_off(page: Page, trouble: str, unit: Unit) -> None:
    if trouble == NO_PAGER:
        await store.put_off(unit.session, page, trouble, until=unit.now + NO_PAGER_PAUSE, counted=False)
        return
    tried = page.attempts + 1
    pause = min(timedelta(seconds=2.0 ** min(tried, 10)), LONGEST_PAUSE)
    until = unit.now + pause if tried < MOST_ATTEMPTS else None
    await store.put_off(unit.session, page, trouble, until=until)
    telemetry().failed(trouble)
    log.log(
        logging.ERROR if until is None else logging.WARNING,
        "a page wasn't delivered and is %s",
        "given up" if until is None else "tried again",
        extra={"event.name": "paging.put_off", "yiwangban.tenant": page.tenant, "yiwangban.reason": trouble},
    )


class Watch:
    """Watches over what nobody has taken, for whoever runs the service; a readiness check, too."""

    name = "pages"

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self._seen = Standing()

    async def look(self, unit: Unit) -> None:
        """Count, and report it."""
        self._seen = await store.standing(unit.session, unit.now)
        telemetry().standing(self._seen)

    async def check(self) -> Status:
        """Say how many wait. It takes no process out of service: that would help nobody who waits."""
        seen = self._seen
        detail = f"{seen.waiting} untaken, {seen.untold} of them told no pager, the oldest for {seen.oldest_s:.0f} s"
        return Status(ready=True, detail=detail if seen.waiting else "")


async def _forget(unit: Unit) -> None:
    await store.forget(unit.session, unit.now)
