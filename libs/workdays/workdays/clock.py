"""A clock of a matter (时限): started by a rule, stopped, resumed, extended; when it ends. Pure; no clock ever changes.

A day counts if the clock runs when the day ends, save the day on which it starts: so the day on which it stops doesn't
count, and the day on which it resumes does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from workdays.calendar import Calendar
from workdays.counting import Due, day_of, end_of
from workdays.rules import Rule, Unit

ONE = timedelta(days=1)


class NotAllowed(Exception):
    """The rule, or the state of the clock, doesn't allow it."""


class NotInEffect(NotAllowed):
    """The rule isn't in effect on the day on which the clock would start."""


class NoSuchStop(NotAllowed):
    """The rule doesn't name this reason for standing still."""


class NoNotice(NotAllowed):
    """The rule wants a written notice to the person that the clock stands still, and none is named."""


class StandsStill(NotAllowed):
    """It has been stopped already."""


class Runs(NotAllowed):
    """It doesn't stand still, so it can't resume."""


class NotExtendable(NotAllowed):
    """The rule allows no extension, or none so long."""


class ExtendedBefore(NotAllowed):
    """It has been extended already, and that is possible once."""


class NotTheAuthority(NotAllowed):
    """Somebody else may extend it."""


class NoReason(NotAllowed):
    """An extension needs a reason."""


class Overdue(NotAllowed):
    """It has ended: nothing can stop or extend it any more."""


class OutOfOrder(NotAllowed):
    """It would happen before something that happened to the clock already."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which it stands still (中止).

    Attributes:
        reason: Code of what for; one of the rule's ``stops``.
        at: When it stopped.
        notice: Reference of the written notice to the person.
        resumed_at: When it resumed; None while it stands still.
    """

    reason: str
    at: datetime
    notice: str | None = None
    resumed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extended:
    """An extension that was granted (延长).

    Attributes:
        days: By so many, in the rule's unit.
        by: Code of the authority.
        reason: Why, in its words.
        at: When.
    """

    days: int
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a matter. :func:`begin` makes one.

    Attributes:
        rule: By which it runs, from its start to its end.
        started_at: Whose day, Shanghai's, isn't counted.
        stops: In order of time; only the last may be open.
    """

    rule: Rule
    started_at: datetime
    stops: tuple[Stop, ...] = ()
    extended: Extended | None = None

    @property
    def days(self) -> int:
        """How many days it has, in the rule's unit, extension included."""
        return self.rule.days + (self.extended.days if self.extended else 0)

    @property
    def stands_still(self) -> bool:
        """Whether it is stopped."""
        return bool(self.stops) and self.stops[-1].resumed_at is None

    def due(self, calendar: Calendar) -> Due | None:
        """Tell when it ends; None while it stands still.

        Raises:
            OutOfRange: The calendar doesn't reach so far.
        """
        return self.reached(self.days, calendar)

    def reached(self, days: int, calendar: Calendar) -> Due | None:
        """Tell when so many of its days have passed, such as the two thirds that call for a warning.

        None while it stands still before them.

        Raises:
            OutOfRange: The calendar doesn't reach so far.
        """
        start = day_of(self.started_at)
        nominal = self._add(start, days if self.rule.counts == "after" else -days, calendar)
        last = self._moved_on(nominal, calendar)
        for stop in self.stops:
            stopped = day_of(stop.at)
            if stopped > last:  # it had ended
                break
            if stop.resumed_at is None:
                return None
            resumed = day_of(stop.resumed_at)
            if stopped > nominal:  # all days had passed, and the last of them had moved on
                nominal = max(last, resumed)
            else:
                lost_from = max(stopped - ONE, start)
                nominal = self._add(nominal, self._count(lost_from, max(resumed - ONE, lost_from), calendar), calendar)
            last = self._moved_on(nominal, calendar)
        return Due(end_of(last), provisional=not self._firm(start, nominal, last, calendar))

    def stop(self, reason: str, *, at: datetime, calendar: Calendar, notice: str | None = None) -> "Clock":
        """Let it stand still (中止).

        Args:
            reason: Code of what for.
            at: When.
            calendar: By which it is seen that it hasn't ended.
            notice: Reference of the written notice to the person, where the rule wants one.

        Raises:
            NoSuchStop: See there.
            NoNotice: See there.
            StandsStill: See there.
            OutOfOrder: See there.
            Overdue: See there.
        """
        if reason not in {term.code for term in self.rule.stops}:
            raise NoSuchStop(reason)
        if self.rule.written_notice and not notice:
            raise NoNotice(reason)
        if self.stands_still:
            raise StandsStill(self.rule.id)
        self._not_ended(at, calendar)
        return replace(self, stops=(*self.stops, Stop(reason, at, notice)))

    def resume(self, *, at: datetime) -> "Clock":
        """Let it run again (恢复).

        Raises:
            Runs: See there.
            OutOfOrder: See there.
            ValueError: The moment has no time zone.
        """
        if not self.stands_still:
            raise Runs(self.rule.id)
        self._in_order(at)
        *before, last = self.stops
        return replace(self, stops=(*before, replace(last, resumed_at=at)))

    def extend(self, *, by: str, reason: str, at: datetime, calendar: Calendar, days: int | None = None) -> "Clock":
        """Extend it, which is possible once, also while it stands still (延长).

        Args:
            by: Code of the authority.
            reason: Why, in its words.
            at: When.
            calendar: By which it is seen that it hasn't ended.
            days: By so many; by default as many as the rule allows.

        Raises:
            NotExtendable: See there.
            ExtendedBefore: See there.
            NotTheAuthority: See there.
            NoReason: See there.
            OutOfOrder: See there.
            Overdue: See there.
        """
        allowed = self.rule.extension
        if allowed is None:
            raise NotExtendable(self.rule.id)
        granted = allowed.days if days is None else days
        if not 1 <= granted <= allowed.days:
            raise NotExtendable(self.rule.id)
        if self.extended:
            raise ExtendedBefore(self.rule.id)
        if by != allowed.by.code:
            raise NotTheAuthority(by)
        if not reason.strip():
            raise NoReason(self.rule.id)
        self._not_ended(at, calendar)
        return replace(self, extended=Extended(granted, by, reason, at))

    def _in_order(self, at: datetime) -> None:
        day_of(at)  # has a time zone
        moments = [self.started_at, *(stop.resumed_at or stop.at for stop in self.stops)]
        if self.extended:
            moments.append(self.extended.at)
        if at < max(moments):
            raise OutOfOrder(self.rule.id)

    def _not_ended(self, at: datetime, calendar: Calendar) -> None:
        self._in_order(at)
        due = self.due(calendar)
        if due is not None and at > due.at:
            raise Overdue(self.rule.id)

    def _add(self, day: date, days: int, calendar: Calendar) -> date:
        return calendar.add(day, days) if self.rule.unit is Unit.WORKDAYS else day + days * ONE

    def _count(self, start: date, end: date, calendar: Calendar) -> int:
        return calendar.count(start, end) if self.rule.unit is Unit.WORKDAYS else (end - start).days

    def _moved_on(self, day: date, calendar: Calendar) -> date:
        return day if self.rule.moves is None or calendar.is_workday(day) else calendar.add(day, 1)

    def _firm(self, start: date, nominal: date, last: date, calendar: Calendar) -> bool:
        """Tell whether no notice to come can change it: calendar days depend on it only where the last one falls."""
        if self.rule.unit is Unit.WORKDAYS:
            return calendar.firm(min(start, last), max(start, last))
        return self.rule.moves is None or calendar.firm(nominal, last)


def begin(rule: Rule, at: datetime) -> Clock:
    """Start a clock.

    Raises:
        NotInEffect: See there.
        ValueError: The moment has no time zone.
    """
    if not rule.in_effect(day_of(at)):
        raise NotInEffect(rule.id)
    return Clock(rule, at)


def binding(clocks: Iterable[Clock], calendar: Calendar) -> Clock | None:
    """Give the clock of a matter that binds: of those whose rule binds and that run, the one that ends first."""
    running = [(due.at, clock) for clock in clocks if clock.rule.binds and (due := clock.due(calendar))]
    return min(running, key=lambda each: each[0])[1] if running else None
