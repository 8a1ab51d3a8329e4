"""Shows the answer to whoever has number and query code; on record, in the transaction that shows it."""

from typing import Final

from chassis.api import reads
from chassis.reading import Reading
from chassis.unit import Unit

from petition.holding.domain import opens
from petition.holding.store import held
from petition.holding.views import HeldAnswer
from petition.store import PETITIONS
from petition.workflow import State

ANSWER: Final = frozenset({"reply", "correction", "review_reasons", "review_reply"})
ASKED: Final = frozenset({"supplement_request"})
PURPOSE: Final = "rights-request"
"""What for, as records of reads say."""


async def read_answer(number: str, code: str, unit: Unit) -> HeldAnswer:
    """Show how far it is, and the answer with its correction if the code opens it.

    Raises:
        Problem: 404.
    """
    stored = await held(number, code, unit)
    petition = stored.case
    content = dict[str, str]()
    if opens(petition):
        shown = ANSWER | ASKED if petition.state is State.SUPPLEMENTING else ANSWER
        ((_, content),) = await PETITIONS.contents(unit, [stored], reader=None, only=shown)
    if content:
        reading = Reading(PURPOSE)
        reading.open("petition", (petition.id,), sorted(content))
        await reads.record(unit, reading)
    return HeldAnswer.of(petition, content)
