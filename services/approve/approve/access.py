"""Who works on reviews, and for whom their content opens."""

from casework.access import Asker, Desk, Scope
from casework.roles import Role

from approve.review import Review

OFFICERS = frozenset({Role.EXAMINER, Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR})
"""Who sees reviews at all. Citizens learn from ``query`` how far theirs have come."""

DESK = Desk(context="applicant", officers=OFFICERS, above_cities=frozenset({Role.AUDITOR}))


def acting(asker: Asker) -> Scope:
    """Give the reviews on which somebody may act: those of their own city, whatever else they may see."""
    return Scope(tenant=asker.tenant)


def may_read(asker: Asker, review: Review) -> bool:
    """Tell whether form, opinion and notice open: for examiners and approvers of its city, and for audit."""
    roles = asker.actor.roles
    if asker.owner == review.applicant:
        return False  # who applied doesn't read what colleagues think of it
    if Role.AUDITOR in roles:
        return True
    return bool(roles & {Role.EXAMINER, Role.APPROVER}) and asker.tenant == review.tenant
