"""Reading other people's data: the client says what for, and the record is committed before the answer leaves."""

import re
from functools import cache
from typing import Annotated, Any, Final

from contracts.event import ContractEvent
from contracts.purposes import load_purposes
from fastapi import Depends, Header, Request

from chassis.api.errors import PURPOSE_UNKNOWN, Problem
from chassis.envelope import new_id
from chassis.reading import RECORDED, Reading
from chassis.unit import Unit
from contracts.events import EVENTS

HEADER: Final = "Purpose-Of-Use"
purposes = cache(load_purposes)
"""The closed list, read once."""

_RECORDS: Final[dict[str, Any]] = {event.TOPIC: event for event in EVENTS.values() if event.TYPE.endswith(RECORDED)}
_ROLE: Final = re.compile("[a-z][a-z0-9-]{0,63}")


async def _reading(request: Request, purpose: Annotated[str | None, Header(alias=HEADER)] = None) -> Reading:
    if purpose is not None and purpose not in purposes():
        raise Problem(PURPOSE_UNKNOWN, pointer=f"/header/{HEADER}", extensions={"known": list(purposes())})
    unit: Unit = request.state.unit
    unit.reading = Reading(purpose)
    return unit.reading


PURPOSE_OF_USE: Any = Depends(_reading)
"""Of a route that may open other people's data: whoever asks for it has to say what for. One's own needs no purpose.

Raises:
    Problem: 422 for a purpose that isn't on the list; 400 later, when data of others is opened without one.
"""


async def record(unit: Unit, reading: Reading) -> None:
    """Put what a request has opened into the outbox, each as a subject of its own.

    Args:
        unit: Commits before the answer leaves.
        reading: What was opened, and what for.

    Raises:
        LookupError: The service has no topic for it.
        ValueError: Nobody is asking.
    """
    principal = unit.principal
    if principal is None:
        raise ValueError("nobody is asking")
    topic = f"{unit.outbox.service}.reads.v1"
    for opened in reading.opened:
        event: ContractEvent = _RECORDS[topic](
            reader=unit.actor,
            roles=tuple(sorted(role for role in principal.roles if _ROLE.fullmatch(role))),
            tenant=principal.tenant,
            resource=opened.resource,
            subjects=opened.subjects,
            fields=opened.fields,
            purpose=reading.purpose,
            request=unit.correlationid,
        )
        await unit.append(topic=topic, subject=new_id(), tenant=principal.tenant, first_sequence=1, events=(event,))
