"""What is told of a petition, in the open and in the small circle. Pure."""

from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final

from contracts.event import ContractEvent

from contracts.events import (
    PetitionAutoAnswered,
    PetitionClassified,
    PetitionClosed,
    PetitionPersonAsked,
    PetitionReceived,
    PetitionReplied,
    PetitionReplyDrafted,
    PetitionReplyRejected,
    PetitionRevised,
    PetitionTransferred,
    ReportClassified,
    ReportClosed,
    ReportReceived,
    ReportReplied,
    ReportRevised,
    ReportTransferred,
)
from petition.afterwards import AfterAnAnswer
from petition.alike.link import Linking
from petition.collaboration.life import Collaborating
from petition.handling.life import HANDLED, Handled, HandledReport
from petition.kinds import Ground
from petition.paging.alarm import ALARMING, Alarming, AlarmingReport
from petition.spam.proposal import PROPOSING, Proposing, ProposingReport

Ordinary = (
    PetitionReceived
    | PetitionRevised
    | PetitionClassified
    | PetitionAutoAnswered
    | PetitionPersonAsked
    | PetitionTransferred
    | PetitionReplyDrafted
    | PetitionReplyRejected
    | PetitionReplied
    | PetitionClosed
    | AfterAnAnswer
    | Handled
    | Collaborating
    | Alarming
    | Linking
    | Proposing
)
Report = (
    ReportReceived
    | ReportRevised
    | ReportClassified
    | ReportTransferred
    | ReportReplied
    | ReportClosed
    | HandledReport
    | AlarmingReport
    | ProposingReport
)
PetitionEvent = Ordinary | Report

REPORTED: Final = MappingProxyType[type[Ordinary], type[Report]](
    {
        PetitionReceived: ReportReceived,
        PetitionRevised: ReportRevised,
        PetitionClassified: ReportClassified,
        PetitionTransferred: ReportTransferred,
        PetitionReplied: ReportReplied,
        PetitionClosed: ReportClosed,
        **HANDLED,
        **ALARMING,
        **PROPOSING,
    }
)
"""The same life, told in the small circle; there nothing is answered from the reply library, rated, or linked."""


def told(event: Ordinary, circle: Ground | None, /, **besides: Any) -> PetitionEvent:
    """Tell an event in the circle of its petition: an ordinary one as it is, a hidden one without what stays there.

    Args:
        event: As it would be told of an ordinary petition.
        circle: Its.
        besides: What is only told in a small one.
    """
    if circle is None:
        return event
    there: type[ContractEvent] = REPORTED[type(event)]
    known = {each.name: getattr(event, each.name) for each in fields(there) if hasattr(event, each.name)}
    report: Any = there(**known, **besides)
    return report  # type: ignore[no-any-return]
