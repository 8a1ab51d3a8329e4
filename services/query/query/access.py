"""Who sees which matters: citizens their own, officers those of their city that they work on."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from casework.roles import Role
from chassis.unit import Unit
from contracts.tenants import PROVINCE

from query.domain import Kind

OWNERS: Final = ("applicant", "author")
"""The contexts of owners' pseudonyms, accept's and petition's. They meet here alone, for whoever signs in."""

OFFICERS: Final[Mapping[Kind, frozenset[Role]]] = MappingProxyType(
    {
        Kind.CASE: frozenset({Role.WINDOW, Role.EXAMINER, Role.APPROVER, Role.AUDITOR}),
        Kind.PETITION: frozenset({Role.TRIAGE, Role.HANDLER, Role.AUDITOR}),
    }
)
ABOVE_CITIES: Final = frozenset({Role.TRIAGE, Role.AUDITOR})
"""Who sees every city's, when they are the province's."""

READERS: Final = frozenset({Role.CITIZEN}).union(*OFFICERS.values())
"""Who may ask at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Which matters somebody may see.

    Attributes:
        owners: Pseudonyms under which their own ones are kept.
        desks: Kinds that they see at work, each with the city; None: of every city.
    """

    owners: tuple[str, ...]
    desks: Mapping[Kind, str | None]


def sight_of(unit: Unit) -> Sight:
    """Read who is asking from the unit of a request.

    Raises:
        ValueError: Nobody is signed in.
    """
    principal = unit.principal
    if principal is None:
        raise ValueError("nobody is asking")

    def reach(officers: frozenset[Role]) -> str | None:
        above = principal.tenant == PROVINCE and officers & ABOVE_CITIES & principal.roles
        return None if above else principal.tenant

    return Sight(
        owners=tuple(unit.outbox.pseudonym(principal.subject, context=context) for context in OWNERS),
        desks={
            kind: reach(officers) for kind, officers in OFFICERS.items() if not officers.isdisjoint(principal.roles)
        },
    )
