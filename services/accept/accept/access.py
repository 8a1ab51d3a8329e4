"""Who reads applications, and for whom their forms open."""

from casework.access import Asker, Desk
from casework.roles import TOKEN_ROLES, Role

from accept.domain import Case

OFFICERS = frozenset({Role.WINDOW, Role.AUDITOR})
"""Who reads applications at work. Examiners and approvers get the form of what they decide with its review."""

ANYBODY = TOKEN_ROLES
"""Who reads the catalogue."""

DESK = Desk(context="applicant", officers=OFFICERS, above_cities=OFFICERS)


def may_read(asker: Asker, case: Case) -> bool:
    """Tell whether form and notice open: for the applicant, the window of its city, and audit."""
    roles = asker.actor.roles
    if asker.owner == case.applicant or Role.AUDITOR in roles:
        return True
    return Role.WINDOW in roles and asker.tenant == case.tenant
