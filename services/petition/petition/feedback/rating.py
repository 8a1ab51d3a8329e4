"""What somebody says of an answer, and the call-back that follows; and what events make of it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from contracts.events import PetitionCalledBack, PetitionRated


class Level(StrEnum):
    """How content whoever wrote it is with the answer (非常满意, 满意, 基本满意, 不满意, 非常不满意)."""

    VERY_SATISFIED = "very-satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically-satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very-dissatisfied"


class CallBack(StrEnum):
    """Whether somebody has to be called back (待回访), or what that came to (已解决, 未解决, 未联系上, 不愿回访)."""

    WAITING = "waiting"
    SOLVED = "solved"
    NOT_SOLVED = "not-solved"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What whoever wrote a petition says of the answer; until they do, there is none.

    Attributes:
        level: How content they are.
        solved: Whether they say that it is solved; None: they didn't say.
        call_back: None: nobody has to be called back.
        call_back_due: By when, UTC.
        call_back_since: When that time limit began, UTC.
        call_back_version: Version of that: the sequence of the event that set it.
        call_back_late: It has passed, and nobody had called back.
    """

    level: Level
    solved: bool | None
    call_back: CallBack | None
    call_back_due: datetime | None
    call_back_since: datetime | None = None
    call_back_version: int = 0
    call_back_late: bool = False

    @classmethod
    def of(cls, rated: PetitionRated, sequence: int) -> Self:
        """Give the rating that was made."""
        return cls(
            level=Level(rated.level),
            solved=rated.solved,
            call_back=CallBack.WAITING if rated.call_back_due else None,
            call_back_due=rated.call_back_due,
            call_back_since=rated.since,
            call_back_version=sequence if rated.call_back_due else 0,
        )

    def left_alone(self) -> Self:
        """Give it once nobody has to be called back any more: who asks for a review says there what is wrong."""
        waits = self.call_back is CallBack.WAITING
        return type(self)(level=self.level, solved=self.solved, call_back=None, call_back_due=None) if waits else self

    def after(self, called: PetitionCalledBack) -> Self:
        """Give it after the call-back, at which they may have said whether it is solved."""
        result = CallBack(called.result)
        solved = {CallBack.SOLVED: True, CallBack.NOT_SOLVED: False}.get(result, self.solved)
        return replace(self, call_back=result, solved=solved)

    def recalculated(self, due: datetime, sequence: int) -> Self:
        """Give it once a new calendar has moved the call-back's time limit."""
        return replace(self, call_back_due=due, call_back_version=sequence)
