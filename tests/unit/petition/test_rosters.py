"""Shifts never overlap, and whoever has one signs; the register names offices, never people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from casework.roles import Actor, Role
from casework.workflow import Refused
from contracts.event import ContractEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from petition.petition import Channel
from petition.replies.domain import HoldsPersonal
from petition.rosters import domain, shift, spokesperson
from petition.rosters.domain import LONGEST, Person, Turn, require_turn
from petition.rosters.shift import Post, Shift
from petition.rosters.spokesperson import Entry

NOW = datetime(2026, 11, 6, 0, 0, tzinfo=UTC)
"""Eight in the morning in Shanghai."""
KEEPER = Actor(pseudonym="p_keeper", roles=frozenset({Role.SUPERVISOR}))
HOUR = timedelta(hours=1)
PEOPLE = tuple(Person(account=f"officer-{number}", pseudonym=f"p_{number}") for number in range(4))
ENTRY = Entry(office="深圳市公安局", title="深圳公安网络发言人", channels=(Channel.FORUM, Channel.PORTAL))


def turn(starts: float = 1, hours: float = 8, *, post: Post = Post.DUTY, officer: int = 0, deputy: int = 1) -> Turn:
    begins = NOW + starts * HOUR
    return Turn(
        post=post, starts_at=begins, ends_at=begins + hours * HOUR, officer=PEOPLE[officer], deputy=PEOPLE[deputy]
    )


def added(*others: Shift, id_: str = "s", **wanted: Any) -> Shift:
    return domain.add(turn(**wanted), others, id=id_, tenant="440300", by=KEEPER, now=NOW).after


@pytest.mark.parametrize(
    ("wanted", "refused"),
    [
        ({"hours": 0}, domain.Backwards),
        ({"hours": -8}, domain.Backwards),
        ({"hours": 48.1}, domain.TooLong),
        ({"hours": 93 * 24, "post": Post.SPOKESPERSON}, domain.TooLong),
        ({"starts": -8}, domain.Past),
        ({"starts": 367 * 24}, domain.TooFarAhead),
        ({"deputy": 0}, domain.OwnDeputy),
    ],
)
def test_a_shift_that_nobody_can_have_is_refused(wanted: dict[str, Any], refused: type[Refused]) -> None:
    with pytest.raises(refused):
        added(**wanted)


@pytest.mark.parametrize("wanted", [{"hours": 48}, {"hours": 92 * 24, "post": Post.SPOKESPERSON}, {"starts": -7}])
def test_a_long_one_and_one_that_has_begun_are_fine(wanted: dict[str, Any]) -> None:
    assert added(**wanted).sequence == 1


@pytest.mark.parametrize(
    ("starts", "hours", "overlaps"),
    [(0, 1, False), (0, 1.5, True), (1, 8, True), (3, 1, True), (0, 20, True), (8, 1, True), (9, 8, False)],
)
def test_one_begins_where_the_other_ends(*, starts: float, hours: float, overlaps: bool) -> None:
    there = added()
    if not overlaps:
        assert added(there, starts=starts, hours=hours)
        return
    with pytest.raises(domain.Overlapping) as refused:
        added(there, starts=starts, hours=hours)
    assert refused.value.other is there


def test_a_spokesperson_may_have_the_word_while_another_has_the_duty() -> None:
    assert added(added(), post=Post.SPOKESPERSON)


def test_one_that_was_ended_is_over_and_one_that_had_not_begun_never_was() -> None:
    running, coming = added(starts=-1), added(starts=10)
    for each in (running, coming):
        ended = domain.end(each, by=KEEPER, now=NOW).after
        assert not ended.runs(NOW)
        assert ended.runs(each.starts_at) is (each is running)
        with pytest.raises(domain.Over):
            domain.end(ended, by=KEEPER, now=NOW)
    with pytest.raises(domain.Over):
        domain.end(running, by=KEEPER, now=running.ends_at)


@pytest.mark.parametrize(
    ("who", "minutes", "may"),
    [(0, 0, True), (1, 0, True), (2, 0, False), (0, 8 * 60, False), (2, 8 * 60, True), (2, -1, False)],
)
def test_who_has_the_shift_signs_or_their_deputy_and_nobody_between_two(*, who: int, minutes: int, may: bool) -> None:
    first = added(starts=0)
    roster = (first, added(first, starts=8, officer=2, deputy=3))
    by = Actor(pseudonym=PEOPLE[who].pseudonym, roles=frozenset({Role.SPOKESPERSON}))
    if may:
        require_turn(roster, by=by, now=NOW + timedelta(minutes=minutes))
        return
    with pytest.raises(domain.NotOnShift):
        require_turn(roster, by=by, now=NOW + timedelta(minutes=minutes))


def test_where_no_roster_is_kept_any_of_them_signs() -> None:
    require_turn((), by=Actor(pseudonym="p_any", roles=frozenset({Role.SPOKESPERSON})), now=NOW)


class Rosters(RuleBasedStateMachine):
    """Somebody keeps a roster: adds, ends, lets time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.shifts: dict[str, Shift] = {}
        self.events: dict[str, list[ContractEvent]] = {}

    @rule(starts=st.integers(-50, 200), hours=st.integers(-2, 60), officer=st.integers(0, 3), deputy=st.integers(0, 3))
    def add(self, starts: int, hours: int, officer: int, deputy: int) -> None:
        wanted = turn(hours=hours, officer=officer, deputy=deputy)
        begins = self.now + starts * HOUR
        wanted = replace(wanted, starts_at=begins, ends_at=begins + hours * HOUR)
        id_ = str(len(self.shifts))
        others = [*self.shifts.values()]
        free = not any(self._has(each, wanted) for each in others)
        fine = 0 < hours <= 48 and wanted.ends_at > self.now and officer != deputy and free
        try:
            decision = domain.add(wanted, others, id=id_, tenant="440300", by=KEEPER, now=self.now)
        except Refused:
            assert not fine
        else:
            assert fine
            self.shifts[id_], self.events[id_] = decision.after, [*decision.events]

    @precondition(lambda self: self.shifts)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.shifts)))
        known = self.shifts[id_]
        try:
            decision = domain.end(known, by=KEEPER, now=self.now)
        except domain.Over:
            assert known.ended_at is not None or known.ends_at <= self.now
        else:
            self.shifts[id_] = decision.after
            self.events[id_] += decision.events

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @invariant()
    def nobody_has_the_post_twice(self) -> None:
        real = sorted((each for each in self.shifts.values() if each.over_at > each.starts_at), key=_begins)
        assert all(one.over_at <= next_.starts_at for one, next_ in pairwise(real))

    @invariant()
    def events_alone_rebuild_the_roster(self) -> None:
        for id_, events in self.events.items():
            first, *rest = events
            rebuilt = shift.begin(first, id=id_, tenant="440300")  # type: ignore[arg-type]
            for event in rest:
                rebuilt = shift.replay(rebuilt, event)  # type: ignore[arg-type]
            assert rebuilt == self.shifts[id_]

    @staticmethod
    def _has(each: Shift, wanted: Turn) -> bool:
        return max(each.starts_at, wanted.starts_at) < min(each.over_at, wanted.ends_at)


def _begins(each: Shift) -> datetime:
    return each.starts_at


Rosters.TestCase.settings = settings(max_examples=80, stateful_step_count=20, deadline=None, derandomize=True)
TestRosters = Rosters.TestCase


@given(st.datetimes(min_value=datetime(2026, 11, 5), max_value=datetime(2026, 11, 10)))  # noqa: DTZ001
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_shift_runs_from_its_start_to_just_before_its_end(at: datetime) -> None:
    moment, there = at.replace(tzinfo=UTC), added(hours=LONGEST[Post.DUTY] / HOUR)
    assert there.runs(moment) is (there.starts_at <= moment < there.ends_at)


def test_the_register_says_all_of_it_anew_and_nothing_twice() -> None:
    first = domain.register(None, ENTRY, id="r", tenant="440300", by=KEEPER, now=NOW)
    again = domain.register(first.after, ENTRY, id="other", tenant="440300", by=KEEPER, now=NOW + HOUR)
    assert (again.after, again.events) == (first.after, ())
    changed = domain.register(
        first.after, replace(ENTRY, hours="工作日 9:00–17:30"), id="other", tenant="440300", by=KEEPER, now=NOW + HOUR
    )
    assert (changed.after.id, changed.after.sequence, changed.after.entry.hours) == ("r", 2, "工作日 9:00–17:30")
    (event,) = changed.events
    assert spokesperson.replay(first.after, event) == changed.after


def test_no_telephone_number_gets_into_the_register() -> None:
    with pytest.raises(HoldsPersonal):
        domain.register(None, replace(ENTRY, hours="请打 13800138000"), id="r", tenant="440300", by=KEEPER, now=NOW)
