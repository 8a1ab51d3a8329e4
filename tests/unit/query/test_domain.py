"""What is known about a matter depends on which events are known, and on nothing else."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest
from contracts.event import ContractEvent
from contracts.registry import Registry
from hypothesis import given
from hypothesis import strategies as st
from query.domain import TOPICS, Heading, Kind, Matter, Reached, Stage, Step, in_order, merge
from query.handlers import put_together
from query.telling import read

from contracts import events as e

CASE, REVIEW, GUANGZHOU = "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14", "0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e15", "440100"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NUMBER, ITEM = "440100-20260302-000000000001-0", "hk-macao-endorsement"
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001  naive bounds


def texts(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


REACHED = st.builds(
    Reached, st.sampled_from(["", CASE, REVIEW]), st.integers(0, 5), st.none() | st.sampled_from(Stage)
).map(lambda reached: Reached(reached.subject, reached.sequence, stage_at(reached.subject, reached.sequence)))
MATTERS = st.builds(
    Matter,
    id=st.just(CASE),
    kind=st.just(Kind.CASE),
    tenant=st.sampled_from([GUANGZHOU, "440300"]),
    number=texts(NUMBER, "another"),
    owner=texts("o_1", "o_2"),
    item=texts(ITEM, "residence-permit"),
    opened_at=st.none() | MOMENTS,
    due_at=st.none() | MOMENTS,
    updated_at=MOMENTS,
    own=REACHED,
    review=REACHED,
    accused=st.frozensets(st.sampled_from(["fire", "household"])),
    named=st.frozensets(st.sampled_from(["p_1", "p_2"])),
)


def stage_at(subject: str, sequence: int) -> Stage | None:
    """Give the stage at a place: of one place there is only one event, so only one stage."""
    return list(Stage)[(len(subject) + sequence) % len(Stage)] if subject else None


@given(MATTERS, MATTERS)
def test_it_makes_no_difference_which_is_known_first(one: Matter, two: Matter) -> None:
    assert merge(one, two) == merge(two, one)
    assert merge(one, two).stage is merge(two, one).stage


@given(MATTERS, MATTERS, MATTERS)
def test_it_makes_no_difference_how_knowledge_is_batched(one: Matter, two: Matter, three: Matter) -> None:
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@given(MATTERS, MATTERS)
def test_being_told_again_changes_nothing(one: Matter, two: Matter) -> None:
    assert merge(one, one) == one
    assert merge(merge(one, two), two) == merge(one, two)


CASE_EVENTS: list[ContractEvent] = [
    e.CaseSubmitted(number=NUMBER, item=ITEM, channel="portal", submitted_at=NOW, applicant="o_1", form="sealed"),
    e.CaseAccepted(
        number=NUMBER, item=ITEM, applicant="o_1", accepted_at=NOW, workdays=7, by="p_window", form="sealed"
    ),
    e.CaseConcluded(outcome="approved", review=REVIEW),
]
REVIEW_EVENTS: list[ContractEvent] = [
    e.ReviewStarted(
        case=CASE,
        number=NUMBER,
        item=ITEM,
        step="examination",
        accepted_at=NOW,
        warn_at=NOW + timedelta(days=4),
        due_at=NOW + timedelta(days=9),
    ),
    e.ReviewTaskAssigned(case=CASE, step="examination", by="p_examiner"),
    e.ReviewApproved(case=CASE, by="p_approver"),
]


def told(events: Sequence[ContractEvent], subject: str) -> list[tuple[Matter, Step]]:
    """Read a subject's events as they come from its topic, a minute apart."""
    found = []
    for sequence, event in enumerate(events, 1):
        heading = Heading(subject=subject, sequence=sequence, tenant=GUANGZHOU, time=NOW + timedelta(minutes=sequence))
        known = read(event, heading)
        assert known is not None
        found.append(known)
    return found


LIFE = told(CASE_EVENTS, CASE) + told(REVIEW_EVENTS, REVIEW)


def test_a_life_is_the_same_in_whatever_order_it_is_told() -> None:
    whole = reduce(merge, (matter for matter, _ in LIFE))
    assert (whole.stage, whole.owner, whole.due_at) == (Stage.APPROVED, "o_1", NOW + timedelta(days=9))
    for order in permutations(LIFE):
        assert reduce(merge, (matter for matter, _ in order)) == whole


@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_repeats_and_batches_make_no_difference(order: random.Random, batches: int) -> None:
    events = LIFE * 2
    order.shuffle(events)
    known: dict[str, Matter] = {}
    steps: dict[tuple[str, int], Step] = {}
    for first in range(batches):
        matters, new = put_together(events[first::batches])
        for id_, matter in matters.items():
            known[id_] = merge(known[id_], matter) if id_ in known else matter
        steps |= {(step.subject, step.sequence): step for step in new}
    assert known == {CASE: reduce(merge, (matter for matter, _ in LIFE))}
    assert len(steps) == len(LIFE)


@pytest.mark.parametrize(
    ("case_events", "review_events", "stage"),
    [
        (1, 0, Stage.SUBMITTED),
        (2, 0, Stage.ACCEPTED),
        (0, 1, Stage.IN_REVIEW),
        (2, 1, Stage.IN_REVIEW),
        (2, 2, Stage.IN_REVIEW),
        (2, 3, Stage.DECIDED),
        (3, 3, Stage.APPROVED),
        (3, 1, Stage.APPROVED),
    ],
)
def test_the_review_speaks_while_the_case_leaves_it_open(case_events: int, review_events: int, stage: Stage) -> None:
    told_so_far = told(CASE_EVENTS[:case_events], CASE) + told(REVIEW_EVENTS[:review_events], REVIEW)
    assert reduce(merge, (matter for matter, _ in told_so_far)).stage is stage


def test_a_withdrawn_case_stays_withdrawn_whatever_its_review_says() -> None:
    withdrawn = told([*CASE_EVENTS[:2], e.CaseWithdrawn(by="o_1")], CASE) + told(REVIEW_EVENTS, REVIEW)
    assert reduce(merge, (matter for matter, _ in withdrawn)).stage is Stage.WITHDRAWN


def test_every_event_type_of_its_topics_tells_something() -> None:
    registry = Registry.load()
    types = [event for name in TOPICS for event in registry.topics[name].events]
    heading = Heading(subject=CASE, sequence=1, tenant=GUANGZHOU, time=NOW)
    for type_ in types:
        data = registry.example(type_.examples[0])
        event = e.EVENTS[type_.type].from_data(json.loads(data)["data"])
        assert read(event, heading) is not None, type_.type


def test_steps_are_in_the_order_of_time_and_those_of_one_subject_in_their_own() -> None:
    def step(subject: str, sequence: int, minute: int) -> Step:
        return Step(
            matter=CASE,
            topic="t",
            subject=subject,
            sequence=sequence,
            type="t",
            time=NOW + timedelta(minutes=minute),
            wording="w",
        )

    behind = step(CASE, 2, 0)  # its writer's clock was set back
    steps = [behind, step(REVIEW, 1, 2), step(CASE, 1, 1), step(REVIEW, 2, 3)]
    assert [(each.subject, each.sequence) for each in in_order(steps)] == [
        (CASE, 1), (CASE, 2), (REVIEW, 1), (REVIEW, 2),
    ]  # fmt: skip
