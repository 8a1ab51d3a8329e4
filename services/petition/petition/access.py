"""Who is asking, which rows they may see, and whose content opens for them."""

from dataclasses import dataclass

from chassis.api.auth import Principal
from chassis.unit import Unit
from contracts.tenants import PROVINCE

from petition.domain import Actor, Petition
from petition.workflow import Role

TOKEN_ROLES = frozenset(Role) - {Role.RULES}
"""Roles that a token can carry; the rules are the service itself."""

OFFICERS = frozenset({Role.TRIAGE, Role.HANDLER, Role.AUDITOR})
"""Who reads petitions at work. Analysts look at matters, not at messages, and administrators at neither."""

STAFF = OFFICERS | {Role.ANALYST, Role.ADMINISTRATOR}
"""Who reads bulletins, which hold nothing personal."""

ABOVE_CITIES = frozenset({Role.TRIAGE, Role.AUDITOR})
"""Officers of the province in these roles see every city."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows somebody may see; part of every query. None means: not limited by this."""

    tenant: str | None
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whoever asks.

    Attributes:
        actor: As decisions see them.
        tenant: Where they belong.
        author: The pseudonym under which they write petitions; not linkable to the actor's.
    """

    actor: Actor
    tenant: str
    author: str

    @property
    def scope(self) -> Scope:
        """The rows that are this one's to see: one's own, those of one's city, or those of every city."""
        if self.tenant == PROVINCE and self.actor.roles & ABOVE_CITIES:
            return Scope(tenant=None)
        if self.actor.roles & OFFICERS:
            return Scope(tenant=self.tenant)
        return Scope(tenant=self.tenant, author=self.author)

    def may_read(self, petition: Petition) -> bool:
        """Tell whether title, text and reply open: for the author, triage, audit, and the department in charge."""
        if self.author == petition.author or self.actor.roles & {Role.TRIAGE, Role.AUDITOR}:
            return True
        in_charge = self.actor.department is not None and self.actor.department == petition.department
        return in_charge and Role.HANDLER in self.actor.roles


def asker(unit: Unit) -> Asker:
    """Read who is asking from the unit of a request.

    Raises:
        ValueError: Nobody is: the unit belongs to a reaction or a task.
    """
    principal = unit.principal
    if principal is None:
        raise ValueError("nobody is asking")
    roles = frozenset(role for role in TOKEN_ROLES if role in principal.roles)
    return Asker(
        actor=Actor(pseudonym=unit.actor, roles=roles, department=principal.department),
        tenant=principal.tenant,
        author=author_of(unit, principal),
    )


def author_of(unit: Unit, principal: Principal) -> str:
    """Give the pseudonym of somebody who writes on a portal."""
    return unit.outbox.pseudonym(principal.subject, context="author")


def poster(unit: Unit, handle: str) -> str:
    """Give the pseudonym of somebody who writes on a forum under this name."""
    return unit.outbox.pseudonym(handle, context="author.forum")
