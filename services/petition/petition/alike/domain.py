"""What may be decided about petitions that are alike. Pure, like ``petition.domain``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from casework.roles import Actor
from casework.workflow import Refused

from contracts.events import PetitionLinked, PetitionUnlinked
from petition.alike.link import Basis, Link, SuggestedBy, text_of
from petition.domain import Decision, decided
from petition.kinds import Danger, in_confidence
from petition.petition import Petition
from petition.workflow import TABLE, Action

MOST_LINKS: Final = 50
"""Of one petition; a campaign of thousands is a hot matter, not a web of links."""


class AnsweredAlone(Refused):
    """What can't wait, or is in confidence, is answered by itself: somebody has to have read it."""


class OtherDraft(Refused):
    """It says something else than the draft that was read, so that one look doesn't stand for both."""


class StaysApart(Refused):
    """What may report a crime or complain about police is linked to nothing by staff."""


class LinkedToItself(Refused):
    """A petition is no other one."""


class OtherTenants(Refused):
    """The two are of different tenants, of which neither is told of the other's."""


class LinkedBefore(Refused):
    """They are linked already."""


class NotLinked(Refused):
    """There is no such link."""


class LinkedEnough(Refused):
    """It has as many links as a petition may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two petitions.

    Attributes:
        petition: As it stands.
        links: Those that it has.
    """

    petition: Petition
    links: tuple[Link, ...] = ()


def may_be_answered_with_others(petition: Petition) -> None:
    """See to it that a petition may be answered on one confirmation with others.

    Raises:
        AnsweredAlone: Something in it can't wait, or only a small circle may know of it.
    """
    if in_confidence(petition.kind, petition.hidden) or petition.danger != Danger.NONE:
        raise AnsweredAlone


def may_be_signed_with(read: Petition, draft: str | None, other: Petition, others: str | None) -> None:
    """See to it that one look at a draft stands for another petition's.

    Args:
        read: The petition whose draft the spokesperson has read.
        draft: Its words.
        other: Another one.
        others: The words of that one's draft.

    Raises:
        OtherDraft: They differ, or are made of another version of the library.
    """
    same = (read.answer, read.answer_version, draft) == (other.answer, other.answer_version, others)
    if draft is None or not same:
        raise OtherDraft


def link(
    one: Side, other: Side, basis: Basis, *, suggested_by: SuggestedBy, likeness: float | None, by: Actor
) -> tuple[Decision, Decision]:
    """Link two petitions: both tell of it, and both go on as before.

    Args:
        one: A petition.
        other: Another one.
        basis: Why they belong together.
        suggested_by: Whose idea it was.
        likeness: How alike they are, if that is known.
        by: Says so.

    Returns:
        What was decided about each.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        LinkedToItself: It is one and the same.
        StaysApart: One of them is a report, or hidden.
        OtherTenants: They are of different tenants.
        LinkedBefore: They are linked.
        LinkedEnough: One of them has as many links as it may have.
    """
    _may(Action.LINK, one.petition, other.petition, by)
    if one.petition.tenant != other.petition.tenant:
        raise OtherTenants
    if other.petition.id in one.petition.linked_to:
        raise LinkedBefore
    if any(len(side.petition.linked_to) >= MOST_LINKS for side in (one, other)):
        raise LinkedEnough

    def told(side: Side, to: str) -> Decision:
        new = Link(to=to, basis=basis, suggested_by=suggested_by, likeness=likeness, by=by.pseudonym)
        event = PetitionLinked(by=by.pseudonym, to=to, links=text_of((*side.links, new)))
        return decided(side.petition, event)

    return told(one, other.petition.id), told(other, one.petition.id)


def unlink(one: Side, other: Side, *, by: Actor) -> tuple[Decision, Decision]:
    """Take a link back; both tell of it.

    Raises:
        WrongState, WrongRole, LinkedToItself, StaysApart: As above.
        NotLinked: They aren't linked.
    """
    _may(Action.UNLINK, one.petition, other.petition, by)
    if other.petition.id not in one.petition.linked_to:
        raise NotLinked

    def told(side: Side, to: str) -> Decision:
        left = _without(side.links, to)
        return decided(side.petition, PetitionUnlinked(by=by.pseudonym, to=to, links=text_of(left)))

    return told(one, other.petition.id), told(other, one.petition.id)


def _may(action: Action, one: Petition, other: Petition, by: Actor) -> None:
    for petition in (one, other):
        TABLE.follow(petition.state, action, by.roles)
    if one.id == other.id:
        raise LinkedToItself
    if any(in_confidence(petition.kind, petition.hidden) for petition in (one, other)):
        raise StaysApart


def _without(links: Sequence[Link], to: str) -> tuple[Link, ...]:
    return tuple(each for each in links if each.to != to)
