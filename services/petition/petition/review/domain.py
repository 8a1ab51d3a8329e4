"""What may be decided about a review (复查、复核). Pure, like ``petition.domain``."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from casework.roles import Actor
from casework.workflow import Refused

from contracts.events import PetitionReplied, PetitionReviewDecided, PetitionReviewRequested, PetitionUnpublished
from petition.domain import Decision, NothingAnswered, decided
from petition.feedback.domain import reopenable
from petition.handling.clock import limit_again
from petition.kinds import Ground, in_confidence
from petition.petition import Outcome, Petition
from petition.review.clock import limit, window
from petition.review.review import Result, Review, Rung, authority_of
from petition.workflow import TABLE, Action, State

UNDER_REVIEW: Final = "under-review"
"""Why it is no longer public: whether that answer stands, nobody knows yet."""
ASKING: Final = {Rung.FIRST: Action.ASK_REVIEW, Rung.FINAL: Action.ASK_FINAL}
DECIDING: Final = {Result.UPHELD: Action.UPHOLD, Result.CHANGED: Action.CHANGE, Result.SENT_BACK: Action.SEND_BACK}


class NoReviewHere(Refused):
    """What may report a crime or complain about police has remedies of its own, elsewhere.

    Attributes:
        crime: It is a report of crime (举报).
    """

    def __init__(self, *, crime: bool) -> None:
        super().__init__()
        self.crime = crime


class ReviewWindowClosed(Refused):
    """The days within which a review may be asked for are over."""


class ReviewedBefore(Refused):
    """Each rung is climbed once; after the first review, what remains is the final one."""


class NotReviewedYet(Refused):
    """The final review follows the first."""


class NoTierAbove(Refused):
    """The province has decided: the tier above isn't part of this suite."""


class NobodyToSendBackTo(Refused):
    """The desk answered at once, without any department: whoever reviews answers instead."""


def reviewable(answered: Decision, *, now: datetime) -> Decision:
    """Say with an answer until when whoever wrote it may ask for a review; of what is in confidence, nothing.

    Args:
        answered: A reply; anything else is left as it is.
        now: The window of ``rules.yaml`` begins here.
    """
    *before, last = answered.events
    rung, petition = next_rung(answered.after.review), answered.after
    if not isinstance(last, PetitionReplied) or rung is None or authority_of(rung, petition.tenant) is None:
        return answered
    if in_confidence(petition.kind, petition.hidden):
        return answered
    until = window(rung, now)
    return Decision(replace(petition, reviewable_until=until), (*before, replace(last, reviewable_until=until)))


def open_to_objections(answered: Decision, *, now: datetime) -> Decision:
    """Say with an answer until when whoever wrote it may have it taken up again, and until when reviewed."""
    return reviewable(reopenable(answered, now=now), now=now)


def require_open(petition: Petition) -> None:
    """Refuse what may report a crime or complain about police, wherever it stands.

    Raises:
        NoReviewHere: It is one of those.
    """
    if in_confidence(petition.kind, petition.hidden):
        raise NoReviewHere(crime=petition.hidden is Ground.CRIME or petition.hidden is None)


def next_rung(review: Review | None) -> Rung | None:
    """Say which rung comes next; None: there is none."""
    if review is None:
        return Rung.FIRST
    return Rung.FINAL if review.rung is Rung.FIRST else None


def request(petition: Petition, rung: Rung, objection: str, *, by: Actor, now: datetime) -> Decision:
    """Ask for a review (请求复查、复核); what is public of the answer is taken back.

    Args:
        petition: What was answered.
        rung: Which review.
        objection: What they find wrong with the answer.
        by: Whoever wrote the petition; that is the policy's to say.
        now: Must lie within the window; the review's clock starts here.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NoReviewHere: It is a report, or hidden.
        NothingAnswered: It was closed without an answer, or goes on elsewhere.
        ReviewedBefore: That rung was climbed.
        NotReviewedYet: The first one wasn't.
        NoTierAbove: Nobody here could decide it.
        ReviewWindowClosed: It is too late.
    """
    TABLE.follow(petition.state, ASKING[rung], by.roles)
    if petition.hidden is Ground.MOVED:
        raise NothingAnswered
    require_open(petition)
    if petition.state is State.CLOSED and petition.outcome is not Outcome.ANSWERED:
        raise NothingAnswered
    following = next_rung(petition.review)
    if following is not rung:
        raise NotReviewedYet if following is Rung.FIRST else ReviewedBefore
    authority = authority_of(rung, petition.tenant)
    if authority is None:
        raise NoTierAbove
    if petition.reviewable_until is None or now > petition.reviewable_until:
        raise ReviewWindowClosed
    public = petition.publication.published_at is not None
    runs = limit(rung, now)
    requested = PetitionReviewRequested(
        by=by.pseudonym,
        rung=rung.value,
        authority=authority,
        review_objection=objection,
        requested_at=now,
        due_at=runs.due_at,
        warn_at=runs.warn_at,
        provisional=runs.provisional,
    )
    taken_back = (PetitionUnpublished(by=by.pseudonym, reason=UNDER_REVIEW),) if public else ()
    return decided(petition, *taken_back, requested)


def decide(
    petition: Petition, result: Result, reasons: str, reply: str | None = None, *, by: Actor, now: datetime
) -> Decision:
    """Decide a review: the answer stands (维持), is changed (变更), or is to be given anew (责令重新答复).

    What the final review decides is final: it sends nothing back.

    Args:
        petition: Under review.
        result: What it comes to.
        reasons: Why; whoever asked reads them.
        reply: The answer that stands instead, of what is changed.
        by: Nobody who had a hand in the answer; that is the policy's to say.
        now: When; the next window begins here, or the department's clock.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NobodyToSendBackTo: No department answered.
    """
    TABLE.follow(petition.state, DECIDING[result], by.roles)
    review = petition.review
    if review is None:
        raise ValueError("what stands under review has one")
    back = result is Result.SENT_BACK
    if back and petition.department is None:
        raise NobodyToSendBackTo
    again = limit_again(now) if back else None
    following = next_rung(review)
    goes_on = following is not None and not back and authority_of(following, petition.tenant) is not None
    made = PetitionReviewDecided(
        by=by.pseudonym,
        rung=review.rung.value,
        authority=review.authority,
        result=result.value,
        review_reasons=reasons,
        review_reply=reply if result is Result.CHANGED else None,
        decided_at=now,
        final=following is None,
        reviewable_until=window(following, now) if following and goes_on else None,
        due_at=again.due_at if again else None,
        warn_at=again.warn_at if again else None,
        provisional=again.provisional if again else None,
    )
    return decided(petition, made)
