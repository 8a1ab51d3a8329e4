"""What each event tells about a matter. Pure."""

from dataclasses import dataclass
from datetime import datetime

from contracts.event import ContractEvent

from contracts import events as e
from query.domain import PETITIONS, REPORTS, REVIEWS, Heading, Kind, Matter, Reached, Stage, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Tells:
    """What one event tells; what it says nothing about is None.

    Attributes:
        stage: Where it leads; None: the stage stays.
        variant: Which of its wordings, where one type says different things.
    """

    stage: Stage | None = None
    variant: str | None = None
    number: str | None = None
    owner: str | None = None
    item: str | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    unit: str | None = None
    accused: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None


def read(event: ContractEvent, heading: Heading) -> tuple[Matter, Step] | None:
    """Say what an event tells about which matter; None for a type that isn't known here."""
    tells = _of_case(event) or _of_review(event) or _of_petition(event) or _of_report(event)
    if tells is None:
        return None
    matter: str = getattr(event, "case", heading.subject)  # the events of a review name their case
    reached = Reached(heading.subject, heading.sequence, tells.stage) if tells.stage else Reached()
    of_review = event.TOPIC == REVIEWS
    return (
        Matter(
            id=matter,
            kind=_KINDS.get(event.TOPIC, Kind.CASE),
            tenant=heading.tenant,
            number=tells.number,
            owner=tells.owner,
            item=tells.item,
            opened_at=tells.opened_at,
            due_at=tells.due_at,
            updated_at=heading.time,
            own=Reached() if of_review else reached,
            review=reached if of_review else Reached(),
            accused=frozenset(tells.accused or ()),
            named=frozenset(tells.named or ()),
        ),
        Step(
            matter=matter,
            topic=event.TOPIC,
            subject=heading.subject,
            sequence=heading.sequence,
            type=event.TYPE,
            time=heading.time,
            wording=f"{event.TYPE}/{tells.variant}" if tells.variant else event.TYPE,
            unit=tells.unit,
        ),
    )


_KINDS = {PETITIONS: Kind.PETITION, REPORTS: Kind.REPORT}
_ANSWERED = {e.PetitionReplied: Stage.REPLIED, e.PetitionReopened: Stage.IN_HAND}
BINDING = frozenset({"answer", "review", "final-review"})
"""The clocks that bind; the others are offices' own."""
_CONCLUDED = {"approved": Stage.APPROVED, "denied": Stage.DENIED}


def _of_case(event: ContractEvent) -> Tells | None:
    match event:
        case e.CaseSubmitted(number=number, applicant=owner, item=item, submitted_at=at):
            return Tells(stage=Stage.SUBMITTED, number=number, owner=owner, item=item, opened_at=at)
        case e.CaseAccepted(number=number, applicant=owner, item=item):
            return Tells(stage=Stage.ACCEPTED, number=number, owner=owner, item=item)
        case e.CaseNotAccepted():
            return Tells(stage=Stage.NOT_ACCEPTED)
        case e.CaseWithdrawn():
            return Tells(stage=Stage.WITHDRAWN)
        case e.CaseConcluded(outcome=outcome):
            return Tells(stage=_CONCLUDED.get(outcome, Stage.CONCLUDED), variant=outcome)
    return None


def _of_review(event: ContractEvent) -> Tells | None:
    match event:
        case e.ReviewStarted(number=number, item=item, due_at=due_at):
            return Tells(stage=Stage.IN_REVIEW, number=number, item=item, due_at=due_at)
        case e.ReviewWarned(due_at=due_at):
            return Tells(due_at=due_at)
        case e.ReviewApproved() | e.ReviewDenied():
            return Tells(stage=Stage.DECIDED)
        case (
            e.ReviewTaskAssigned()
            | e.ReviewTaskReleased()
            | e.ReviewTaskCompleted()
            | e.ReviewBreached()
            | e.ReviewDiscontinued()
        ):
            return Tells()
    return None


def _of_petition(event: ContractEvent) -> Tells | None:
    match event:
        case e.PetitionReceived(number=number, author=owner, received_at=at, due_at=due_at):
            return Tells(stage=Stage.RECEIVED, number=number, owner=owner, opened_at=at, due_at=due_at)
        case (
            e.PetitionClassified()
            | e.PetitionRevised()
            | e.PetitionSupplementRevised()
            | e.PetitionAutoAnswered()
            | e.PetitionPersonAsked()
            | e.PetitionReplyDrafted()
            | e.PetitionReplyRejected()
            | e.PetitionRated()
            | e.PetitionCalledBack()
            | e.PetitionReplyCorrected()
            | e.PetitionConsentGiven()
            | e.PetitionConsentWithdrawn()
            | e.PetitionPublished()
            | e.PetitionUnpublished()
            | e.PetitionSpamProposed()
            | e.PetitionSpamRejected()
        ):
            return Tells()
        case e.PetitionTransferred(department=unit, accused=accused, named=named):
            return Tells(stage=Stage.IN_HAND, unit=unit, accused=accused, named=named)
        case e.PetitionReplied() | e.PetitionReopened():
            return Tells(stage=_ANSWERED[type(event)], due_at=getattr(event, "due_at", None))
        case e.PetitionClosed(outcome=outcome):
            return Tells(stage=Stage.CLOSED, variant=outcome)
    return _of_petition_review(event) or _of_handling(event)


def _of_petition_review(event: ContractEvent) -> Tells | None:
    match event:
        case e.PetitionReviewRequested(rung=rung, due_at=due_at):
            return Tells(stage=Stage.UNDER_REVIEW, variant=rung, due_at=due_at)
        case e.PetitionReviewDecided(result=result, due_at=due_at, final=final):
            return Tells(stage=Stage.REVIEWED, variant=f"{result}-finally" if final else result, due_at=due_at)
    return None


def _of_handling(event: ContractEvent) -> Tells | None:
    """What goes on between offices is theirs; of a clock that they keep among themselves, nothing is told."""
    match event:
        case e.PetitionJurisdictionDecided(department=unit):
            return Tells(unit=unit)
        case e.PetitionUrged(by=by):
            return Tells(variant=by)
        case (
            e.PetitionWarned()
            | e.PetitionEscalated()
            | e.PetitionSignedFor()
            | e.PetitionReturned()
            | e.PetitionJurisdictionDisputed()
            | e.PetitionSupplementRequested()
            | e.PetitionExtensionRequested()
            | e.PetitionExtensionRefused()
            | e.PetitionCollaborationRequested()
            | e.PetitionCollaborationAccepted()
            | e.PetitionCollaborationDeclined()
            | e.PetitionContributed()
            | e.PetitionCollaborationReminded()
            | e.PetitionCollaborationWithdrawn()
            | e.PetitionCollaborationOverdue()
            | e.PetitionPaged()
            | e.PetitionLinked()
            | e.PetitionUnlinked()
            | e.PetitionTaken()
        ):
            return Tells()
    return _of_clock(event)


def _of_clock(event: ContractEvent) -> Tells | None:
    """By when it is answered: what moves that, and that it has passed."""
    match event:
        case e.PetitionOverdue(clock=clock):
            return Tells(variant=clock)
        case e.PetitionDeadlineRecalculated(clock=clock, due_at=due_at):
            return Tells(variant=clock, due_at=due_at if clock in BINDING else None)
        case (
            e.PetitionSupplemented(due_at=due_at)
            | e.PetitionSupplementLapsed(due_at=due_at)
            | e.PetitionExtended(due_at=due_at)
        ):
            return Tells(due_at=due_at)
    return None


def _of_report(event: ContractEvent) -> Tells | None:
    """Received, handed over, filed or not: neither by whom, nor to which unit, nor about whom."""
    match event:
        case e.ReportReceived(number=number, informant=owner, received_at=at):
            return Tells(stage=Stage.RECEIVED, number=number, owner=owner, opened_at=at)
        case e.ReportTransferred():
            return Tells(stage=Stage.IN_HAND)
        case (
            e.ReportClassified()
            | e.ReportRevised()
            | e.ReportReplied()
            | e.ReportWarned()
            | e.ReportOverdue()
            | e.ReportEscalated()
            | e.ReportSignedFor()
            | e.ReportReturned()
            | e.ReportDeadlineRecalculated()
            | e.ReportPaged()
            | e.ReportTaken()
            | e.ReportSpamProposed()
            | e.ReportSpamRejected()
        ):
            return Tells()
        case e.ReportClosed(outcome=outcome):
            return Tells(stage=Stage.CLOSED, variant=outcome)
    return None
