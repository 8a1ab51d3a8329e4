"""A clock's sum in words: what was counted, what wasn't, and by what. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from workdays.calendar import Kind
from workdays.clock import Clock
from workdays.counting import Due
from workdays.rules import Unit
from workdays.steps import Effect, Step
from workdays.words import Words, day_en, day_zh, span_en, span_zh

HOLIDAYS = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "五一": "Labour Day",
    "端午": "Dragon Boat Festival",
    "国庆": "National Day",
    "十一": "National Day",
    "中秋": "Mid-Autumn Festival",
}
"""By a part of the name that notices give them; a holiday for once (such as 2015's) is a special holiday."""
UNITS = {Unit.WORKDAYS: Words(zh="个工作日", en="working day"), Unit.DAYS: Words(zh="日", en="day")}


def sentence(clock: Clock, steps: Sequence[Step], due: Due | None) -> Words:
    """Say how a deadline came about.

    Args:
        clock: Whose.
        steps: Its days, as :func:`workdays.steps.walk` gives them.
        due: When it ends; None while it stands still.
    """
    parts = [_sum(clock, steps, due), *_off(steps), *_made_up(clock, steps), *_stopped(clock, steps), *_extended(clock)]
    if any(step.effect is Effect.MOVED for step in steps):
        parts.append(
            Words(
                zh="最后一日不是工作日，顺延至下一个工作日",
                en="its last day isn't worked, so it moves on to the next working day",
            )
        )
    if due and due.provisional:
        parts.append(
            Words(
                zh="其中有未公布放假安排的日期，暂按周一至周五计算，公布后重新计算",
                en="the holidays of some of these days aren't announced yet: Monday to Friday are taken as worked for "
                "now, and it is computed again when they are",
            )
        )
    return Words(zh="；".join(part.zh for part in parts) + "。", en="; ".join(part.en for part in parts) + ".")


def holiday_en(name: str) -> str:
    """Put a holiday's name, or the names of several, into English."""
    found = dict.fromkeys(english for part, english in HOLIDAYS.items() if part in name)
    return " and ".join(found) or "a special holiday"


def _sum(clock: Clock, steps: Sequence[Step], due: Due | None) -> Words:
    rule, start = clock.rule, steps[0].day
    zh = f"{rule.name.zh}（{rule.basis.zh}{'' if rule.verified else '，未核对原文'}）："
    en = f"{rule.name.en} ({rule.basis.en}{'' if rule.verified else ', primary text not read'}): "
    if due is None:
        left = clock.days - sum(step.effect is Effect.COUNTED for step in steps)
        return Words(
            zh=f"{zh}{day_zh(start)}{rule.starts.zh}，当日不计，共{_zh(clock, clock.days)}；"
            f"现已中止，恢复后还有{_zh(clock, left)}",
            en=f"{en}{_en(clock, clock.days)} from {rule.starts.en} on {day_en(start)}, that day not counted; "
            f"it stands still, with {_en(clock, left)} left when it resumes",
        )
    if rule.counts == "before":
        return Words(
            zh=f"{zh}{day_zh(start)}{rule.starts.zh}，其前{_zh(clock, clock.days)}，止于{day_zh(due.day)}23:59:59",
            en=f"{en}{_en(clock, clock.days)} before {rule.starts.en} on {day_en(start)}, "
            f"until 23:59:59 on {day_en(due.day)}",
        )
    return Words(
        zh=f"{zh}{day_zh(start)}{rule.starts.zh}，当日不计，共{_zh(clock, clock.days)}，止于{day_zh(due.day)}23:59:59",
        en=f"{en}{_en(clock, clock.days)} from {rule.starts.en} on {day_en(start)}, that day not counted, "
        f"until 23:59:59 on {day_en(due.day)}",
    )


def _off(steps: Sequence[Step]) -> Iterator[Words]:
    off = [step for step in steps if step.effect is Effect.OFF]
    for name, days in groupby(off, key=lambda step: step.what.holiday):
        if name is not None:
            found = [step.day for step in days]
            yield Words(
                zh=f"{name}放假（{span_zh(found[0], found[-1])}）不计",
                en=f"{span_en(found[0], found[-1])} is off for {holiday_en(name)}",
            )
    if weekend := sum(step.what.kind is Kind.WEEKEND for step in off):
        yield Words(zh=f"周末{weekend}天不计", en=f"{weekend} weekend {'day' if weekend == 1 else 'days'} not counted")


def _made_up(clock: Clock, steps: Sequence[Step]) -> Iterator[Words]:
    if clock.rule.unit is not Unit.WORKDAYS:
        return
    for step in steps:
        if step.what.kind is Kind.MADE_UP and step.effect is Effect.COUNTED:
            yield Words(
                zh=f"{span_zh(step.day, step.day)}（周末）为{step.what.holiday}调休上班，计入",
                en=f"{span_en(step.day, step.day)}, on a weekend, is worked for {holiday_en(step.what.holiday or '')} "
                "and counted",
            )


def _stopped(clock: Clock, steps: Sequence[Step]) -> Iterator[Words]:
    reasons = {term.code: term for term in clock.rule.stops}
    stopped = [step for step in steps if step.effect is Effect.STOPPED]
    for stop in clock.stops:
        days = [step.day for step in stopped if step.stop is stop]
        if not days:
            continue
        reason = reasons[stop.reason]
        if stop.resumed_at is None:
            yield Words(
                zh=f"{span_zh(days[0], days[0])}起因{reason.zh}中止",
                en=f"it has stood still since {span_en(days[0], days[0])} for {reason.en}",
            )
        else:
            yield Words(
                zh=f"{span_zh(days[0], days[-1])}因{reason.zh}中止，不计",
                en=f"{span_en(days[0], days[-1])} isn't counted because of {reason.en}",
            )


def _extended(clock: Clock) -> Iterator[Words]:
    if clock.extended and clock.rule.extension:
        by, days = clock.rule.extension.by, clock.extended.days
        yield Words(
            zh=f"其中{_zh(clock, days)}经{by.zh}批准延长",
            en=f"{_en(clock, days)} of them by extension, granted by {by.en}",
        )


def _zh(clock: Clock, number: int) -> str:
    return f"{number}{UNITS[clock.rule.unit].zh}"


def _en(clock: Clock, number: int) -> str:
    return f"{number} {UNITS[clock.rule.unit].en}{'' if number == 1 else 's'}"
