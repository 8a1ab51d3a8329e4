"""What leaves the service over HTTP about the handling of a petition."""

from datetime import date, datetime
from typing import Self

from chassis.api.models import View
from pydantic import Field
from workdays.steps import Step

from petition.handling.clock import explanation_of
from petition.handling.running import running
from petition.petition import Petition


class DayView(View):
    """A day of a time limit, and what it did."""

    day: date
    effect: str = Field(description="start, counted, off, stopped, moved · 起算、计入、休息、中止、顺延")
    number: int | None = Field(description="第几日 · Which day of the limit, if it counted")
    holiday: str | None = Field(description="节假日或调休 · The holiday that made it so")

    @classmethod
    def of(cls, step: Step) -> Self:
        """Show it."""
        return cls(day=step.day, effect=step.effect, number=step.number, holiday=step.what.holiday)


class OfficesView(View):
    """What goes on between offices."""

    escalated_to: str | None = Field(description="升级督办至 · The tier above that was told")
    internal_by: datetime | None = Field(
        description="分拣、签收或裁决的内部时限 · By when it is handed out, signed for, or decided"
    )
    late: bool = Field(description="内部时限已过 · That has passed")
    first_receiver: str | None = Field(
        description="首接部门，争议期间向市民负责 · Keeps the citizen informed meanwhile"
    )
    returned_by: tuple[str, ...] = Field(description="退回过的部门 · Departments that gave it back")
    disputed_by: tuple[str, ...] = Field(description="提出争议的部门 · Departments that disputed it")
    contender: str | None = Field(description="争议的另一方 · The other side of the dispute")
    bound: bool = Field(description="已由上级指定 · The common superior has decided")
    extension: str | None = Field(description="延期：asked, granted, refused · More time: what became of it")
    extended_by: int = Field(description="申请或批准延长的工作日数 · Working days that were asked for, or granted")
    urged: int = Field(description="来信人催办次数 · How often its sender urged")


class CourseView(View):
    """How far the handling of a petition has come."""

    due_at: datetime | None = Field(description="答复期限，中止期间为空 · By when; null while its clock stands still")
    stopped_at: datetime | None = Field(description="等待补充材料，期限中止自 · Since when it waits for more")
    provisional: bool = Field(
        description="暂定：有年份未公布放假安排 · The holidays of a year in it aren't announced yet"
    )
    moved_from: datetime | None = Field(
        description="因放假安排公布或变动而重新计算，原期限 · What it was before a new calendar moved it"
    )
    overdue: bool = Field(description="红牌：已超期 · Red card: its time limit has passed")
    warned: bool | None = Field(description="黄牌，仅工作人员可见 · Yellow card; for officers")
    offices: OfficesView | None = Field(description="部门间流转，仅工作人员可见 · Between offices; for officers")

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Show it to officers."""
        course = petition.course
        return cls(
            due_at=None if course.stands_still else course.due_at,
            stopped_at=course.stopped_at if course.stands_still else None,
            provisional=course.provisional,
            moved_from=course.moved_from,
            overdue=course.overdue,
            warned=course.warned,
            offices=OfficesView(**{name: getattr(course, name) for name in OfficesView.model_fields}),
        )

    @classmethod
    def for_sender(cls, petition: Petition) -> Self | None:
        """Show it to whoever wrote in: what was promised, and nothing of what goes on between offices."""
        if petition.hidden:
            return None
        return cls.of(petition).model_copy(update={"warned": None, "offices": None})


class LimitView(View):
    """How a time limit came about."""

    rule: str = Field(description="时限规则 · The rule of the table")
    basis: str = Field(description="依据 · What lays it down")
    verified: bool = Field(description="已核对依据原文 · Whether the primary text was read")
    zh: str = Field(description="期限说明 · The sum, in a sentence")
    en: str
    days: tuple[DayView, ...]

    @classmethod
    def of(cls, petition: Petition, *, sender: bool) -> Self | None:
        """Explain a petition's time limit, to its sender only if it isn't the office's own."""
        clock = running(petition)
        rule = clock.rule
        if sender and (petition.hidden or rule.shown_to == "officers"):
            return None
        explained = explanation_of(clock)
        return cls(
            rule=rule.id,
            basis=f"{rule.basis.zh} · {rule.basis.en}",
            verified=rule.verified,
            zh=explained.sentence.zh,
            en=explained.sentence.en,
            days=tuple(map(DayView.of, explained.steps)),
        )
