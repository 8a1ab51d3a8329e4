"""Whose a petition is: signed for, given back, disputed once a side, decided for good."""

import pytest
from casework.roles import Actor, Role
from casework.workflow import WrongState
from petition import domain
from petition.handling import cards, jurisdiction
from petition.handling.basis import BASES, Basis
from petition.handling.clock import DISPUTE_DECISION, SIGN_FOR
from petition.handling.jurisdiction import Decided, InvolvedHandles, SameDepartment, TransferRing, UnknownDepartment
from petition.kinds import Ground
from petition.petition import Involved, Petition
from petition.workflow import State
from workdays.calendar import packaged
from workdays.counting import deadline

from contracts.events import PetitionOverdue, ReportReturned, ReportSignedFor

from .test_domain import NOW, TRIAGE, handler, received, transferred

SUPERVISOR = Actor(pseudonym="p_supervisor", roles=frozenset({Role.SUPERVISOR}))
OURS_NOT = (Basis.ANOTHER_UNITS_DUTY, "属于其他部门。")
TO_WANG = Involved(handlers=frozenset({"p_wang"}))


def given_back(by: str, petition: Petition | None = None) -> Petition:
    there = transferred(by) if petition is None else jurisdiction.transfer(petition, by, by=TRIAGE, now=NOW).after
    return jurisdiction.give_back(there, *OURS_NOT, by=handler(by), now=NOW).after


def disputed(by: str = "fire", to: str = "household") -> Petition:
    return jurisdiction.dispute(transferred(by), to, *OURS_NOT, by=handler(by), now=NOW).after


def decided_for(department: str, petition: Petition) -> Petition:
    return jurisdiction.decide(petition, department, "由该部门办理。", by=SUPERVISOR, now=NOW).after


def test_only_what_was_signed_for_is_answered() -> None:
    petition = transferred("fire")
    with pytest.raises(WrongState) as refused:
        domain.reply(petition, "您好。", by=handler("fire"))
    assert "sign-for" in refused.value.possible
    taken = jurisdiction.sign_for(petition, by=handler("fire")).after
    assert (taken.state, taken.course.internal_by) == (State.IN_HAND, None)
    assert domain.reply(taken, "您好。", by=handler("fire")).after.state is State.REPLIED


def test_what_is_given_back_is_triages_again_and_the_citizens_clock_runs_on() -> None:
    before = received().after
    petition = given_back("fire")
    assert (petition.state, petition.department, petition.course.returned_by) == (State.CLASSIFIED, None, ("fire",))
    assert petition.course.due_at == before.course.due_at
    assert petition.course.first_receiver == "fire"


def test_it_is_given_back_twice_at_most_by_whomever() -> None:
    petition = jurisdiction.transfer(given_back("household", given_back("fire")), "criminal", by=TRIAGE, now=NOW).after
    with pytest.raises(jurisdiction.ReturnedTooOften):
        jurisdiction.give_back(petition, *OURS_NOT, by=handler("criminal"), now=NOW)


def test_a_ring_is_found_and_only_the_superior_ends_it() -> None:
    petition = given_back("household", given_back("fire"))
    with pytest.raises(TransferRing) as ring:
        jurisdiction.transfer(petition, "fire", by=TRIAGE, now=NOW)
    assert ring.value.path == ("fire", "household", "fire")
    decided = decided_for("fire", petition)
    assert (decided.state, decided.department, decided.course.bound) == (State.TRANSFERRED, "fire", True)
    with pytest.raises(Decided):
        jurisdiction.give_back(decided, *OURS_NOT, by=handler("fire"), now=NOW)


def test_in_the_small_circle_the_same_department_may_get_it_again_for_other_handlers() -> None:
    report = received(ground=Ground.CRIME).after
    there = jurisdiction.transfer(report, "criminal", TO_WANG, by=TRIAGE, now=NOW).after
    signed = jurisdiction.sign_for(there, by=handler("criminal"))
    back = jurisdiction.give_back(there, Basis.RECUSAL, "应当回避。", by=handler("criminal"), now=NOW)
    assert [type(decision.events[0]) for decision in (signed, back)] == [ReportSignedFor, ReportReturned]
    assert back.after.handlers == ()
    others = Involved(handlers=frozenset({"p_li"}))
    assert jurisdiction.transfer(back.after, "criminal", others, by=TRIAGE, now=NOW).after.handlers == ("p_li",)
    with pytest.raises(jurisdiction.NotDisputable):
        jurisdiction.dispute(there, "fire", *OURS_NOT, by=handler("criminal"), now=NOW)
    with pytest.raises(jurisdiction.NotDisputable):
        jurisdiction.decide(back.after, "fire", "由消防办理。", by=SUPERVISOR, now=NOW)


def test_each_side_has_its_say_once_and_the_decision_binds() -> None:
    petition = disputed("fire", to="household")
    assert (petition.state, petition.course.contender) == (State.DISPUTED, "household")
    with pytest.raises(jurisdiction.DisputedBefore):
        jurisdiction.dispute(petition, "criminal", *OURS_NOT, by=handler("fire"), now=NOW)
    heard = jurisdiction.dispute(petition, "fire", *OURS_NOT, by=handler("household"), now=NOW).after
    assert heard.course.disputed_by == ("fire", "household")
    assert heard.course.internal_by == petition.course.internal_by, "the superior's clock has been running"
    with pytest.raises(jurisdiction.DisputedBefore):
        jurisdiction.dispute(heard, "fire", *OURS_NOT, by=handler("household"), now=NOW)
    decided = decided_for("household", heard)
    assert (decided.department, decided.course.contender, decided.course.first_receiver) == ("household", None, "fire")
    with pytest.raises(Decided):
        jurisdiction.dispute(decided, "fire", *OURS_NOT, by=handler("household"), now=NOW)
    with pytest.raises(Decided):
        jurisdiction.give_back(decided, *OURS_NOT, by=handler("household"), now=NOW)
    with pytest.raises(Decided):
        jurisdiction.transfer(decided, "criminal", by=TRIAGE, now=NOW)
    accused = Involved(accused=frozenset({"household"}))
    recused = jurisdiction.transfer(decided, "criminal", accused, by=TRIAGE, now=NOW).after
    assert recused.department == "criminal", "who is complained about stays away, whatever was decided"


def test_a_side_names_a_department_that_exists_and_is_neither_itself_nor_complained_about() -> None:
    accused = Involved(accused=frozenset({"household"}))
    petition = jurisdiction.transfer(received().after, "fire", accused, by=TRIAGE, now=NOW).after
    for to, refused in (("post-office", UnknownDepartment), ("household", InvolvedHandles), ("fire", SameDepartment)):
        with pytest.raises(refused):
            jurisdiction.dispute(petition, to, *OURS_NOT, by=handler("fire"), now=NOW)
    there = jurisdiction.dispute(petition, "criminal", *OURS_NOT, by=handler("fire"), now=NOW).after
    for department, refused in (("post-office", UnknownDepartment), ("household", InvolvedHandles)):
        with pytest.raises(refused):
            jurisdiction.decide(there, department, "由该部门办理。", by=SUPERVISOR, now=NOW)


def test_of_what_nobody_gave_back_there_is_nothing_to_decide() -> None:
    with pytest.raises(jurisdiction.NothingToDecide):
        decided_for("fire", received().after)


def test_an_office_that_misses_its_own_limit_is_told_once_and_nobody_else() -> None:
    petition = transferred("fire")
    by = deadline(NOW, 1, packaged()).at
    assert petition.course.internal_by == by
    missed = cards.miss(petition, SIGN_FOR, assignment=3)
    assert missed.events == (PetitionOverdue(clock="sign-for", effective_at=by),)
    course = missed.after.course
    assert (course.late, course.overdue, course.escalated_to) == (True, False, None)
    assert cards.miss(missed.after, SIGN_FOR, assignment=3).events == ()
    again = jurisdiction.transfer(missed.after, "household", by=TRIAGE, now=NOW).after
    assert (again.course.late, again.course.assignment) == (False, 5)
    for petition_, clock, version in (
        (again, SIGN_FOR, 3),
        (jurisdiction.sign_for(petition, by=handler("fire")).after, SIGN_FOR, 3),
        (disputed(), SIGN_FOR, 4),
        (petition, DISPUTE_DECISION, 3),
    ):
        assert cards.miss(petition_, clock, assignment=version).events == ()
    (undecided,) = cards.miss(disputed(), DISPUTE_DECISION, assignment=4).events
    assert undecided == PetitionOverdue(clock="dispute-decision", effective_at=deadline(NOW, 2, packaged()).at)


def test_every_basis_says_where_it_stands() -> None:
    assert set(BASES) == set(Basis)
    assert all(laid.source and laid.verified is not ("未" in laid.source) for laid in BASES.values())
