"""What the figures say of a run's petitions, from their events alone."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.event import ContractEvent
from demo.figures import Row, figures

from contracts import events as e

DUE = "2026-03-20T15:59:59.999Z"
NUMBERS = itertools.count()
Happened = tuple[type[ContractEvent], Mapping[str, Any]]


def told(subject: str, *steps: Happened, day: int = 2) -> Iterator[Mapping[str, Any]]:
    for sequence, (event, data) in enumerate(steps, 1):
        yield {
            "id": f"{next(NUMBERS)}",
            "type": event.TYPE,
            "subject": subject,
            "sequence": sequence,
            "time": f"2026-03-{day:02}T08:00:00Z",
            "tenant": "440300",
            "data": data,
        }


def received(kind: str = "consult", topic: str = "traffic/parking", channel: str = "portal") -> Any:
    return (
        (e.PetitionReceived, {"channel": channel, "due_at": DUE}),
        (e.PetitionClassified, {"kind": kind, "topic": topic, "matter": "traffic"}),
    )


HANDED: Happened = (e.PetitionTransferred, {})
REPLIED: Happened = (e.PetitionReplied, {})
FROM_LIBRARY = (e.PetitionReplied, {"answer": "a", "answer_version": 1})
CLOSED = (e.PetitionClosed, {"outcome": "answered"})


def test_an_answer_from_the_library_is_instant_before_any_transfer_only() -> None:
    found = figures([*told("1", *received(), FROM_LIBRARY, CLOSED), *told("2", *received(), HANDED, FROM_LIBRARY)])
    assert found.total == Row(received=2, automatic=0, instant=1, answered=2, in_time=2, late=0, closed=1)


def test_an_automatic_answer_counts_until_its_reader_asks_for_a_person() -> None:
    answered = (e.PetitionAutoAnswered, {"answer": "a", "answer_version": 1})
    found = figures([
        *told("1", *received(), answered), *told("2", *received(), answered, (e.PetitionPersonAsked, {})),
    ])  # fmt: skip
    assert (found.total.automatic, found.total.answered) == (2, 1)


def test_what_was_answered_after_its_limit_is_late_and_a_later_limit_counts() -> None:
    extended = (e.PetitionExtended, {"due_at": "2026-04-02T15:59:59.999Z"})
    found = figures([
        *told("1", *received(), HANDED, REPLIED, day=25), *told("2", *received(), HANDED, extended, REPLIED, day=25),
    ])  # fmt: skip
    assert (found.total.in_time, found.total.late) == (1, 1)


def test_offices_own_limits_are_counted_apart_and_leave_the_one_that_binds_where_it_is() -> None:
    moved = {"clock": "triage", "due_at": "2026-03-03T15:59:59.999Z", "old_due_at": DUE, "provisional": False}
    late = (e.PetitionOverdue, {"clock": "triage", "effective_at": DUE})
    binds = (e.PetitionDeadlineRecalculated, moved | {"clock": "answer", "due_at": "2026-03-30T15:59:59.999Z"})
    own = (e.PetitionDeadlineRecalculated, moved)
    found = figures([
        *told("1", *received(), late, own, HANDED, REPLIED, day=10),
        *told("2", *received(), binds, HANDED, REPLIED, day=25),
    ])  # fmt: skip
    assert (found.total.in_time, found.total.late) == (2, 0)
    assert (found.steps["overdue-triage"], found.steps["overdue"], found.steps["deadline-recalculated"]) == (1, 0, 1)


def test_what_was_reopened_is_open_and_what_was_moved_is_counted_where_it_goes_on() -> None:
    reopened = (e.PetitionReopened, {"times": 1, "due_at": DUE})
    moved = (e.PetitionClosed, {"outcome": "moved"})
    found = figures([*told("1", *received(), HANDED, REPLIED, CLOSED, reopened), *told("2", *received(), moved)])
    assert (found.total.received, found.total.answered, found.total.closed) == (1, 0, 0)


def test_under_review_nothing_is_closed_and_its_clock_says_nothing_of_the_answer() -> None:
    later = "2026-05-20T15:59:59.999Z"
    asked: Happened = (e.PetitionReviewRequested, {"rung": "first", "due_at": later})
    warned: Happened = (e.PetitionWarned, {"clock": "review", "due_at": later})
    upheld: Happened = (e.PetitionReviewDecided, {"result": "upheld"})
    back: Happened = (e.PetitionReviewDecided, {"result": "sent-back", "due_at": later})
    before = (*received(), HANDED, REPLIED, CLOSED, asked)
    found = figures([*told("1", *before, warned, day=25), *told("2", *before, upheld, day=25)])
    assert (found.total.answered, found.total.late, found.total.closed) == (2, 2, 1)
    again = figures([*told("1", *before, back, day=25), *told("2", *before, back, REPLIED, CLOSED, day=25)])
    assert (again.total.answered, again.total.in_time, again.total.closed) == (1, 1, 1)
    assert [life.review for life in again.lives] == ["sent-back", "sent-back"]


def test_a_record_that_the_log_repeats_counts_once() -> None:
    events = [*told("1", *received(), HANDED, REPLIED)]
    assert figures([*events, events[-1]]).steps["replied"] == 1


def test_out_of_remit_is_what_staff_said_or_else_what_it_was_sorted_as() -> None:
    refused = (e.PetitionClosed, {"outcome": "not-police"})
    found = figures([
        *told("1", *received(topic="elsewhere/urban")), *told("2", *received(), refused),
        *told("3", *received(topic="elsewhere/urban"), HANDED, REPLIED, CLOSED),
    ])  # fmt: skip
    assert [life.out_of_remit for life in found.lives] == [True, True, False]
    assert found.by(lambda life: life.topic)["elsewhere/urban"].received == 2
