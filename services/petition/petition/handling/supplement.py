"""More from whoever wrote in (补充材料): asking stops the clock, the answer lets it run on. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from casework.roles import Actor, Role
from casework.workflow import Refused, WrongRole
from workdays.clock import Clock, Overdue

from contracts.events import (
    PetitionSupplemented,
    PetitionSupplementLapsed,
    PetitionSupplementRequested,
    PetitionSupplementRevised,
)
from petition.domain import Decision, decided
from petition.handling.calendar import in_force
from petition.handling.clock import SUPPLEMENT, internal_limit, limit_by
from petition.handling.running import running
from petition.kinds import in_confidence
from petition.petition import Channel, Petition
from petition.workflow import TABLE, Action, State


class AskedBefore(Refused):
    """Its sender was asked for more already, and that is possible once."""


class NobodyToAsk(Refused):
    """Whoever sent a report is told that it was received, handed over, filed or not, and asked nothing."""


class TooLate(Refused):
    """Its time limit has passed: nothing can stop or extend it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """By which message of a channel something came: an answer in the thread of ours.

    Attributes:
        origin, revision, attachments, files: See ``Message``.
    """

    origin: str | None
    revision: int = 0
    attachments: str | None = None
    files: tuple[str, ...] = ()


BY_NO_MESSAGE = Brought(origin=None)


def request(petition: Petition, text: str, *, by: Actor, now: datetime) -> Decision:
    """Ask whoever wrote in for more; its clock stands still until they answer, or have let their time pass.

    Args:
        petition: In hand.
        text: What is asked.
        by: A handler of its department.
        now: Since when it stands still.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NobodyToAsk: See there.
        AskedBefore: See there.
        TooLate: See there.
    """
    TABLE.follow(petition.state, Action.ASK_MORE, by.roles)
    course = petition.course
    if in_confidence(petition.kind, petition.hidden):
        raise NobodyToAsk
    if course.stopped_at is not None:
        raise AskedBefore
    clock = running(petition, stops=())
    try:
        clock.stop(SUPPLEMENT, at=now, calendar=in_force())
    except Overdue:
        raise TooLate from None
    asked = PetitionSupplementRequested(
        by=by.pseudonym, supplement_request=text, stopped_at=now, answer_by=internal_limit(SUPPLEMENT, now)
    )
    return decided(petition, asked)


def waits_for(petition: Petition, channel: Channel, author: str) -> bool:
    """Tell whether what somebody writes on a channel, in answer to ours, is what a petition waits for.

    Args:
        petition: In whose thread they write.
        channel: Where they do.
        author: Their pseudonym there.
    """
    same = petition.channel is channel and petition.author == author
    return same and petition.hidden is None and petition.state is State.SUPPLEMENTING


def supply(petition: Petition, text: str, *, by: Actor, now: datetime, brought: Brought = BY_NO_MESSAGE) -> Decision:
    """Send what was asked for; its clock runs on.

    Args:
        petition: Waits for it.
        text: What they send.
        by: Its sender.
        now: Since when it runs on.
        brought: By which message it came.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(petition.state, Action.SUPPLEMENT, by.roles)
    limit = limit_by(_resumed(petition, now))
    supplied = PetitionSupplemented(
        supplement=text,
        resumed_at=now,
        due_at=limit.due_at,
        warn_at=limit.warn_at,
        provisional=limit.provisional,
        origin=brought.origin,
        revision=brought.revision or None,
        supplement_attachments=brought.attachments,
        files=brought.files or None,
    )
    return decided(petition, supplied)


def revise(petition: Petition, text: str, revision: int, *, by: Actor) -> Decision:
    """Keep a new version of what they sent beside the first one; the petition stays where it is, its clock runs on.

    Raises:
        WrongRole: Only a channel tells that something was edited there.
        ValueError: A later version is known.
    """
    if Role.CONNECTOR not in by.roles:
        raise WrongRole(Action.SUPPLEMENT, frozenset({Role.CONNECTOR}))
    if revision <= petition.course.supplement_revision:
        raise ValueError("a later version is known")
    return decided(petition, PetitionSupplementRevised(revision=revision, revised_supplement=text))


def said_anew(text: str, known: Collection[str]) -> str:
    """Give the lines of a text that don't quote what stands in its thread already, whatever marks them as quoted.

    So a mail that has ours below isn't taken for what ours says, such as whom to call in danger.
    """
    there = "\0".join(_bare(each) for each in known)
    return "\n".join(line for line in text.splitlines() if (bare := _bare(line)) and bare not in there)


def _bare(text: str) -> str:
    return "".join(text.replace(">", "").split())


def lapse(petition: Petition, *, asked: int) -> Decision:
    """Let its clock run on because nothing came in time; the department goes on with what it has.

    Nothing happens when something came, or it has ended.

    Args:
        petition: As it is.
        asked: Version of the request whose time has passed: its sequence.
    """
    course = petition.course
    if petition.state is not State.SUPPLEMENTING or course.assignment != asked or course.internal_by is None:
        return Decision(petition, ())
    TABLE.follow(petition.state, Action.LAPSE, {Role.SYSTEM})
    limit = limit_by(_resumed(petition, course.internal_by))
    lapsed = PetitionSupplementLapsed(
        effective_at=course.internal_by, due_at=limit.due_at, warn_at=limit.warn_at, provisional=limit.provisional
    )
    return decided(petition, lapsed)


def _resumed(petition: Petition, at: datetime) -> Clock:
    return running(petition).resume(at=at)
