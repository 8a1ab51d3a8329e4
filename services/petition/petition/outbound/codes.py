"""One-time links to query codes (一次性领取链接), for whoever can be told something only where everybody reads it.

A link leads to a page, with its token behind ``#``: no server, no log and no scanner that opens links ever sees it. The
page hands it over when somebody asks it to, and then it is used up. Tokens follow from a secret, like query codes, and
aren't stored; so a database that was restored still answers to links that were given out.
"""

import base64
import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from casework.codes import code_of
from chassis.outbox import Outbox
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from sqlmodel import col

from petition import store as petitions
from petition.outbound import domain
from petition.outbound.domain import CodeGone
from petition.outbound.store import DELIVERIES
from petition.tables import PetitionRow

_ID: Final = 22
_CONTEXT: Final = "code-link"


@dataclass(frozen=True, slots=True)
class Code:
    """What a link gives."""

    number: str
    query_code: str


def token_of(delivery: str, outbox: Outbox) -> str:
    """Give the token of the link in a delivery: which one it is, and 144 bits that nobody can guess."""
    named = base64.urlsafe_b64encode(UUID(delivery).bytes).decode().rstrip("=")
    return named + outbox.pseudonym(delivery, context=_CONTEXT).removeprefix("p_")


async def take(token: str, unit: Unit) -> Code:
    """Give number and query code, once.

    Raises:
        CodeGone: The link was used, is too old, or never was one.
    """
    try:
        delivery = str(UUID(bytes=base64.urlsafe_b64decode(token[:_ID] + "==")))
    except ValueError:
        raise CodeGone from None
    if not hmac.compare_digest(token_of(delivery, unit.outbox).encode(), token.encode()):
        raise CodeGone
    if (stored := await DELIVERIES.find(unit, UUID(delivery))) is None:
        raise CodeGone
    taken = await DELIVERIES.save(unit, domain.take_code(stored.case, now=unit.now))
    wanted = petitions.PETITIONS.within(EVERYTHING).where(col(PetitionRow.id) == UUID(taken.petition))
    (found,) = await petitions.PETITIONS.fetch(unit.session, wanted)
    return Code(found.case.number, code_of(found.case.number, unit.outbox))
