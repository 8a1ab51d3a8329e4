"""Permissions for routes that a test makes up."""

from typing import Any

from fastapi import Depends

from chassis.api.permission import permission
from chassis.policy import Policy, Scope


def for_roles(*roles: str) -> Any:
    """Give the dependency of a route that is for these roles, whatever it is about."""
    return Depends(permission(Policy(("thing", ("use",), roles, Scope.ALL, ())), "thing", "use"))
