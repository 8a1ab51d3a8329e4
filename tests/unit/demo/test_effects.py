"""The checker's rules about causes and effects, and about the read model: what is whole passes, each break is found."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
from contracts.event import ContractEvent
from demo.history import Kind, Log, Model, Record, Violation
from demo.reactions import broken
from demo.readmodel import differs, stages_of

from contracts.events import (
    AlertRaised,
    BulletinDrafted,
    CaseAccepted,
    CaseConcluded,
    CaseNotAccepted,
    CaseSubmitted,
    CaseWithdrawn,
    PetitionClassified,
    PetitionClosed,
    PetitionReceived,
    ReviewApproved,
    ReviewDenied,
    ReviewDiscontinued,
    ReviewStarted,
    ReviewTaskAssigned,
)

Step = tuple[str, type[ContractEvent], str | None, str | None]


def told(*steps: Step) -> list[Record]:
    """Make records: (subject, event, what it is about, outcome), each subject's sequences in order."""
    last: dict[str, int] = {}
    records = []
    for place, (subject, event, about, outcome) in enumerate(steps):
        last[subject] = last.get(subject, 0) + 1
        name = f"{event.TYPE} {subject} {last[subject]}"
        digest = hashlib.sha256(name.encode()).digest()
        log = Log(event.TOPIC, "first", 0)
        records.append(
            Record(log, place, name, event.TYPE, subject, last[subject], digest, about=about, outcome=outcome)
        )
    return records


def step(subject: str, event: type[ContractEvent], about: str | None = None, outcome: str | None = None) -> Step:
    return subject, event, about, outcome


ACCEPTED = (step("c", CaseSubmitted), step("c", CaseAccepted), step("r", ReviewStarted, "c"))
GRANTED = (*ACCEPTED, step("r", ReviewApproved, "c"), step("c", CaseConcluded, None, "approved"))
DENIED = (*ACCEPTED, step("r", ReviewDenied, "c"), step("c", CaseConcluded, None, "denied"))
TAKEN_BACK = (*ACCEPTED, step("c", CaseWithdrawn), step("r", ReviewDiscontinued, "c"))
TOO_LATE = (*ACCEPTED, step("c", CaseWithdrawn), step("r", ReviewApproved, "c"))
AT_THE_DOOR = (step("c", CaseSubmitted), step("c", CaseNotAccepted))
BEFORE = (step("c", CaseSubmitted), step("c", CaseWithdrawn))
WHOLE = (GRANTED, DENIED, TAKEN_BACK, TOO_LATE, AT_THE_DOOR, BEFORE)


def found(violations: Sequence[Violation]) -> list[Kind]:
    return [violation.kind for violation in violations]


@pytest.mark.parametrize("life", WHOLE)
def test_a_whole_life_breaks_nothing(life: Sequence[Step]) -> None:
    assert list(broken(told(*life))) == []


@pytest.mark.parametrize(
    ("life", "missing"),
    [
        (ACCEPTED, ReviewStarted),
        (GRANTED, CaseConcluded),
        (DENIED, CaseConcluded),
        (TAKEN_BACK, ReviewDiscontinued),
    ],
)
def test_a_cause_without_its_effect_is_a_loss(life: Sequence[Step], missing: type[ContractEvent]) -> None:
    left = [each for each in life if each[1] is not missing]
    (violation,) = broken(told(*left))
    assert (violation.kind, violation.topic) == (Kind.LOST, missing.TOPIC)


def test_two_reviews_of_one_case_are_double() -> None:
    assert found(list(broken(told(*ACCEPTED, step("r2", ReviewStarted, "c"))))) == [Kind.DOUBLE]


def test_a_case_that_is_concluded_twice_is_double() -> None:
    assert found(list(broken(told(*GRANTED, step("c", CaseConcluded, None, "approved"))))) == [Kind.DOUBLE]


def test_a_record_that_is_repeated_is_one_effect() -> None:
    records = told(*GRANTED)
    assert list(broken([*records, *records])) == []


def test_a_conclusion_that_says_otherwise_than_the_review_is_wrong_twice() -> None:
    life = (*ACCEPTED, step("r", ReviewApproved, "c"), step("c", CaseConcluded, None, "denied"))
    assert set(found(list(broken(told(*life))))) == {Kind.LOST, Kind.ABORTED}


@pytest.mark.parametrize(
    "life",
    [
        (step("r", ReviewStarted, "c"),),
        (*ACCEPTED, step("c", CaseConcluded, None, "approved")),
        (*ACCEPTED, step("r", ReviewDiscontinued, "c")),
        (step("b", BulletinDrafted, "a"),),
    ],
)
def test_an_effect_without_a_cause_is_told(life: Sequence[Step]) -> None:
    assert found(list(broken(told(*life)))) == [Kind.ABORTED]


def test_each_alert_has_one_bulletin() -> None:
    (alert,) = told(step("a", AlertRaised))
    one, two = (told(step(name, BulletinDrafted, alert.id))[0] for name in ("b1", "b2"))
    assert found(list(broken([alert]))) == [Kind.LOST]
    assert list(broken([alert, one])) == []
    assert found(list(broken([alert, one, two]))) == [Kind.DOUBLE]


def model_of(records: Sequence[Record]) -> Model:
    steps = {(record.subject, record.sequence): record.about or record.subject for record in records}
    return Model(stages_of(records), steps)


PETITION = (step("p", PetitionReceived), step("p", PetitionClassified), step("p", PetitionClosed, None, "answered"))


def test_a_stage_is_where_the_events_lead() -> None:
    records = told(*GRANTED, *PETITION, step("r", ReviewTaskAssigned, "c"))
    assert stages_of(records) == {"c": ("approved", "decided"), "p": ("closed", None)}


@pytest.mark.parametrize("life", [*WHOLE, PETITION])
def test_a_read_model_that_says_what_the_topics_say_is_right(life: Sequence[Step]) -> None:
    records = told(*life)
    assert list(differs([*records, *records], model_of(records))) == []


def test_a_step_that_the_read_model_lacks_is_named() -> None:
    records = told(*GRANTED)
    model = model_of(records)
    model = replace(model, steps={place: matter for place, matter in model.steps.items() if place != ("r", 2)})
    (violation,) = differs(records, model)
    assert violation.kind is Kind.LOST
    assert f"{ReviewApproved.TYPE} r#2" in violation.what


def test_what_the_read_model_has_and_no_topic_is_told() -> None:
    records = told(*GRANTED)
    assert found(list(differs(records[:-1], replace(model_of(records), stages=stages_of(records[:-1]))))) == [
        Kind.ABORTED
    ]


def test_another_stage_or_another_matter_is_out_of_order() -> None:
    records = told(*GRANTED)
    model = model_of(records)
    assert found(list(differs(records, replace(model, stages={"c": ("accepted", "decided")})))) == [Kind.DISORDER]
    assert found(list(differs(records, replace(model, steps={**model.steps, ("r", 1): "x"})))) == [Kind.DISORDER]


def test_a_matter_that_the_read_model_does_not_know_is_lost() -> None:
    records = told(*PETITION)
    assert found(list(differs(records, replace(model_of(records), stages={})))) == [Kind.LOST]
