"""Finds a file of a petition for somebody. The policy is part of the question: whoever may not read it, gets none."""

from typing import Final
from uuid import UUID

from casework.access import Beyond
from casework.content import Access
from chassis.api.errors import NOT_FOUND, Problem
from chassis.unit import Unit

from petition.access import asker
from petition.attachments.attachment import Attachment, read
from petition.store import PETITIONS

ALL: Final = frozenset({"attachments", "supplement_attachments"})
"""Those that came with what was written first, then those that came with what was sent later."""


async def find(petition: UUID, number: int, unit: Unit) -> Attachment:
    """Give what is kept of a file, by which it opens; that it was opened is on record before it leaves.

    Args:
        petition: Its id.
        number: Counted from 1.
        unit: Of whoever asks.

    Raises:
        Problem: 404, also for a petition that isn't the asker's to see, and when its sender was erased.
        Beyond: They may see the petition, but not what is in it.
    """
    who = asker(unit)
    stored = await PETITIONS.get(unit, petition, who)
    ((access, content),) = await PETITIONS.contents(unit, [stored], reader=who, only=ALL)
    if access is Access.WITHHELD:
        raise Beyond(None)
    attachments = (*read(content.get("attachments")), *read(content.get("supplement_attachments")))
    if not 0 < number <= len(attachments):
        raise Problem(NOT_FOUND)
    return attachments[number - 1]
