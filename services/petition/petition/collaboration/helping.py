"""What whoever is invited may decide (协办部门): to join, to decline, to say what they think. Pure."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from casework.roles import Actor
from casework.workflow import Refused

from contracts.events import PetitionCollaborationAccepted, PetitionCollaborationDeclined, PetitionContributed
from petition.collaboration.invitation import Invitation, Standing, invitation_for
from petition.collaboration.merging import Merged
from petition.domain import Decision, decided
from petition.handling.basis import Basis
from petition.petition import Petition
from petition.workflow import TABLE, Action

MOST_TIMES: Final = 6
"""An opinion, and as many amendments as remain of these."""


class NotInvited(Refused):
    """They aren't invited."""


class NotJoined(Refused):
    """Whoever contributes has signed for the invitation first."""


class ContributedAlready(Refused):
    """They have said their opinion, so they can't decline any more; they may amend it."""


class AmendedTooOften(Refused):
    """It was amended as often as may be."""


def join(petition: Petition, seats: Collection[str], *, by: Actor) -> Decision:
    """Sign for an invitation (签收协办); whoever has done so needn't again.

    Args:
        petition: That is worked on.
        seats: How invitations name whoever joins.
        by: A handler of the invited department.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotInvited: See there.
    """
    TABLE.follow(petition.state, Action.JOIN, by.roles)
    invitation = _own(petition, seats)
    if invitation.standing is not Standing.INVITED:
        return Decision(petition, ())
    return decided(petition, PetitionCollaborationAccepted(by=by.pseudonym, invitation=invitation.number))


def decline(petition: Petition, seats: Collection[str], basis: Basis, reason: str, *, by: Actor) -> Decision:
    """Decline an invitation, on a basis from the list.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotInvited: See there.
        ContributedAlready: See there.
    """
    TABLE.follow(petition.state, Action.DECLINE, by.roles)
    invitation = _own(petition, seats)
    if not invitation.awaited:
        raise ContributedAlready
    declined = PetitionCollaborationDeclined(
        by=by.pseudonym, invitation=invitation.number, basis=basis.value, reason=reason
    )  # fmt: skip
    return decided(petition, declined)


def contribute(petition: Petition, seats: Collection[str], opinion: str, *, by: Actor, now: datetime) -> Decision:
    """Say the department's opinion (协办意见), or say it anew until a draft or the reply rests on it.

    Args:
        petition: That is worked on.
        seats: How invitations name whoever contributes.
        opinion: What they think of it.
        by: A handler of the invited department.
        now: Later than the limit it is noted as late, and taken all the same.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotInvited: See there.
        NotJoined: See there.
        Merged: See there.
        AmendedTooOften: See there.
    """
    TABLE.follow(petition.state, Action.CONTRIBUTE, by.roles)
    invitation = _own(petition, seats)
    if invitation.standing is Standing.INVITED:
        raise NotJoined
    if invitation.drafted:
        raise Merged
    if invitation.times >= MOST_TIMES:
        raise AmendedTooOften
    first = invitation.times == 0
    contributed = PetitionContributed(
        by=by.pseudonym,
        invitation=invitation.number,
        opinion=opinion,
        times=invitation.times + 1,
        late=True if first and now > invitation.contribute_by else None,
    )
    return decided(petition, contributed)


def _own(petition: Petition, seats: Collection[str]) -> Invitation:
    found = invitation_for(petition.invitations, seats)
    if found is None:
        raise NotInvited
    return found
