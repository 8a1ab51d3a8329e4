"""Who acts. The values are the roles of the access tokens."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the administration. One may be several."""

    CITIZEN = "citizen"
    CONNECTOR = "connector"
    """A program that passes on what was written elsewhere."""
    WINDOW = "window"
    """受理窗口: takes applications in, and accepts or refuses them."""
    EXAMINER = "examiner"
    """审查: looks into an accepted application and recommends."""
    APPROVER = "approver"
    """审批: decides."""
    TRIAGE = "triage"
    """分办: says which department has to answer."""
    HANDLER = "handler"
    """承办: answers, for one department."""
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"
    """The service itself: its rules, its clocks. No token carries it."""


TOKEN_ROLES = frozenset(Role) - {Role.SYSTEM}
"""Roles that a token can carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever decides.

    Attributes:
        pseudonym: As events name them.
        roles: What they may do.
        department: Of a member of staff, if they have one.
    """

    pseudonym: str
    roles: frozenset[Role]
    department: str | None = None
