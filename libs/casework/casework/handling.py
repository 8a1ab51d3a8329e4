"""What handlers do alike once a decision is made: announce it, and give out the code that goes with a number."""

from typing import Any

from chassis.outbox import Outbox
from chassis.unit import Unit

from casework.decision import Decision
from casework.numbers import query_code


async def announce(decision: Decision[Any, Any], unit: Unit, *, topic: str, person: str | None = None) -> None:
    """Put a decision's events into the outbox of its transaction.

    Args:
        decision: What was decided.
        unit: Its unit of work.
        topic: Name as in the contracts.
        person: Pseudonym of the one whose key seals the personal fields, if there are any.
    """
    await unit.append(
        topic=topic,
        subject=decision.after.id,
        tenant=decision.after.tenant,
        first_sequence=decision.first_sequence,
        events=decision.events,
        person=person,
    )


def code_of(case: str, outbox: Outbox) -> str:
    """Give the query code of a case; every service of the suite derives the same one from the case's id."""
    return query_code(outbox.pseudonym(case, context="query-code"))
