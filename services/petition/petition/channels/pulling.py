"""Pulls the messages of channels that are asked for them: a page a transaction, by one worker a source at a time.

Petitions and cursor are committed together: a crash loses nothing, because the cursor stayed, and doubles nothing,
because what comes again is known. A source that is away for a day is asked again less and less often, and then goes on.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from chassis.envelope import new_id
from chassis.testing.faults import fault_point
from chassis.unit import Unit
from chassis.worker.tasks import Task

from petition.channels import cursors
from petition.channels.connector import Page, PullConnector, SourceError, principal_of
from petition.channels.cursors import Cursor
from petition.channels.intake import take_in
from petition.channels.telemetry import telemetry

log = logging.getLogger(__name__)

REFUSED: Final = "refused"
"""What became of a message that can't be a petition."""
LOOK_EVERY_S: Final = 1.0
"""A cursor's row says when its source is asked again; this is how often the row is looked at."""
ANSWER_S: Final = 5.0
"""Longest wait for a page; half of what the database lets a transaction idle."""
PAGE_S: Final = 25.0
"""Longest time for a page with all its petitions."""


def tasks_of(connectors: Iterable[PullConnector]) -> tuple[Task, ...]:
    """Give the periodic work of a worker: each source for itself, so that one that hangs keeps no other waiting."""
    return tuple(
        Task(
            name=f"pull {each.channel}/{each.source}",
            every_s=LOOK_EVERY_S,
            run=partial(pull, each),
            timeout_s=PAGE_S,
        )
        for each in connectors
    )


async def pull(connector: PullConnector, unit: Unit) -> None:
    """Take in the next page of a source, if it is time; a source that doesn't answer is put off.

    Args:
        connector: The source.
        unit: Of the run; it commits what was taken in, together with the cursor.
    """
    cursor = await cursors.take(unit.session, connector)
    if cursor is None:
        return
    try:
        async with asyncio.timeout(ANSWER_S) as limit:
            page = await connector.pull(cursor.position)
    except SourceError as error:
        await _put_off(connector, cursor, error, unit)
    except TimeoutError:
        if not limit.expired():
            raise
        await _put_off(connector, cursor, SourceError("too-slow"), unit)
    else:
        await _take_in(connector, page, unit)


def speaking_for(unit: Unit, connector: PullConnector) -> Unit:
    """Give the same unit, in the name of a connector of its tenant."""
    return replace(unit, principal=principal_of(connector.channel, connector.source, connector.tenant))


async def _take_in(connector: PullConnector, page: Page, unit: Unit) -> None:
    its = speaking_for(unit, connector)
    for message in page.messages:
        await take_in(message, its.resuming(new_id()))  # what came in one page has nothing else in common
    await cursors.move(unit.session, connector, page.position, pause_s=0.0 if page.more else connector.every_s)
    if page.refused:
        unit.after_commit(partial(telemetry().messages, connector.channel, REFUSED, page.refused))
    fault_point("channels.before_commit")


async def _put_off(connector: PullConnector, cursor: Cursor, error: SourceError, unit: Unit) -> None:
    await cursors.put_off(unit.session, connector, retry_after_s=error.retry_after_s)
    telemetry().failed(connector.channel, connector.source, error.reason)
    log.log(
        logging.INFO if cursor.failures else logging.WARNING,
        "a source of messages can't be read and is asked again later",
        extra={
            "event.name": "channels.put_off",
            "yiwangban.source": connector.source,
            "yiwangban.reason": error.reason,
        },
    )
