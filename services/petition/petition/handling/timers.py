"""Timers of petitions: which of them an event sets, what comes of those that are due, and which comes next. Pure.

Of the clock that binds a petition has one timer at a time: the red card's is set when the yellow card's has come due,
so that most petitions, answered long before, cost one row each.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from chassis.timers import Timer
from contracts.event import ContractEvent

from contracts.events import (
    PetitionCollaborationRequested,
    PetitionDeadlineRecalculated,
    PetitionExtended,
    PetitionJurisdictionDecided,
    PetitionJurisdictionDisputed,
    PetitionPaged,
    PetitionPersonAsked,
    PetitionRated,
    PetitionReceived,
    PetitionReopened,
    PetitionReturned,
    PetitionReviewDecided,
    PetitionReviewRequested,
    PetitionSupplemented,
    PetitionSupplementLapsed,
    PetitionSupplementRequested,
    PetitionTransferred,
    ReportDeadlineRecalculated,
    ReportPaged,
    ReportReceived,
    ReportReturned,
    ReportTransferred,
)
from petition.collaboration.domain import miss
from petition.domain import Decision
from petition.feedback.domain import miss_call_back
from petition.handling import cards, course, supplement
from petition.handling.clock import CALL_BACK, COLLABORATION, DISPUTE_DECISION, SIGN_FOR, SUPPLEMENT, TRIAGE
from petition.kinds import Ground
from petition.paging.domain import go_up
from petition.petition import Petition

WARNING: Final = "warning"
BREACH: Final = "breach"
PAGE: Final = "page"
CLOCKS: Final[Mapping[str, Callable[[Petition, int], Decision]]] = MappingProxyType(
    {
        WARNING: lambda petition, version: cards.warn(petition, deadline=version),
        BREACH: lambda petition, version: cards.breach(petition, deadline=version),
        TRIAGE: lambda petition, version: cards.miss(petition, TRIAGE, assignment=version),
        SIGN_FOR: lambda petition, version: cards.miss(petition, SIGN_FOR, assignment=version),
        DISPUTE_DECISION: lambda petition, version: cards.miss(petition, DISPUTE_DECISION, assignment=version),
        SUPPLEMENT: lambda petition, version: supplement.lapse(petition, asked=version),
        CALL_BACK: lambda petition, version: miss_call_back(petition, rated=version),
        COLLABORATION: lambda petition, version: miss(petition, invitation=version),
        PAGE: lambda petition, version: go_up(petition, paged=version),
    }
)
"""What comes of each clock of a petition."""


def next_of(timer: Timer, petition: Petition) -> Sequence[Timer]:
    """Give what comes after a timer that has had its effect: the red card's after the yellow one's."""
    if timer.clock != WARNING or not cards.runs(petition, timer.version):
        return ()
    return (_timer(timer.subject, BREACH, timer.version, petition.course.due_at, timer.correlationid),)


def timers_of(decision: Decision, correlationid: str) -> Sequence[Timer]:
    """Give the timers that a decision's events set."""
    subject = decision.after.id
    return [
        timer
        for sequence, event in enumerate(decision.events, decision.first_sequence)
        for timer in timers_set_by(event, subject, sequence, correlationid)
    ]


def timers_set_by(event: ContractEvent, subject: str, sequence: int, correlationid: str) -> Iterator[Timer]:
    """Give the timers that an event sets, if any; the event's sequence is the version of its deadline."""
    match event:
        case PetitionReceived():
            yield _timer(subject, WARNING, sequence, course.begin(event, None).warn_at, correlationid)
        case PetitionReopened():
            yield _timer(subject, WARNING, sequence, course.again(event, sequence).warn_at, correlationid)
        case ReportReceived(ground=ground):
            yield _timer(subject, WARNING, sequence, course.begin(event, Ground(ground)).warn_at, correlationid)
        case (
            PetitionSupplemented(warn_at=datetime() as due_at)
            | PetitionSupplementLapsed(warn_at=datetime() as due_at)
            | PetitionExtended(warn_at=datetime() as due_at)
            | PetitionReviewRequested(warn_at=datetime() as due_at)
            | PetitionReviewDecided(warn_at=datetime() as due_at)
            | PetitionDeadlineRecalculated(warn_at=datetime() as due_at)
            | ReportDeadlineRecalculated(warn_at=datetime() as due_at)
        ):
            yield _timer(subject, WARNING, sequence, due_at, correlationid)
        case PetitionPaged(answer_by=datetime() as due_at) | ReportPaged(answer_by=datetime() as due_at):
            yield _timer(subject, PAGE, sequence, due_at, correlationid)
    for clock, due_at in _of_offices(event):
        yield _timer(subject, clock, sequence, due_at, correlationid)


def _of_offices(event: ContractEvent) -> Iterator[tuple[str, datetime]]:
    """Give the clocks that offices keep among themselves, and their ends."""
    match event:
        case (
            PetitionReceived(triage_by=datetime() as due_at)
            | ReportReceived(triage_by=datetime() as due_at)
            | PetitionReopened(triage_by=datetime() as due_at)
            | PetitionReturned(triage_by=datetime() as due_at)
            | ReportReturned(triage_by=datetime() as due_at)
            | PetitionPersonAsked(triage_by=datetime() as due_at)
        ):
            yield TRIAGE, due_at
        case (
            PetitionTransferred(sign_by=datetime() as due_at)
            | ReportTransferred(sign_by=datetime() as due_at)
            | PetitionJurisdictionDecided(sign_by=due_at)
        ):
            yield SIGN_FOR, due_at
        case PetitionSupplementRequested(answer_by=due_at):
            yield SUPPLEMENT, due_at
        case PetitionRated(call_back_due=datetime() as due_at):
            yield CALL_BACK, due_at
        case PetitionJurisdictionDisputed(decide_by=datetime() as due_at):
            yield DISPUTE_DECISION, due_at
        case PetitionCollaborationRequested(contribute_by=due_at):
            yield COLLABORATION, due_at
        case PetitionDeadlineRecalculated(warn_at=None) | ReportDeadlineRecalculated(warn_at=None):
            yield event.clock, event.due_at


def _timer(subject: str, clock: str, version: int, due_at: datetime, correlationid: str) -> Timer:
    return Timer(subject=subject, clock=clock, version=version, due_at=due_at, correlationid=correlationid)
