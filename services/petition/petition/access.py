"""Who asks, as this service knows them."""

from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from casework.access import Asker, asker_of
from casework.decision import Case
from casework.informants import informant_of
from casework.repository import Repository
from casework.roles import Actor
from chassis.unit import Unit

C = TypeVar("C", bound=Case)


def asker(unit: Unit) -> Asker:
    """Read who is asking; what they write is kept under their pseudonym as an author, or as an informant.

    Raises:
        UnknownTenant: They belong to no city of the suite.
    """
    found = asker_of(unit, "author")
    return replace(found, owners=(found.owner, informant_of(found.owner, unit.outbox)))


async def held(cases: Repository[Any, C], id_: UUID, action: str, version: int, unit: Unit) -> tuple[C, Actor]:
    """Give what somebody wants to change, locked, and who they are.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
    """
    who = asker(unit)
    stored = await cases.get_for_change(unit, id_, who, action, version=version)
    return stored.case, who.actor
