"""The checker's rules about client, topics and mirror, against made-up histories: what is broken is found."""

import hashlib
from dataclasses import replace

import pytest
from demo.checker import check
from demo.history import History, Kind, Log, Record, Row, Verdict
from demo.journal import Answer, Expected, Request
from hypothesis import given
from hypothesis import strategies as st

TOPIC = "petition.petitions.v1"
NAMES = ("received", "classified", "transferred", "replied", "closed")


def type_of(sequence: int) -> str:
    return f"yiwangban.petition.petition.{NAMES[min(sequence, 5) - 1]}.v1"


def record_of(subject: str, sequence: int, log: Log, offset: int, origin: str, body: str = "") -> Record:
    digest = hashlib.sha256(f"{subject}{sequence}{body}".encode()).digest()
    return Record(log, offset, f"{subject}-{sequence}{body}", type_of(sequence), subject, sequence, digest, origin)


def made(lives: list[int], order: list[int], partitions: int = 2, uuid: str = "first") -> History:
    """Make the whole history of some petitions.

    Args:
        lives: How many events each petition has.
        order: Which petition moves next; every petition moves as often as it lives.
        partitions: Over how many logs they are spread.
        uuid: Of the topic.
    """
    logs = [Log(TOPIC, uuid, partition) for partition in range(partitions)]
    ends = dict.fromkeys(logs, 0)
    requests, records = [], []
    moved = dict.fromkeys(range(len(lives)), 0)
    for petition in order:
        first = moved[petition] + 1
        last = min(first + (1 if first == 1 else 0), lives[petition])
        moved[petition] = last
        subject, origin, log = f"p{petition}", f"origin-{petition}-{first}", logs[petition % partitions]
        events = tuple(Expected(TOPIC, subject, sequence, type_of(sequence)) for sequence in range(first, last + 1))
        if not events:
            continue
        target = None if first == 1 else subject
        request = Request(
            origin, f"key-{origin}", type_of(first), "440100", target, [Answer(1, 201, subject, events, origin)]
        )
        requests.append(request)
        for event in events:
            records.append(record_of(subject, event.sequence, log, ends[log], origin))
            ends[log] += 1
    return mirrored(History(requests, records, ends, [], exclusive=True))


def mirrored(history: History) -> History:
    """Let the mirror hold exactly what the broker holds."""
    ends = dict.fromkeys(history.ends, 0)
    for record in history.records:
        ends[record.log] = max(ends[record.log], record.offset + 1)
    rows = [Row(record.log, record.offset, record.digest) for record in history.records]
    return replace(history, rows=rows, ends=ends)


def with_record(history: History, record: Record) -> History:
    offset = history.ends[record.log]
    return mirrored(replace(history, records=[*history.records, replace(record, offset=offset)]))


def without_record(history: History, index: int) -> History:
    """Take a record out of the log and close the gap, as if the relay had never sent it."""
    gone = history.records[index]
    kept = [
        replace(record, offset=record.offset - (record.log == gone.log and record.offset > gone.offset))
        for record in history.records
        if record is not gone
    ]
    return mirrored(replace(history, records=kept))


def kinds(verdict: Verdict) -> set[Kind]:
    return {violation.kind for violation in verdict.violations}


@st.composite
def histories(draw: st.DrawFn) -> History:
    lives = draw(st.lists(st.integers(2, 5), min_size=1, max_size=6))
    moves = [petition for petition, events in enumerate(lives) for _ in range(events)]
    return made(lives, draw(st.permutations(moves)), draw(st.integers(1, 3)))


indices = st.integers(0, 1_000)


@given(histories())
def test_a_whole_history_has_no_violation(history: History) -> None:
    verdict = check(history)
    assert verdict.violations == []
    assert verdict.promised == len(history.records)


@given(histories(), indices)
def test_a_record_repeated_byte_by_byte_is_allowed(history: History, index: int) -> None:
    verdict = check(with_record(history, history.records[index % len(history.records)]))
    assert verdict.violations == []
    assert verdict.repeated == 1


@given(histories())
def test_a_record_that_overtook_its_predecessor_is_allowed_once_that_came(history: History) -> None:
    first = history.records[0]
    second = next(record for record in history.records if record.subject == first.subject and record.sequence == 2)
    swap = {first: replace(first, offset=second.offset), second: replace(second, offset=first.offset)}
    records = [swap.get(record, record) for record in history.records]
    verdict = check(mirrored(replace(history, records=records)))
    assert verdict.violations == []
    assert verdict.overtaken == 1


@given(histories(), indices)
def test_a_promised_event_that_the_topic_does_not_hold_is_lost(history: History, index: int) -> None:
    verdict = check(without_record(history, index % len(history.records)))
    assert len(verdict.of(Kind.LOST)) == 1


@given(histories(), indices)
def test_a_record_that_the_mirror_does_not_hold_is_lost(history: History, index: int) -> None:
    rows = list(history.rows)
    del rows[index % len(rows)]
    assert kinds(check(replace(history, rows=rows))) == {Kind.LOST}


@given(histories(), indices)
def test_another_event_in_a_taken_place_is_double(history: History, index: int) -> None:
    taken = history.records[index % len(history.records)]
    other = record_of(taken.subject, taken.sequence, taken.log, 0, taken.origin or "", body="again")
    assert Kind.DOUBLE in kinds(check(with_record(history, other)))


@given(histories(), indices)
def test_one_event_id_in_two_places_is_double(history: History, index: int) -> None:
    taken = history.records[index % len(history.records)]
    copy = replace(record_of("another", 1, taken.log, 0, "elsewhere"), id=taken.id)
    assert Kind.DOUBLE in kinds(check(with_record(history, copy)))


@given(histories())
def test_a_request_that_took_effect_twice_on_one_subject_is_double(history: History) -> None:
    last = max((record for record in history.records if record.subject == "p0"), key=lambda record: record.sequence)
    again = record_of("p0", last.sequence + 1, last.log, 0, last.origin or "")
    assert kinds(check(with_record(history, again))) == {Kind.DOUBLE}


@given(histories())
def test_one_key_with_two_aggregates_in_the_logs_is_double(history: History) -> None:
    request = history.requests[0]
    log = history.records[0].log
    twin = with_record(history, record_of("twin", 1, log, 0, request.id))
    assert kinds(check(with_record(twin, record_of("twin", 2, log, 0, request.id)))) == {Kind.DOUBLE}


@given(histories())
def test_one_key_with_two_aggregates_in_the_answers_is_double(history: History) -> None:
    first = history.requests[0]
    again = replace(first, answers=[*first.answers, replace(first.answers[0], subject="another", events=())])
    assert kinds(check(replace(history, requests=[again, *history.requests[1:]]))) == {Kind.DOUBLE}


@given(histories())
def test_the_same_answer_twice_is_no_violation(history: History) -> None:
    first = history.requests[0]
    again = replace(first, answers=[*first.answers, replace(first.answers[0], at=2)])
    assert check(replace(history, requests=[again, *history.requests[1:]])).violations == []


@given(histories(), indices)
def test_other_bytes_in_the_mirror_are_out_of_order(history: History, index: int) -> None:
    rows = list(history.rows)
    rows[index % len(rows)] = replace(rows[index % len(rows)], digest=b"other")
    assert kinds(check(replace(history, rows=rows))) == {Kind.DISORDER}


@given(histories())
def test_a_gap_that_never_closes_is_out_of_order(history: History) -> None:
    index = next(i for i, record in enumerate(history.records) if record.sequence == 1)
    assert Kind.DISORDER in kinds(check(without_record(history, index)))


@given(histories())
def test_a_subject_in_two_partitions_is_out_of_order(history: History) -> None:
    moved = history.records[0]
    elsewhere = Log(TOPIC, "first", 99)
    history = replace(history, ends={**history.ends, elsewhere: 0})
    assert Kind.DISORDER in kinds(check(with_record(history, replace(moved, log=elsewhere))))


@given(histories(), indices)
def test_an_event_of_a_refused_request_is_an_aborted_read(history: History, index: int) -> None:
    request = history.requests[index % len(history.requests)]
    refused = Request(
        "refused", "key", "reply", "440100", request.answers[0].subject, [Answer(1, 412, number="refused")]
    )
    last = max((r for r in history.records if r.subject == "p0"), key=lambda record: record.sequence)
    seen = with_record(history, record_of("p0", last.sequence + 1, last.log, 0, "refused"))
    assert kinds(check(replace(seen, requests=[*seen.requests, refused]))) == {Kind.ABORTED}


@given(histories())
def test_an_event_that_nobody_asked_for_is_an_aborted_read(history: History) -> None:
    log = history.records[0].log
    assert kinds(check(with_record(history, record_of("stranger", 1, log, 0, "nobody")))) == {Kind.ABORTED}


@given(histories())
def test_an_event_of_somebody_else_is_none_of_our_business_unless_we_are_alone(history: History) -> None:
    log = history.records[0].log
    shared = replace(history, exclusive=False)
    assert check(with_record(shared, record_of("stranger", 1, log, 0, "nobody"))).violations == []


@pytest.mark.parametrize("statuses", [(None,), (503,), (500, 409), (None, 429)])
def test_a_request_that_was_never_settled_may_have_taken_effect_or_not(statuses: tuple[int | None, ...]) -> None:
    history = made([2], [0])
    doubtful = Request("doubt", "key", "transfer", "440100", "p0", [Answer(1, status) for status in statuses])
    history = replace(history, requests=[*history.requests, doubtful])
    assert check(history).violations == []
    assert check(with_record(history, record_of("p0", 3, history.records[0].log, 0, "doubt"))).violations == []


def test_a_wiped_topic_has_to_be_fed_again_byte_by_byte() -> None:
    before = made([5, 3], [0, 1, 0, 1, 0, 0], uuid="first")
    after = made([5, 3], [0, 1, 0, 1, 0, 0], uuid="second")
    both = replace(after, rows=[*before.rows, *after.rows])
    assert check(both).violations == []
    partly = without_record(after, 0)
    assert Kind.LOST in kinds(check(replace(partly, requests=[], rows=[*before.rows, *partly.rows], exclusive=False)))


def test_a_log_that_the_broker_cut_short_is_lost() -> None:
    history = made([5], [0, 0, 0, 0])
    log = history.records[0].log
    cut = replace(history, requests=[], records=[], ends=dict.fromkeys(history.ends, 0), exclusive=False)
    assert len(check(cut).of(Kind.LOST)) == len([row for row in cut.rows if row.log == log])


def test_a_row_that_the_mirror_holds_twice_is_double() -> None:
    history = made([2], [0])
    assert kinds(check(replace(history, rows=[*history.rows, history.rows[0]]))) == {Kind.DOUBLE}
