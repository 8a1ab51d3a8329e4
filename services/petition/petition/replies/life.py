"""What the events of answering make of a petition. Pure."""

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.events import (
    PetitionAutoAnswered,
    PetitionPersonAsked,
    PetitionReplied,
    PetitionReplyDrafted,
    PetitionReplyRejected,
    ReportReplied,
)
from petition.collaboration.invitation import drafted, merged
from petition.handling.course import ended, taken, to_hand_out
from petition.workflow import State

if TYPE_CHECKING:  # a petition is replayed by its own module, which hands over here
    from petition.petition import Petition

Answering = (
    PetitionReplyDrafted
    | PetitionReplyRejected
    | PetitionReplied
    | ReportReplied
    | PetitionAutoAnswered
    | PetitionPersonAsked
)


def answered(
    petition: "Petition",
    event: Answering,
) -> "Petition":
    """Give it after what leads to an answer, is one, or isn't enough of one."""
    match event:
        case PetitionReplyDrafted(answer=answer, answer_version=version, by=by):
            there = replace(
                petition,
                state=State.DRAFTED,
                answer=answer,
                answer_version=version,
                drafted_by=by,
                invitations=drafted(petition.invitations, event.contributed or ()),
            )
        case PetitionReplyRejected():
            there = replace(
                petition,
                state=State.IN_HAND,
                answer=None,
                answer_version=None,
                drafted_by=None,
                invitations=drafted(petition.invitations, ()),
            )
        case PetitionAutoAnswered(answer=answer, answer_version=version):
            there = replace(
                petition,
                state=State.AUTO_ANSWERED,
                course=taken(petition.course),
                answer=answer,
                answer_version=version,
                automatic=True,
            )
        case PetitionPersonAsked():
            course = to_hand_out(petition.course, event, petition.sequence)
            there = replace(petition, state=State.CLASSIFIED, course=course)
        case PetitionReplied() | ReportReplied():
            contributed = getattr(event, "contributed", None) or ()
            helped = (each.contributed_by for each in petition.invitations if each.number in contributed)
            hands = (event.by, getattr(event, "signed_by", None), *helped)
            there = replace(
                petition,
                state=State.REPLIED,
                course=ended(petition.course, getattr(event, "done_on", None)),
                answer=getattr(event, "answer", None),
                answer_version=getattr(event, "answer_version", None),
                automatic=False,
                reopenable_until=getattr(event, "reopenable_until", None),
                reviewable_until=getattr(event, "reviewable_until", None),
                repliers=tuple(sorted({*petition.repliers, *filter(None, hands)})),
                invitations=merged(petition.invitations, contributed),
            )
    return there
