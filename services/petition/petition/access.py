"""Who reads petitions, and whose content opens for them."""

from casework.access import Asker, Desk
from casework.roles import Role

from petition.domain import Petition

OFFICERS = frozenset({Role.TRIAGE, Role.HANDLER, Role.AUDITOR})
"""Who reads petitions at work. Analysts look at matters, not at messages, and administrators at neither."""

STAFF = OFFICERS | {Role.ANALYST, Role.ADMINISTRATOR}
"""Who reads bulletins, which hold nothing personal."""

DESK = Desk(context="author", officers=OFFICERS, above_cities=frozenset({Role.TRIAGE, Role.AUDITOR}))


def may_read(asker: Asker, petition: Petition) -> bool:
    """Tell whether title, text and reply open: for the author, triage, audit, and the department in charge."""
    roles = asker.actor.roles
    if asker.owner == petition.author or roles & {Role.TRIAGE, Role.AUDITOR}:
        return True
    in_charge = asker.actor.department is not None and asker.actor.department == petition.department
    return in_charge and Role.HANDLER in roles
