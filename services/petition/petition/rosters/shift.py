"""What a shift is, and what each event makes of it (班次). Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from contracts.events import RosterShiftAdded, RosterShiftEnded

ShiftEvent = RosterShiftAdded | RosterShiftEnded


class Post(StrEnum):
    """What for."""

    DUTY = "duty"
    """值班: is paged about what can't wait."""
    SPOKESPERSON = "spokesperson"
    """网络发言人: signs replies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Somebody has the duty, or the word, for some time; a deputy (副班) stands in.

    Attributes:
        id: UUIDv7; the subject of its events.
        tenant: GB/T 2260 code of whose roster it is on.
        sequence: Of its last event.
        post: What for.
        starts_at: From when on, UTC.
        ends_at: Until when, UTC; then it is the next one's.
        officer: Pseudonym of who has it.
        deputy: Pseudonym of who stands in.
        added_by: Pseudonym of whoever put it on the roster.
        ended_at: When somebody ended it early, UTC; before its start: it never was.
    """

    id: str
    tenant: str
    sequence: int
    post: Post
    starts_at: datetime
    ends_at: datetime
    officer: str
    deputy: str
    added_by: str
    ended_at: datetime | None = None

    @property
    def over_at(self) -> datetime:
        """When it is over, UTC."""
        return self.ends_at if self.ended_at is None else min(self.ended_at, self.ends_at)

    def runs(self, at: datetime) -> bool:
        """Tell whether it is theirs at a moment."""
        return self.starts_at <= at < self.over_at


def begin(event: RosterShiftAdded, *, id: str, tenant: str) -> Shift:  # noqa: A002
    """Give the shift that its first event makes."""
    return Shift(
        id=id,
        tenant=tenant,
        sequence=1,
        post=Post(event.post),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        officer=event.officer,
        deputy=event.deputy,
        added_by=event.by,
    )


def replay(shift: Shift, event: ShiftEvent) -> Shift:
    """Give the shift after its next event. Whether it was allowed was asked when it was decided.

    Raises:
        ValueError: A shift is added only once.
    """
    match event:
        case RosterShiftEnded(ended_at=at):
            return replace(shift, sequence=shift.sequence + 1, ended_at=at)
        case RosterShiftAdded():
            raise ValueError("a shift is added only once")
