"""What the events of handling make of a petition. Pure.

Whether what they tell was allowed was asked when it was decided.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from casework.roles import Role

from contracts.events import (
    PetitionDeadlineRecalculated,
    PetitionEscalated,
    PetitionExtended,
    PetitionExtensionRefused,
    PetitionExtensionRequested,
    PetitionJurisdictionDecided,
    PetitionJurisdictionDisputed,
    PetitionOverdue,
    PetitionReturned,
    PetitionSignedFor,
    PetitionSupplemented,
    PetitionSupplementLapsed,
    PetitionSupplementRequested,
    PetitionSupplementRevised,
    PetitionUrged,
    PetitionWarned,
    ReportDeadlineRecalculated,
    ReportEscalated,
    ReportOverdue,
    ReportReturned,
    ReportSignedFor,
    ReportWarned,
)
from petition.handling.clock import BINDING, CALL_BACK
from petition.handling.course import Course, Extension, assigned, moved, recalculated, taken, to_hand_out
from petition.workflow import State

if TYPE_CHECKING:  # a petition is replayed by its own module, which hands over here
    from petition.petition import Petition

Carded = PetitionWarned | PetitionOverdue | PetitionEscalated | ReportWarned | ReportOverdue | ReportEscalated
OfJurisdiction = (
    PetitionSignedFor
    | PetitionReturned
    | PetitionJurisdictionDisputed
    | PetitionJurisdictionDecided
    | ReportSignedFor
    | ReportReturned
)
Meanwhile = (
    PetitionSupplementRequested
    | PetitionSupplemented
    | PetitionSupplementRevised
    | PetitionSupplementLapsed
    | PetitionExtensionRequested
    | PetitionExtended
    | PetitionExtensionRefused
    | PetitionUrged
)
Recalculated = PetitionDeadlineRecalculated | ReportDeadlineRecalculated
Handled = (
    PetitionWarned
    | PetitionOverdue
    | PetitionEscalated
    | PetitionSignedFor
    | PetitionReturned
    | PetitionJurisdictionDisputed
    | PetitionJurisdictionDecided
    | PetitionDeadlineRecalculated
    | Meanwhile
)
HandledReport = (
    ReportWarned | ReportOverdue | ReportEscalated | ReportSignedFor | ReportReturned | ReportDeadlineRecalculated
)
HANDLED: Final[Mapping[type[Any], type[Any]]] = MappingProxyType(
    {
        PetitionWarned: ReportWarned,
        PetitionOverdue: ReportOverdue,
        PetitionEscalated: ReportEscalated,
        PetitionSignedFor: ReportSignedFor,
        PetitionReturned: ReportReturned,
        PetitionDeadlineRecalculated: ReportDeadlineRecalculated,
    }
)
"""The same, told in the small circle, where nothing is disputed, asked back, extended or urged."""


def go_on(petition: "Petition", event: Handled | HandledReport) -> "Petition":
    """Give the petition after an event of its handling; its sequence is that of the event already."""
    if isinstance(event, PetitionOverdue) and event.clock == CALL_BACK:
        return replace(petition, rating=replace(petition.rating, call_back_late=True) if petition.rating else None)
    if isinstance(event, Carded):
        return replace(petition, course=_carded(petition.course, event))
    if isinstance(event, Recalculated):
        return _recalculated(petition, event)
    if isinstance(event, OfJurisdiction):
        return replace(petition, **_of_jurisdiction(petition, event))
    return replace(petition, **_meanwhile(petition, event))


def _carded(course: Course, event: Carded) -> Course:
    match event:
        case PetitionWarned() | ReportWarned():
            return replace(course, warned=True)
        case PetitionOverdue(clock=clock) | ReportOverdue(clock=clock):
            return replace(course, overdue=True) if clock in BINDING else replace(course, late=True)
        case PetitionEscalated() | ReportEscalated():
            return replace(course, escalated_to=event.to)


def _recalculated(petition: "Petition", event: Recalculated) -> "Petition":
    if event.clock != CALL_BACK:
        return replace(petition, course=recalculated(petition.course, event, petition.sequence))
    rating = petition.rating
    return replace(petition, rating=rating.recalculated(event.due_at, petition.sequence) if rating else None)


def _of_jurisdiction(petition: "Petition", event: OfJurisdiction) -> dict[str, Any]:
    course = petition.course
    match event:
        case PetitionSignedFor() | ReportSignedFor():
            return {"state": State.IN_HAND, "course": taken(course)}
        case PetitionReturned() | ReportReturned():
            given_back = replace(taken(course), returned_by=(*course.returned_by, event.department))
            given_back = to_hand_out(given_back, event, petition.sequence)
            return {"state": State.CLASSIFIED, "department": None, "handlers": (), "course": given_back}
        case PetitionJurisdictionDisputed():
            heard = replace(course, disputed_by=(*course.disputed_by, event.department))
            if petition.state is State.DISPUTED:  # the other side has its say; the superior's clock runs already
                return {"course": heard}
            begun = replace(
                heard,
                internal_by=event.decide_by,
                internal_since=event.since,
                assignment=petition.sequence,
                late=False,
            )
            return {"state": State.DISPUTED, "course": replace(begun, contender=event.to)}
        case PetitionJurisdictionDecided():
            found = replace(assigned(course, event, petition.sequence), contender=None, bound=True)
            return {"state": State.TRANSFERRED, "department": event.department, "handlers": (), "course": found}


def _meanwhile(petition: "Petition", event: Meanwhile) -> dict[str, Any]:
    course, sequence = petition.course, petition.sequence
    match event:
        case PetitionSupplementRequested():
            stopped = replace(
                course,
                stopped_at=event.stopped_at,
                internal_by=event.answer_by,
                internal_since=event.stopped_at,
                assignment=sequence,
            )
            return {"state": State.SUPPLEMENTING, "course": stopped}
        case PetitionSupplemented():
            running = replace(
                taken(course),
                resumed_at=event.resumed_at,
                supplement_origin=event.origin,
                supplement_revision=event.revision or 0,
            )
            files = (*petition.files, *(event.files or ()))
            return {"state": State.IN_HAND, "course": moved(running, event, sequence), "files": files}
        case PetitionSupplementLapsed():
            running = replace(taken(course), resumed_at=event.effective_at)
            return {"state": State.IN_HAND, "course": moved(running, event, sequence)}
        case PetitionSupplementRevised():
            course = replace(course, supplement_revision=event.revision)
        case PetitionExtensionRequested():
            course = replace(course, extension=Extension.ASKED, extension_asked_by=event.by, extended_by=event.days)
        case PetitionExtended():
            extended = replace(course, extension=Extension.GRANTED, extended_at=event.extended_at)
            course = moved(extended, event, sequence)
        case PetitionExtensionRefused():
            course = replace(course, extension=Extension.REFUSED, extended_by=0)
        case PetitionUrged():
            course = _urged(course, event)
    return {"course": course}


def _urged(course: Course, event: PetitionUrged) -> Course:
    day = date.fromisoformat(event.day)
    if event.times is not None:
        return replace(course, urged=event.times, urged_on=day)
    return replace(course, watched_on=day) if event.by == Role.VOLUNTEER_SUPERVISOR else course
