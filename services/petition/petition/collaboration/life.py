"""What the events of working together make of a petition. Pure.

Whether what they tell was allowed was asked when it was decided.
"""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from contracts.events import (
    PetitionCollaborationAccepted,
    PetitionCollaborationDeclined,
    PetitionCollaborationOverdue,
    PetitionCollaborationReminded,
    PetitionCollaborationRequested,
    PetitionCollaborationWithdrawn,
    PetitionContributed,
)
from petition.collaboration.invitation import Invitation, Invitations, Standing, changed, over
from petition.workflow import WORKED_ON

if TYPE_CHECKING:  # a petition is replayed by its own module, which hands over here
    from petition.petition import Petition

OfAnInvitation = (
    PetitionCollaborationAccepted
    | PetitionCollaborationDeclined
    | PetitionContributed
    | PetitionCollaborationReminded
    | PetitionCollaborationWithdrawn
    | PetitionCollaborationOverdue
)
Collaborating = PetitionCollaborationRequested | OfAnInvitation


def work_together(petition: "Petition", event: Collaborating) -> "Petition":
    """Give the petition after an event of an invitation; its sequence is that of the event already."""
    if isinstance(event, PetitionCollaborationRequested):
        invitation = Invitation(
            number=petition.sequence,
            tenant=event.tenant,
            department=event.department,
            handlers=event.handlers or (),
            contribute_by=event.contribute_by,
        )
        return replace(petition, invitations=(*petition.invitations, invitation))
    (invitation,) = (each for each in petition.invitations if each.number == event.invitation)
    return replace(petition, invitations=changed(petition.invitations, _after(invitation, event)))


def still_invited(petition: "Petition") -> Invitations:
    """Give the invitations as they are where the petition stands: nobody helps with what isn't worked on any more."""
    return petition.invitations if petition.state in WORKED_ON else over(petition.invitations)


def _after(invitation: Invitation, event: OfAnInvitation) -> Invitation:
    match event:
        case PetitionCollaborationAccepted(by=by):
            return replace(invitation, standing=Standing.JOINED, joined_by=by)
        case PetitionCollaborationDeclined(basis=basis, reason=reason):
            return replace(invitation, standing=Standing.DECLINED, basis=basis, reason=reason)
        case PetitionContributed(by=by, times=times):
            late = invitation.late or bool(event.late)
            return replace(invitation, standing=Standing.CONTRIBUTED, contributed_by=by, times=times, late=late)
        case PetitionCollaborationReminded(day=day):
            return replace(invitation, reminded_on=date.fromisoformat(day))
        case PetitionCollaborationWithdrawn():
            return replace(invitation, standing=Standing.WITHDRAWN)
        case PetitionCollaborationOverdue(to=to):
            return replace(invitation, late=True, escalated_to=to)
