"""What simulated officers do is what the workflow lets them do, and all of it is done by some course."""

import itertools
from dataclasses import replace

import pytest
from casework.roles import Role
from demo.courses import (
    AS_SPAM,
    AUTOMATIC,
    BETWEEN_OFFICES,
    FROM_LIBRARY,
    IN_CONFIDENCE,
    NOT_FOR_POLICE,
    ORDINARY,
    SELDOM,
    TAKE,
    TAKE_REPORT,
    TO_THE_END,
    WITH_A_CODE,
    WITH_THEIR_SENDER,
    Course,
    Turns,
    Who,
)
from demo.gateway import Reply
from demo.library import contents
from demo.matter import Matter
from demo.promises import changed_together, linked
from demo.wording import REPLIES
from petition.departments import DEPARTMENTS
from petition.workflow import TABLE, Action, State

from contracts.events import PetitionReplied

ORDINARILY = (*BETWEEN_OFFICES, *WITH_A_CODE, *WITH_THEIR_SENDER)
ALL = (*AUTOMATIC, *FROM_LIBRARY, *ORDINARILY, IN_CONFIDENCE, AS_SPAM, (TAKE, *NOT_FOR_POLICE))
ROLE = {Who.ASTRAY: "handler", Who.NEIGHBOUR: "handler", Who.ABOVE: "handler", Who.SECOND_LOOK: "triage"} | {
    Who.REVIEWER: "supervisor",
    Who.HOLDER: "citizen",
}


@pytest.mark.parametrize("course", ALL, ids=lambda course: "-".join(step.action for step in course))
def test_every_course_is_a_way_through_the_workflow_to_its_end(course: Course) -> None:
    state = State.AUTO_ANSWERED if course in AUTOMATIC else State.CLASSIFIED
    for step in course:
        state = TABLE.follow(state, Action(step.action), {Role(ROLE.get(step.who, step.who.value))})
    assert state is (State.FINAL if course is TO_THE_END else State.CLOSED)


def test_petitions_are_answered_disputed_rated_reopened_and_published() -> None:
    done = {step.action for course in ALL for step in course}
    wanted = (
        "transfer sign-for return dispute decide answer draft-reply sign rate call-back reopen correct publish urge"
        " invite join contribute decline"
        " request-review request-final-review uphold change send-back"
        " propose-spam confirm-spam reject-spam"
    )
    assert done >= set(wanted.split())


def test_one_confirmation_promises_an_event_of_each_that_was_done_and_a_link_one_of_both() -> None:
    done = {"id": "b", "done": True, "changed": {"id": "b", "version": 3}}
    refused = {"id": "c", "done": False, "changed": None}
    reply = Reply(200, {"id": "a", "version": 4, "others": [done, refused]})
    subject, events = changed_together(PetitionReplied)(reply)
    assert (subject, [(each.subject, each.sequence) for each in events]) == ("a", [("a", 4), ("b", 3)])
    both = linked(Reply(200, {"id": "a", "version": 5, "other": {"id": "b", "version": 4}}))[1]
    assert [(each.subject, each.sequence) for each in both] == [("a", 5), ("b", 4)]


def test_courses_are_given_in_turn_to_those_that_are_alike() -> None:
    turns = Turns()
    mine = Matter(
        id="m", tenant="440300", state="classified", sender="somebody", kind="complain", topic="traffic/parking"
    )
    found = [turns.course_of(mine) for _ in WITH_THEIR_SENDER]
    assert found == list(WITH_THEIR_SENDER)
    provincial = [turns.course_of(replace(mine, tenant="440000")) for _ in WITH_THEIR_SENDER]
    assert TO_THE_END not in provincial, "nobody here is above the province"
    nobodys = Matter(id="m", tenant="440300", state="classified", kind="complain", topic="traffic/parking")
    assert turns.course_of(nobodys) == ORDINARY
    assert [turns.course_of(nobodys) for _ in range(len(BETWEEN_OFFICES) * SELDOM)].count(AS_SPAM) == 1
    by_code = replace(nobodys, held=("number", "code"))
    assert [turns.course_of(by_code) for _ in (*BETWEEN_OFFICES, *WITH_A_CODE)] == [*BETWEEN_OFFICES, *WITH_A_CODE]
    hidden = Matter(id="m", tenant="440300", state="classified", kind="report", hidden="crime")
    assert turns.course_of(hidden) == IN_CONFIDENCE
    elsewhere = Matter(id="m", tenant="440300", state="classified", kind="complain", topic="elsewhere/urban")
    assert turns.course_of(elsewhere) == NOT_FOR_POLICE
    assert turns.course_of(replace(hidden, urgent=True)) == (TAKE_REPORT, *IN_CONFIDENCE)
    assert turns.course_of(replace(elsewhere, urgent=True)) == (TAKE, *NOT_FOR_POLICE)


def test_every_department_that_replies_is_one_and_no_petition_goes_astray_to_its_own() -> None:
    assert REPLIES.keys() <= DEPARTMENTS.keys()
    for department in REPLIES:
        matter = Matter(id="m", tenant="440300", state="classified", department=department)
        assert matter.astray != department


def test_answers_of_the_library_have_questions_of_their_own() -> None:
    questions = list(itertools.chain.from_iterable(content["variants"] for content in contents()))
    assert len(questions) == len(set(questions)) > 30
