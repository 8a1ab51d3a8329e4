"""Who is asking, and what the policy lets them do: to which rows is part of every query, never a filter after it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from chassis.api.permission import permission
from chassis.policy import Columns, Condition, Reach
from chassis.unit import Unit
from contracts.tenants import load_tenants
from fastapi import Depends
from sqlalchemy import FromClause

from casework.policy import POLICY
from casework.roles import TOKEN_ROLES, Actor
from casework.workflow import Refused, UnknownTenant

tenants = cache(load_tenants)
"""The cities, read once."""


class Beyond(Refused):
    """They may see the row, but not do this to it.

    Attributes:
        lacking: The condition that keeps them from it; None if it is for other roles.
    """

    def __init__(self, lacking: Condition | None) -> None:
        super().__init__(lacking.name if lacking else "another role's")
        self.lacking = lacking


def permit(resource: str, action: str) -> Any:
    """Say what a route lets somebody do; one of its dependencies.

    Raises:
        LookupError: The policy doesn't know it.
    """
    return Depends(permission(POLICY, resource, action))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whoever asks.

    Attributes:
        actor: As decisions see them.
        tenant: Where they belong, a GB/T 2260 code.
        owners: The pseudonyms under which their own cases are kept, one a context; not linkable to the actor's.
    """

    actor: Actor
    tenant: str
    owners: tuple[str, ...]

    @property
    def owner(self) -> str:
        """The pseudonym under which this service keeps what is their own."""
        return self.owners[0]

    @property
    def seats(self) -> tuple[str, ...]:
        """How those name them who ask somebody of another office: as somebody of theirs, or as themselves."""
        department = self.actor.department
        return (self.actor.pseudonym, *((f"{self.tenant}/{department}",) if department else ()))

    def reach(self, resource: str, action: str) -> Reach:
        """Give the rows to which they may do something.

        Raises:
            LookupError: The policy doesn't know it.
        """
        department = self.actor.department
        facts = {
            "actor": (self.actor.pseudonym,),
            "owners": self.owners,
            "tenant": (self.tenant,),
            "department": (department,) if department else (),
            "seats": self.seats,
        }
        return POLICY.reach(resource, action, self.actor.roles, facts)


def asker_of(unit: Unit, *contexts: str, acting: str = "") -> Asker:
    """Read who is asking from the unit of a request.

    Args:
        unit: The request's.
        contexts: Of owners' pseudonyms, for example ``author``.
        acting: Context of the pseudonym under which rows name them as somebody who acts; by default the service's own.

    Raises:
        UnknownTenant: They belong to no city of the suite.
        ValueError: Nobody is asking: the unit belongs to a reaction or a task.
    """
    principal = unit.principal
    if principal is None:
        raise ValueError("nobody is asking")
    if principal.tenant not in tenants():
        raise UnknownTenant
    roles = frozenset(role for role in TOKEN_ROLES if role in principal.roles)
    return Asker(
        actor=Actor(
            pseudonym=unit.outbox.pseudonym(principal.subject, context=acting),
            roles=roles,
            department=principal.department,
        ),
        tenant=principal.tenant,
        owners=tuple(unit.outbox.pseudonym(principal.subject, context=context) for context in contexts),
    )


def columns_of(table: FromClause, **named: str) -> Columns:
    """Give a table's columns as the policy calls them.

    Args:
        table: The table.
        named: What the policy calls otherwise than the table does: its name for it, and the column's.
    """
    columns = dict(table.c.items())
    return columns | {name: columns[column] for name, column in named.items()}
