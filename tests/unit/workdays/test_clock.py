"""A clock of a matter: it stands still only for what its rule names, and is extended once, by whom the rule names."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from workdays import clock as clocks
from workdays.calendar import packaged
from workdays.clock import Clock, begin, binding
from workdays.counting import SHANGHAI, Due, day_of, end_of
from workdays.rules import Rule, Sourced, Unit, rules
from workdays.steps import Effect, walk

CALENDAR = packaged()
DECISION = rules().find("licence", "decision", on=date(2024, 1, 29))
CLOSING = rules().find("letters-and-visits", "closing", on=date(2021, 8, 2))
FINAL = rules().find("letters-and-visits", "final-review-decision", on=date(2021, 8, 2))
MOMENTS = st.datetimes(datetime(2005, 5, 1), datetime(2022, 4, 1), timezones=st.just(UTC))  # noqa: DTZ001  naive bounds
SPANS = st.timedeltas(timedelta(0), timedelta(days=40))
STOPPABLE = st.sampled_from(
    [
        DECISION.model_copy(update={"written_notice": False, "days": 3}),
        DECISION.model_copy(update={"written_notice": False}),
        FINAL,
        FINAL.model_copy(update={"moves": None}),
        FINAL.model_copy(update={"days": 3}),
    ]
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def day(due: Due | None) -> str:
    assert due is not None
    return due.day.isoformat()


def started(rule: Rule = DECISION, moment: str = "2024-01-29T10:00") -> Clock:
    return begin(rule, at(moment))


def stopped(clock: Clock, moment: str = "2024-02-05T10:00") -> Clock:
    return clock.stop("hearing", at=at(moment), calendar=CALENDAR, notice="粤听告〔2024〕7号")


@pytest.mark.parametrize(
    ("stop", "resume", "end", "because"),
    [
        ("2024-02-05", "2024-02-20", "2024-03-11", "5 had passed; from the 20th on 20–23, 26–1, 4–8, 11"),
        ("2024-02-05", "2024-02-05", "2024-02-29", "stopped and resumed on one day: nothing is lost"),
        ("2024-02-05", "2024-02-06", "2024-03-01", "the day of the stop is lost, that of resuming isn't"),
        ("2024-02-10", "2024-02-18", "2024-02-29", "only Spring Festival, off anyway: Sunday the 18th is made up"),
        ("2024-02-10", "2024-02-19", "2024-03-01", "the made-up Sunday is lost"),
        ("2024-02-29", "2024-03-04", "2024-03-04", "on the last day, until Monday: it is the last day then"),
        ("2024-02-29", "2024-03-02", "2024-03-04", "on the last day, until a Saturday: Monday is the last day"),
        ("2024-01-29", "2024-02-18", "2024-03-14", "as soon as begun: Sunday the 18th, 19–23, 26–1, 4–8, 11–14"),
    ],
)
def test_what_a_stop_moves(stop: str, resume: str, end: str, because: str) -> None:
    clock = stopped(started(moment="2024-01-29T09:00"), f"{stop}T10:00")
    assert clock.due(CALENDAR) is None
    assert day(clock.resume(at=at(f"{resume}T16:00")).due(CALENDAR)) == end, because


@pytest.mark.parametrize(
    ("stop", "resume", "end", "because"),
    [
        ("2021-09-20", "2021-09-21", "2021-09-22", "within the days off: the day to which it had moved on is left"),
        ("2021-09-20", "2021-09-24", "2021-09-24", "beyond it: the day on which it resumes is the last"),
        ("2021-09-22", "2021-09-25", "2021-09-26", "until a Saturday: Sunday the 26th is made up for National Day"),
        ("2021-09-18", "2021-09-22", "2021-09-23", "two days were left of all thirty, the 22nd and the 23rd"),
    ],
)
def test_a_stop_when_the_last_day_has_moved_on(stop: str, resume: str, end: str, because: str) -> None:
    clock = started(FINAL, "2021-08-20T10:00")
    assert day(clock.due(CALENDAR)) == "2021-09-22", "19 September and the two days after it are off"
    hearing = clock.stop("hearing", at=at(f"{stop}T10:00"), calendar=CALENDAR).resume(at=at(f"{resume}T10:00"))
    assert day(hearing.due(CALENDAR)) == end, because


def test_two_stops_add_up() -> None:
    once = stopped(started()).resume(at=at("2024-02-20T10:00"))
    twice = once.stop("appraisal", at=at("2024-03-08T10:00"), calendar=CALENDAR, notice="粤鉴告〔2024〕1号")
    assert day(once.due(CALENDAR)) == "2024-03-11"
    assert day(twice.resume(at=at("2024-03-12T10:00")).due(CALENDAR)) == "2024-03-13"  # the 8th and the 11th were lost


def test_an_extension_is_added_to_what_is_left() -> None:
    clock = started().extend(by="agency-head", reason="案情复杂", at=at("2024-02-20T10:00"), calendar=CALENDAR)
    assert day(clock.due(CALENDAR)) == "2024-03-14"  # ten more than 29 February: 1, 4–8, 11–14
    shorter = started().extend(
        by="agency-head", reason="案情复杂", at=at("2024-02-20T10:00"), calendar=CALENDAR, days=1
    )
    assert day(shorter.due(CALENDAR)) == "2024-03-01"
    letters = started(CLOSING, "2021-08-02T10:00")
    longer = letters.extend(by="agency-head", reason="情况复杂", at=at("2021-10-08T23:59"), calendar=CALENDAR)
    assert (day(letters.due(CALENDAR)), day(longer.due(CALENDAR))) == ("2021-10-08", "2021-11-01")  # Sunday, 31 October


def test_a_clock_that_stands_still_may_be_extended() -> None:
    clock = stopped(started()).extend(by="agency-head", reason="等待听证", at=at("2024-03-20T10:00"), calendar=CALENDAR)
    assert (
        day(clock.resume(at=at("2024-04-01T10:00")).due(CALENDAR)) == "2024-05-08"
    )  # 25: 1–3, Sunday 7, 8–12, 15–19, 22–26, Sunday 28, 29, 30, 6–8


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda: started(CLOSING), clocks.NotInEffect),
        (lambda: started().stop("lunch", at=at("2024-02-05"), calendar=CALENDAR, notice="1"), clocks.NoSuchStop),
        (lambda: started().stop("hearing", at=at("2024-02-05"), calendar=CALENDAR), clocks.NoNotice),
        (lambda: stopped(stopped(started())), clocks.StandsStill),
        (lambda: stopped(started(), "2024-01-28T10:00"), clocks.OutOfOrder),
        (lambda: stopped(started(), "2024-03-01T00:00"), clocks.Overdue),
        (lambda: started().resume(at=at("2024-02-05")), clocks.Runs),
        (lambda: stopped(started()).resume(at=at("2024-02-05T09:59")), clocks.OutOfOrder),
        (lambda: extended(started(), by="government-head"), clocks.NotTheAuthority),
        (lambda: extended(started(), reason=" "), clocks.NoReason),
        (lambda: extended(started(), days=11), clocks.NotExtendable),
        (lambda: extended(started(), days=0), clocks.NotExtendable),
        (lambda: extended(begin_triage()), clocks.NotExtendable),
        (lambda: extended(extended(started())), clocks.ExtendedBefore),
        (lambda: extended(started(), moment="2024-03-01T00:00"), clocks.Overdue),
        (lambda: extended(started(), moment="2024-01-29T09:00"), clocks.OutOfOrder),
    ],
)
def test_what_the_rule_does_not_allow_is_refused(refused: Callable[[], Clock], why: type[Exception]) -> None:
    with pytest.raises(why):
        refused()


def extended(
    clock: Clock,
    *,
    by: str = "agency-head",
    reason: str = "案情复杂",
    days: int | None = None,
    moment: str = "2024-02-20T10:00",
) -> Clock:
    return clock.extend(by=by, reason=reason, at=at(moment), calendar=CALENDAR, days=days)


def begin_triage() -> Clock:
    return started(rules().find("petition", "triage", on=date(2024, 1, 29)), "2024-02-20T09:00")


def test_a_clock_keeps_the_rule_under_which_it_started() -> None:
    last = rules().find("letters-and-visits", "closing", on=date(2022, 4, 30))
    first = rules().find("letters-and-visits", "closing", on=date(2022, 5, 1))
    assert (last.verified, first.verified) == (True, False)
    assert day(begin(last, at("2022-04-30T10:00")).due(CALENDAR)) == "2022-06-29"


def test_of_several_clocks_the_table_says_which_binds() -> None:
    received = at("2026-09-30T10:00")
    names = (("petition", "answer"), ("petition", "triage"), ("consultation", "answer"))
    petition = [begin(rules().find(*name, on=day_of(received)), received) for name in names]
    found = binding(petition, CALENDAR)
    assert found is not None
    assert found.rule.id == "petition/answer"  # though two others end before it
    both = [
        begin(rules().find("licence", name, on=day_of(received)), received) for name in ("joint-decision", "decision")
    ]
    assert binding(both, CALENDAR) is both[1]
    waiting = both[1].stop("testing", at=at("2026-10-08T10:00"), calendar=CALENDAR, notice="1")
    assert binding([both[0], waiting], CALENDAR) is both[0]
    assert binding([waiting, *petition[1:]], CALENDAR) is None


def test_a_warning_is_due_when_so_many_days_have_passed_stops_left_out() -> None:
    clock = started(moment="2024-01-29T09:00")
    assert day(clock.reached(5, CALENDAR)) == "2024-02-04"
    waiting = stopped(clock)
    assert day(waiting.reached(5, CALENDAR)) == "2024-02-04"  # it had come before the clock was stopped
    assert waiting.reached(6, CALENDAR) is None
    assert day(waiting.resume(at=at("2024-02-20T10:00")).reached(6, CALENDAR)) == "2024-02-20"


@given(STOPPABLE, MOMENTS, SPANS, SPANS)
def test_stopping_for_n_days_moves_it_by_n(
    rule: Rule, start: datetime, until_stop: timedelta, still: timedelta
) -> None:
    clock = Clock(rule, start)
    before = clock.due(CALENDAR)
    stop, resume = start + until_stop, start + until_stop + still
    assume(before is not None and stop <= before.at)
    assert before is not None
    after = clock.stop("hearing", at=stop, calendar=CALENDAR).resume(at=resume).due(CALENDAR)
    assert after is not None
    lost = [
        found
        for ahead in range((day_of(resume) - day_of(stop)).days)
        if (found := day_of(stop) + timedelta(days=ahead)) > day_of(start)
    ]
    if rule.unit is Unit.WORKDAYS:
        lost = [found for found in lost if CALENDAR.is_workday(found)]
        assert CALENDAR.count(before.day, after.day) == len(lost)
    elif rule.moves is None:
        assert (after.day - before.day).days == len(lost)
    assert after.day >= day_of(resume) or not lost


@st.composite
def lives(draw: st.DrawFn) -> Clock:
    """Draw a clock that was stopped and extended in every way that is allowed; it may stand still."""
    clock = Clock(draw(STOPPABLE), draw(MOMENTS))
    extension = DECISION.extension
    clock = Clock(clock.rule.model_copy(update={"extension": extension}), clock.started_at)
    now = clock.started_at
    for _ in range(draw(st.integers(0, 5))):
        now += draw(SPANS)
        try:
            match draw(st.sampled_from(["stop", "resume", "extend"])):
                case "stop":
                    clock = clock.stop("hearing", at=now, calendar=CALENDAR)
                case "resume":
                    clock = clock.resume(at=now)
                case _:
                    clock = clock.extend(by="agency-head", reason="复杂", at=now, calendar=CALENDAR)
        except clocks.NotAllowed:
            continue
    return clock


@given(lives())
def test_a_deadline_is_where_walking_day_by_day_ends(clock: Clock) -> None:
    steps, due = list(walk(clock, CALENDAR)), clock.due(CALENDAR)
    counted = [step.number for step in steps if step.effect is Effect.COUNTED]
    assert counted == list(range(1, len(counted) + 1))
    if due is None:
        assert steps[-1].effect is Effect.STOPPED
        assert len(counted) <= clock.days
    else:
        assert (steps[-1].day, len(counted)) == (due.day, clock.days)
        assert due.at == end_of(due.day)


@given(lives())
def test_a_deadline_that_moves_on_is_never_on_a_day_off(clock: Clock) -> None:
    due = clock.due(CALENDAR)
    moves = clock.rule.unit is Unit.WORKDAYS or isinstance(clock.rule.moves, Sourced)
    assert due is None or not moves or CALENDAR.is_workday(due.day)
