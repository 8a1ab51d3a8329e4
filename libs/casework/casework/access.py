"""Who is asking, and which rows are theirs to see. The scope is part of every query, never a filter after it."""

from dataclasses import dataclass
from functools import cache

from chassis.api.auth import Principal
from chassis.unit import Unit
from contracts.tenants import PROVINCE, load_tenants

from casework.roles import TOKEN_ROLES, Actor, Role
from casework.workflow import UnknownTenant

tenants = cache(load_tenants)
"""The cities, read once."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows somebody may see. None means: not limited by this.

    Attributes:
        tenant: GB/T 2260 code.
        owner: Pseudonym of the citizen whose rows they are.
    """

    tenant: str | None
    owner: str | None = None


EVERYTHING = Scope(tenant=None)
"""For the service itself; nobody's request has it unless the desk says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whoever asks.

    Attributes:
        actor: As decisions see them.
        tenant: Where they belong, a GB/T 2260 code.
        owner: The pseudonym under which their own cases are kept; not linkable to the actor's.
        scope: The rows that are this one's to see.
    """

    actor: Actor
    tenant: str
    owner: str
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The rules of one service.

    Attributes:
        context: Of the owners' pseudonyms, for example ``author``.
        officers: Who reads the cases of their city at work.
        above_cities: Which of them see every city, when they are the province's.
    """

    context: str
    officers: frozenset[Role]
    above_cities: frozenset[Role] = frozenset()

    def asker(self, unit: Unit) -> Asker:
        """Read who is asking from the unit of a request.

        Raises:
            UnknownTenant: They belong to no city of the suite.
            ValueError: Nobody is: the unit belongs to a reaction or a task.
        """
        principal = unit.principal
        if principal is None:
            raise ValueError("nobody is asking")
        if principal.tenant not in tenants():
            raise UnknownTenant
        roles = frozenset(role for role in TOKEN_ROLES if role in principal.roles)
        owner = self.owner(unit, principal)
        return Asker(
            actor=Actor(pseudonym=unit.actor, roles=roles, department=principal.department),
            tenant=principal.tenant,
            owner=owner,
            scope=self.scope(roles, principal.tenant, owner),
        )

    def owner(self, unit: Unit, principal: Principal) -> str:
        """Give the pseudonym under which somebody's own cases are kept."""
        return unit.outbox.pseudonym(principal.subject, context=self.context)

    def scope(self, roles: frozenset[Role], tenant: str, owner: str) -> Scope:
        """Give the rows that somebody may see: their own, those of their city, or those of every city."""
        if tenant == PROVINCE and roles & self.above_cities:
            return EVERYTHING
        if roles & self.officers:
            return Scope(tenant=tenant)
        return Scope(tenant=tenant, owner=owner)
