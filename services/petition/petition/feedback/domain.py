"""What may be decided once a petition was answered. Pure, like ``petition.domain``."""

from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Final

from casework.roles import APPLICANTS, Actor, Role
from casework.workflow import Refused
from workdays.clock import begin
from workdays.counting import day_of
from workdays.rules import rules

from contracts.events import (
    PetitionCalledBack,
    PetitionClosed,
    PetitionOverdue,
    PetitionRated,
    PetitionReopened,
    PetitionReplied,
    PetitionUnpublished,
)
from petition.domain import Decision, NothingAnswered
from petition.feedback.rating import CallBack, Level
from petition.handling.calendar import in_force
from petition.handling.clock import CALL_BACK, TRIAGE, internal_limit, limit_again
from petition.kinds import in_confidence
from petition.petition import Channel, Outcome, Petition, replay
from petition.workflow import SECOND_LOOK, TABLE, Action, State

BAD: Final = frozenset({Level.DISSATISFIED, Level.VERY_DISSATISFIED})
"""What starts a call-back (差评)."""
MOST_REOPENED: Final = 2
REOPENED: Final = "reopened"
"""Why it is no longer public: there will be another answer, and another consent."""


class InConfidence(Refused):
    """What may report a crime or complain about police: nobody rings its sender up, and no rating tells of them."""


class RatedAlready(Refused):
    """One answer is rated once."""


class NoCallBack(Refused):
    """Nobody has to be called back, or somebody was."""


class WindowClosed(Refused):
    """The days in which it may be taken up again are over, or never began."""


class ReopenedEnough(Refused):
    """It was taken up again as often as is allowed, or reviewed; what remains is a review (复查、复核)."""


class NotUnsolved(Refused):
    """Nobody was told at a call-back that it isn't solved."""


def rate(
    petition: Petition,
    level: Level,
    *,
    solved: bool | None,
    comment: str | None,
    by: Actor,
    now: datetime,
) -> Decision:
    """Say how good the answer is (评价); a bad rating starts a call-back, with the time limit of ``rules.yaml``.

    Nobody is called back who didn't sign in here: of them is known where they wrote, not who they are.

    Args:
        petition: What was answered.
        level: One of five.
        solved: Whether that solved the matter, if they say so; being answered doesn't, and silence doesn't either.
        comment: Their words, if there are any.
        by: Whoever wrote the petition; that is the policy's to say.
        now: The call-back's clock starts here.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        InConfidence: It is a report, or hidden.
        NothingAnswered: It was closed without an answer.
        RatedAlready: They have rated this answer.
    """
    TABLE.follow(petition.state, Action.RATE, by.roles)
    _openly(petition)
    if petition.state is State.CLOSED and petition.outcome is not Outcome.ANSWERED:
        raise NothingAnswered
    if petition.rating is not None:
        raise RatedAlready
    due = _end_of(CALL_BACK, now) if level in BAD and petition.channel is Channel.PORTAL else None
    since = now if due else None
    rated = PetitionRated(level=level.value, solved=solved, comment=comment, call_back_due=due, since=since)
    return Decision(replay(petition, rated), (rated,))


def call_back(petition: Petition, result: CallBack, note: str | None, *, by: Actor) -> Decision:
    """Record that whoever rated it badly was called back (回访), and what they said.

    Args:
        petition: What was rated.
        result: What it came to.
        note: What was said, if it matters.
        by: Nobody who had a hand in the answer; that is the policy's to say.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NoCallBack: None is due.
    """
    TABLE.follow(petition.state, Action.CALL_BACK, by.roles)
    if petition.rating is None or petition.rating.call_back is not CallBack.WAITING:
        raise NoCallBack
    called = PetitionCalledBack(by=by.pseudonym, result=result.value, note=note)
    return Decision(replay(petition, called), (called,))


def miss_call_back(petition: Petition, *, rated: int) -> Decision:
    """Say that nobody has called back in time (回访逾期); for those who see ratings, and nobody who is rated.

    Nothing happens when somebody did, it is taken up again, or another call-back is due by now.

    Args:
        petition: As it is.
        rated: Version of the call-back's time limit that the timer was set for.
    """
    rating = petition.rating
    if rating is None or rating.call_back is not CallBack.WAITING or rating.call_back_late:
        return Decision(petition, ())
    if rating.call_back_version != rated or rating.call_back_due is None:
        return Decision(petition, ())
    TABLE.follow(petition.state, Action.BREACH, {Role.SYSTEM})
    overdue = PetitionOverdue(clock=CALL_BACK, effective_at=rating.call_back_due)
    return Decision(replay(petition, overdue), (overdue,))


def reopenable(answered: Decision, *, now: datetime) -> Decision:
    """Say with an answer, or with its end, on which day that was, and until when it may be taken up again.

    Args:
        answered: A reply or a closing; what is in confidence, or moved, is left as it is, and what was reviewed isn't
            taken up again.
        now: The window of ``rules.yaml`` begins here.
    """
    *before, last = answered.events
    petition = answered.after
    if not isinstance(last, PetitionReplied | PetitionClosed) or petition.outcome is Outcome.MOVED:
        return answered
    until, day = None if petition.review else _end_of("reopening", now), day_of(now)
    course = replace(petition.course, done_on=petition.course.done_on or day)
    after = replace(petition, reopenable_until=until, course=course)
    return Decision(after, (*before, replace(last, reopenable_until=until, done_on=day.isoformat())))


def reopen(petition: Petition, objection: str, *, by: Actor, now: datetime) -> Decision:
    """Have it taken up again by whoever wrote it (重新办理): it goes back to the desk, and may be rated anew.

    Args:
        petition: What was answered or closed.
        objection: What they find still open.
        by: Whoever wrote it; that is the policy's to say.
        now: Must lie within the window.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        InConfidence: It is a report, or hidden.
        WindowClosed: It is too late.
        ReopenedEnough: It was taken up again twice, or reviewed.
    """
    TABLE.follow(petition.state, Action.REOPEN, by.roles.intersection(APPLICANTS))
    _openly(petition)
    if petition.reopenable_until is None or now > petition.reopenable_until:
        raise WindowClosed
    return _reopened(petition, objection, by, now)


def reopen_unsolved(petition: Petition, objection: str, *, by: Actor, now: datetime) -> Decision:
    """Have it taken up again by whoever called back and heard that it isn't solved (整改), whenever that was.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        InConfidence: It is a report, or hidden.
        NotUnsolved: Nobody said so at a call-back.
        ReopenedEnough: It was taken up again twice.
    """
    TABLE.follow(petition.state, Action.REOPEN, by.roles.intersection(SECOND_LOOK))
    _openly(petition)
    if petition.rating is None or petition.rating.call_back is not CallBack.NOT_SOLVED:
        raise NotUnsolved
    return _reopened(petition, objection, by, now)


def _reopened(petition: Petition, objection: str, by: Actor, now: datetime) -> Decision:
    if petition.reopened >= MOST_REOPENED or petition.review is not None:
        raise ReopenedEnough
    public = petition.publication.published_at is not None
    taken_back = (PetitionUnpublished(by=by.pseudonym, reason=REOPENED),) if public else ()
    limit = limit_again(now)
    reopened = PetitionReopened(
        by=by.pseudonym,
        objection=objection,
        times=petition.reopened + 1,
        reopened_at=now,
        due_at=limit.due_at,
        warn_at=limit.warn_at,
        provisional=limit.provisional,
        triage_by=internal_limit(TRIAGE, now),
    )
    events = (*taken_back, reopened)
    return Decision(reduce(replay, events, petition), events)


def _openly(petition: Petition) -> None:
    if in_confidence(petition.kind, petition.hidden):
        raise InConfidence


def _end_of(clock: str, now: datetime) -> datetime | None:
    rule = rules().find("petition", clock, on=day_of(now))
    due = begin(rule, now).due(in_force())
    return due.at if due else None  # nothing stops it
