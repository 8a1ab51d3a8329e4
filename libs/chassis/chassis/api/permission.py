"""What a route lets somebody do: each names a resource and an action of the policy, or says that it is for anybody."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from fastapi import Request
from fastapi.dependencies.models import Dependant

from chassis.api.auth import Principal, principal
from chassis.api.errors import FORBIDDEN, Problem
from chassis.policy import Policy


@dataclass(frozen=True, slots=True)
class Permission:
    """What a route needs.

    Attributes:
        resource: As the policy names it.
        action: As the policy names it.
        roles: Who has it for some row at least; for which ones is part of the query behind the route.
    """

    resource: str
    action: str
    roles: frozenset[str]


def permission(policy: Policy, resource: str, action: str) -> Callable[[Request], Awaitable[Principal]]:
    """Make a dependency that lets in whom the policy allows an action, and gives the principal.

    Raises:
        LookupError: The policy doesn't know the action.

    Raises (the dependency):
        Problem: 403 when none of the principal's roles may do it to anything.
    """
    needed = Permission(resource, action, policy.roles(resource, action))

    async def permitted(request: Request) -> Principal:
        found = await principal(request)
        if needed.roles.isdisjoint(found.roles):
            raise Problem(FORBIDDEN)
        return found

    permitted.needs = needed  # type: ignore[attr-defined]  # read when the application is made, and by its document
    return permitted


def needs(dependant: Dependant) -> Iterator[Permission]:
    """Give what a route asks for, wherever among its dependencies it does so."""
    asked = getattr(dependant.call, "needs", None)
    if asked is not None:
        yield asked
    for inner in dependant.dependencies:
        yield from needs(inner)
