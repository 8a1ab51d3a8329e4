"""Whose a petition is (管辖): handed out, signed for, given back, disputed, decided. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from casework.roles import Actor
from casework.workflow import Refused

from contracts.events import (
    PetitionJurisdictionDecided,
    PetitionJurisdictionDisputed,
    PetitionReturned,
    PetitionSignedFor,
    PetitionTransferred,
)
from petition.departments import DEPARTMENTS
from petition.domain import Decision, decided
from petition.handling.basis import Basis
from petition.handling.clock import DISPUTE_DECISION, SIGN_FOR, TRIAGE, internal_limit
from petition.kinds import Ground, in_confidence
from petition.petition import NOBODY, Involved, Petition
from petition.workflow import TABLE, Action, State

MOST_RETURNS: Final = 2
"""So often may a petition be given back, by whichever departments."""


class UnknownDepartment(Refused):
    """No department has this slug."""


class InvolvedHandles(Refused):
    """The unit or the officer complained about would handle it (回避)."""


class NobodyEntrusted(Refused):
    """A report goes to handlers who are named, so somebody has to be."""


class NobodyAccused(Refused):
    """A complaint about police names the unit complained about, so that it stays away from it."""


class SameDepartment(Refused):
    """The petition is already there."""


class TransferRing(Refused):
    """It would go round between departments that give it back; only their common superior ends that.

    Attributes:
        path: The departments that gave it back, in order, and the one to which it would go again.
    """

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(" → ".join(path))
        self.path = path


class Decided(Refused):
    """The common superior has decided whose it is, and that binds."""


class ReturnedTooOften(Refused):
    """It was given back as often as may be; whoever has it now may dispute it."""


class DisputedBefore(Refused):
    """This side has had its say: once a side."""


class NotDisputable(Refused):
    """What only named handlers may know of isn't disputed between departments; it may be given back."""


class NothingToDecide(Refused):
    """No department has given it back, so whoever hands petitions out still does."""


def transfer(petition: Petition, department: str, involved: Involved = NOBODY, *, by: Actor, now: datetime) -> Decision:
    """Hand the petition to the department that has to answer it; the citizen's clock runs on.

    Whoever was complained about stays away from it for good; to whom it is entrusted is said anew each time.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        UnknownDepartment: No department has this slug.
        InvolvedHandles: The department, or one of the handlers, is complained about.
        NobodyEntrusted: Only a small circle may know of it, and no handler is named.
        NobodyAccused: It complains about police, and no unit is named.
        TransferRing: It would go back to a department that gave it back.
        Decided: The common superior has decided that it is another department's.
        SameDepartment: It is there already, in the same hands.
    """
    TABLE.follow(petition.state, Action.TRANSFER, by.roles)
    if not {department, *involved.accused} <= DEPARTMENTS.keys():
        raise UnknownDepartment
    accused, named = involved.accused.union(petition.accused), involved.named.union(petition.named)
    if department in accused or named & involved.handlers:
        raise InvolvedHandles
    confidential = in_confidence(petition.kind, petition.hidden)
    if confidential and not involved.handlers:
        raise NobodyEntrusted
    if petition.hidden is Ground.POLICE and not accused:
        raise NobodyAccused
    course = petition.course
    if department in course.returned_by and not confidential:
        raise TransferRing((*course.returned_by, department))
    if course.bound and department != petition.department and petition.department not in accused:
        raise Decided
    transferred = PetitionTransferred(
        department=department,
        by=by.pseudonym,
        sign_by=internal_limit(SIGN_FOR, now),
        since=now,
        accused=_sorted(accused),
        named=_sorted(named),
        handlers=_sorted(involved.handlers),
    )
    decision = decided(petition, transferred)
    before = {"state": petition.state, "sequence": petition.sequence, "invitations": petition.invitations}
    if replace(decision.after, course=course, **before) == petition:  # type: ignore[arg-type]
        raise SameDepartment
    return decision


def sign_for(petition: Petition, *, by: Actor) -> Decision:
    """Take it on (签收): from now on the department answers it.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
    """
    TABLE.follow(petition.state, Action.SIGN_FOR, by.roles)
    return decided(petition, PetitionSignedFor(department=_department(petition), by=by.pseudonym))


def give_back(petition: Petition, basis: Basis, reason: str, *, by: Actor, now: datetime) -> Decision:
    """Give it back to whoever handed it out (退回), on a basis from the list; the citizen's clock runs on.

    Args:
        petition: Not signed for yet.
        basis: On what.
        reason: Why, in words without anything personal.
        by: A handler of its department.
        now: The desk's own time limit begins anew.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        Decided: That it is theirs.
        ReturnedTooOften: See there.
    """
    TABLE.follow(petition.state, Action.RETURN, by.roles)
    if petition.course.bound:
        raise Decided
    if len(petition.course.returned_by) >= MOST_RETURNS:
        raise ReturnedTooOften
    returned = PetitionReturned(
        department=_department(petition),
        by=by.pseudonym,
        basis=basis.value,
        reason=reason,
        triage_by=internal_limit(TRIAGE, now),
        since=now,
    )
    return decided(petition, returned)


def dispute(petition: Petition, to: str, basis: Basis, reason: str, *, by: Actor, now: datetime) -> Decision:
    """Say that it is another department's (管辖争议), once a side; their common superior decides.

    Args:
        petition: As it is. Once it is disputed, the department that was named may have its say.
        to: Whose it is, as this side sees it.
        basis: On what.
        reason: Why, in words without anything personal.
        by: A handler of the side.
        now: When the superior's internal limit begins.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotDisputable: See there.
        Decided: Whose it is.
        UnknownDepartment: See there.
        SameDepartment: A side can't name itself.
        InvolvedHandles: The department named is complained about.
        DisputedBefore: See there.
    """
    TABLE.follow(petition.state, Action.DISPUTE, by.roles)
    course = petition.course
    if in_confidence(petition.kind, petition.hidden):
        raise NotDisputable
    if course.bound:
        raise Decided
    side = course.contender if petition.state is State.DISPUTED else petition.department
    if side in course.disputed_by or (petition.state is State.DISPUTED and by.department == petition.department):
        raise DisputedBefore
    _may_get(petition, to)
    if to == side:
        raise SameDepartment
    has_its_say = petition.state is State.DISPUTED
    disputed = PetitionJurisdictionDisputed(
        department=side or "",
        to=to,
        by=by.pseudonym,
        basis=basis.value,
        reason=reason,
        decide_by=None if has_its_say else internal_limit(DISPUTE_DECISION, now),
        since=None if has_its_say else now,
    )
    return decided(petition, disputed)


def decide(petition: Petition, department: str, reason: str, *, by: Actor, now: datetime) -> Decision:
    """Decide whose it is (指定管辖); that binds, and whoever gets it can neither give it back nor dispute it.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        UnknownDepartment: See there.
        InvolvedHandles: The department is complained about.
        NothingToDecide: See there.
    """
    TABLE.follow(petition.state, Action.DECIDE, by.roles)
    if petition.state is State.CLASSIFIED and not petition.course.returned_by:
        raise NothingToDecide
    if in_confidence(petition.kind, petition.hidden):
        raise NotDisputable
    _may_get(petition, department)
    found = PetitionJurisdictionDecided(
        department=department, by=by.pseudonym, reason=reason, sign_by=internal_limit(SIGN_FOR, now), since=now
    )  # fmt: skip
    return decided(petition, found)


def _may_get(petition: Petition, department: str) -> None:
    if department not in DEPARTMENTS:
        raise UnknownDepartment
    if department in petition.accused:
        raise InvolvedHandles


def _department(petition: Petition) -> str:
    if petition.department is None:
        raise ValueError("it lies with no department")
    return petition.department


def _sorted(names: frozenset[str]) -> tuple[str, ...] | None:
    return tuple(sorted(names)) or None
