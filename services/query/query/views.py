"""What leaves the service over HTTP: stages, steps and names in citizens' words."""

from datetime import datetime
from typing import Any, Self

from chassis import vector
from chassis.api.models import View
from chassis.api.pages import Next
from chassis.vector import Vector
from pydantic import Field

from query.domain import FINAL, Matter, Step
from query.store import History
from query.wording import Wording, Words


class Named(View):
    """Something with a code for programs and words for people."""

    code: str
    zh: str
    en: str

    @classmethod
    def of(cls, code: str, words: Words) -> Self:
        """Put them together."""
        return cls(code=code, zh=words.zh, en=words.en)


class StepView(View):
    """Something that happened."""

    time: datetime
    zh: str
    en: str
    unit: Named | None = Field(description="单位 · The department that it names, if any")


class MatterSummary(View):
    """A matter in a list."""

    id: str
    kind: str
    number: str | None = Field(description="办件编号 · Number for people")
    tenant: str
    item: Named | None = Field(description="事项 · Service item")
    stage: Named = Field(description="进度 · How far it has come")
    opened_at: datetime | None
    updated_at: datetime
    due_at: datetime | None = Field(description="承诺时限，办结后为空 · Promised time limit; null once it is over")

    @classmethod
    def of(cls, matter: Matter, wording: Wording) -> Self:
        """Show it."""
        return cls(**_summary(matter, wording))


class MatterDetail(MatterSummary):
    """A matter with what has happened so far."""

    timeline: tuple[StepView, ...]
    position: str = Field(description="从此处继续：after 或 Last-Event-ID · Go on from here")
    stale: bool = Field(description="尚未包含您刚才的写入 · Your last write isn't in it yet")

    @classmethod
    def of_history(cls, history: History, wording: Wording, *, stale: bool = False) -> Self:
        """Show it."""
        return cls(**_detail(history, wording), stale=stale)


class MatterPage(View):
    """One page of matters, newest first."""

    items: tuple[MatterSummary, ...]
    next: Next


class Progress(MatterDetail):
    """A matter as somebody gets it by number and code, with a ticket for following it."""

    ticket: str = Field(description="短期有效，用于 /v1/progress/events · Good for a while, for following it live")
    ticket_until: datetime

    @classmethod
    def with_ticket(cls, history: History, wording: Wording, ticket: str, until: datetime) -> Self:
        """Show it, and hand out the ticket."""
        return cls(**_detail(history, wording), stale=False, ticket=ticket, ticket_until=until)


class ChangesView(View):
    """What is new since a position."""

    stage: Named
    due_at: datetime | None
    timeline: tuple[StepView, ...]
    position: str

    @classmethod
    def of(cls, matter: Matter, steps: tuple[Step, ...], seen: Vector, wording: Wording) -> Self:
        """Show steps that somebody hasn't seen."""
        return cls(
            stage=Named.of(matter.stage.value, wording.stages[matter.stage]),
            due_at=_due_at(matter),
            timeline=steps_of(steps, matter, wording),
            position=vector.to_text(seen),
        )


def steps_of(steps: tuple[Step, ...], matter: Matter, wording: Wording) -> tuple[StepView, ...]:
    """Show the steps that aren't hidden."""
    said = ((step, wording.of(step, item=matter.item)) for step in steps)
    return tuple(
        StepView(
            time=step.time,
            zh=words.zh,
            en=words.en,
            unit=Named.of(step.unit, wording.unit(step.unit)) if step.unit else None,
        )
        for step, words in said
        if words is not None
    )


def _summary(matter: Matter, wording: Wording) -> dict[str, Any]:
    return {
        "id": matter.id,
        "kind": matter.kind,
        "number": matter.number,
        "tenant": matter.tenant,
        "item": Named.of(matter.item, wording.item(matter.item)) if matter.item else None,
        "stage": Named.of(matter.stage.value, wording.stages[matter.stage]),
        "opened_at": matter.opened_at,
        "updated_at": matter.updated_at,
        "due_at": _due_at(matter),
    }


def _detail(history: History, wording: Wording) -> dict[str, Any]:
    return {
        **_summary(history.matter, wording),
        "timeline": steps_of(history.steps, history.matter, wording),
        "position": vector.to_text(history.seen),
    }


def _due_at(matter: Matter) -> datetime | None:
    return None if matter.stage in FINAL else matter.due_at
