"""How a deadline came about, for whom it binds: day by day, and in a sentence that says nothing else."""

from datetime import date, datetime

import pytest
from workdays.calendar import Calendar, Kind, packaged
from workdays.clock import Clock, begin
from workdays.counting import SHANGHAI, day_of
from workdays.explanation import explain
from workdays.notice import Notice
from workdays.recalculation import recalculate
from workdays.rules import rules
from workdays.sentence import holiday_en
from workdays.steps import Effect

CALENDAR = packaged()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def started(rule: str, moment: str) -> Clock:
    kind, clock = rule.split("/")
    return begin(rules().find(kind, clock, on=day_of(at(moment))), at(moment))


def test_every_day_is_explained() -> None:
    steps = explain(started("petition/answer", "2024-02-07T10:00"), CALENDAR).steps
    assert [step.day for step in steps] == [date.fromordinal(date(2024, 2, 7).toordinal() + n) for n in range(28)]
    by_day = {step.day.isoformat(): (step.effect, step.number, step.what.kind) for step in steps}
    assert by_day["2024-02-07"] == (Effect.START, None, Kind.WORKED)
    assert by_day["2024-02-09"] == (Effect.COUNTED, 2, Kind.WORKED)
    assert by_day["2024-02-10"] == (Effect.OFF, None, Kind.HOLIDAY)
    assert by_day["2024-02-18"] == (Effect.COUNTED, 3, Kind.MADE_UP)
    assert by_day["2024-02-24"] == (Effect.OFF, None, Kind.WEEKEND)
    assert by_day["2024-03-05"] == (Effect.COUNTED, 15, Kind.WORKED)


def test_a_sentence_tells_holidays_weekends_and_make_up_days() -> None:
    sentence = explain(started("petition/answer", "2024-02-07T10:00"), CALENDAR).sentence
    assert sentence.zh == (
        "网络问政答复（网络问政平台办理规定（2010））：2024年2月7日（星期三）首次收到，当日不计，共15个工作日，"
        "止于2024年3月5日（星期二）23:59:59；春节放假（2月10日至2月17日）不计；周末4天不计；"
        "2月18日（周末）为春节调休上班，计入。"
    )
    assert sentence.en == (
        "Answer to a petition (Rules of the petition platform (2010)): 15 working days from first receipt on "
        "Wednesday, 7 February 2024, that day not counted, until 23:59:59 on Tuesday, 5 March 2024; "
        "10 February to 17 February is off for Spring Festival; 4 weekend days not counted; "
        "18 February, on a weekend, is worked for Spring Festival and counted."
    )


def test_a_sentence_tells_stops_and_extensions_but_not_the_words_of_an_officer() -> None:
    clock = started("licence/decision", "2024-01-29T10:00")
    waiting = clock.stop("hearing", at=at("2024-02-05T10:00"), calendar=CALENDAR, notice="粤听告〔2024〕7号")
    still = explain(waiting, CALENDAR)
    assert still.due is None
    assert still.steps[-1].effect is Effect.STOPPED
    assert "现已中止，恢复后还有15个工作日；" in still.sentence.zh
    assert still.sentence.zh.endswith("2月5日起因听证中止。")
    assert "it stands still, with 15 working days left when it resumes; " in still.sentence.en
    assert still.sentence.en.endswith("it has stood still since 5 February for a hearing.")
    running = waiting.resume(at=at("2024-02-20T10:00")).extend(
        by="agency-head", reason="陈小明情况特殊", at=at("2024-02-21T10:00"), calendar=CALENDAR
    )
    told = explain(running, CALENDAR).sentence
    assert "共30个工作日，止于2024年3月25日（星期一）" in told.zh
    assert "2月5日至2月19日因听证中止，不计；其中10个工作日经本行政机关负责人批准延长。" in told.zh
    assert "5 February to 19 February isn't counted because of a hearing; " in told.en
    assert "10 working days of them by extension, granted by the head of the authority." in told.en
    assert "春节放假" not in told.zh  # all of it lay in the hearing's time
    assert "陈小明" not in told.zh + told.en
    assert "未核对原文" in told.zh
    assert "primary text not read" in told.en


def test_a_sentence_tells_that_a_last_day_moved_on() -> None:
    told = explain(started("letters-and-visits/closing", "2021-08-02T10:00"), CALENDAR)
    assert [step.effect for step in told.steps[-8:]] == [Effect.COUNTED, *[Effect.OFF] * 6, Effect.MOVED]
    assert "共60日，止于2021年10月8日（星期五）23:59:59；" in told.sentence.zh
    assert told.sentence.zh.endswith("最后一日不是工作日，顺延至下一个工作日。")
    assert told.sentence.en.endswith("its last day isn't worked, so it moves on to the next working day.")


def test_a_limit_before_a_day_is_told_as_one() -> None:
    told = explain(started("licence/renewal-request", "2026-03-31T10:00"), CALENDAR)
    assert "2026年3月31日（星期二）有效期届满，其前30日，止于2026年3月1日（星期日）23:59:59" in told.sentence.zh
    assert "30 days before expiry on Tuesday, 31 March 2026, until 23:59:59 on Sunday, 1 March 2026" in told.sentence.en
    assert (told.steps[0].effect, told.steps[-1].number) == (Effect.START, 30)


def test_a_provisional_deadline_says_so() -> None:
    sentence = explain(started("petition/answer", "2026-12-25T10:00"), CALENDAR).sentence
    assert sentence.zh.endswith("暂按周一至周五计算，公布后重新计算。")
    assert sentence.en.endswith("are taken as worked for now, and it is computed again when they are.")


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("国庆节、中秋节", "National Day and Mid-Autumn Festival"),
        ("“五一”国际劳动节", "Labour Day"),
        ("清明", "Tomb-sweeping Day"),
        ("中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日", "a special holiday"),
    ],
)
def test_holidays_have_english_names(name: str, english: str) -> None:
    assert holiday_en(name) == english


def announced() -> Calendar:
    new_year = {date(2027, 1, day): "元旦" for day in (1, 2, 3)}
    return CALENDAR.with_notice(Notice(2027, off=new_year, made_up={}))


def test_a_new_calendar_moves_a_provisional_deadline_and_says_why() -> None:
    clock = started("petition/answer", "2026-12-25T10:00")
    told = clock.due(CALENDAR)
    assert told is not None
    found = recalculate(clock, told, announced())
    assert found is not None
    assert (found.old, found.old.day, found.old.provisional) == (told, date(2027, 1, 15), True)
    assert (found.new.day, found.new.provisional) == (date(2027, 1, 18), False)
    assert found.reason.zh == "2027年放假安排已公布"
    assert found.reason.en == "The holidays of 2027 have been announced"
    assert recalculate(clock, found.new, announced()) is None


def test_a_new_calendar_makes_a_deadline_firm_that_stays_where_it_was() -> None:
    clock = started("petition/answer", "2026-12-09T10:00")
    told = clock.due(CALENDAR)
    assert told is not None
    found = recalculate(clock, told, announced())
    assert found is not None
    assert (found.old.at, found.old.provisional, found.new.provisional) == (found.new.at, True, False)


def test_a_corrected_notice_moves_a_deadline_that_was_firm() -> None:
    clock = started("petition/triage", "2020-01-30T10:00")
    before = CALENDAR.with_notice(Notice(2020, off={date(2020, 1, day): "春节" for day in range(24, 31)}, made_up={}))
    told = clock.due(before)
    assert told is not None
    found = recalculate(clock, told, CALENDAR)
    assert found is not None
    assert (found.old.day, found.new.day) == (date(2020, 1, 31), date(2020, 2, 3))
    assert found.reason.zh == "放假安排有变动"


def test_what_a_new_calendar_does_not_touch_stays_as_it_was_told() -> None:
    clock = started("petition/answer", "2026-11-02T10:00")
    told = clock.due(CALENDAR)
    assert told is not None
    assert recalculate(clock, told, announced()) is None
    decision = started("licence/decision", "2026-12-01T10:00")
    due = decision.due(CALENDAR)
    assert due is not None
    waiting = decision.stop("hearing", at=at("2026-12-02T10:00"), calendar=CALENDAR, notice="1")
    assert recalculate(waiting, due, announced()) is None
