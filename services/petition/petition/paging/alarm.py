"""How an alarm stands: who was paged about it, and who has taken it (传呼、接警). Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from contracts.events import PetitionPaged, PetitionTaken, ReportPaged, ReportTaken

if TYPE_CHECKING:  # a petition is replayed by its own module, which hands over here
    from petition.petition import Petition

Alarming = PetitionPaged | PetitionTaken
AlarmingReport = ReportPaged | ReportTaken
ALARMING: dict[type[Any], type[Any]] = {PetitionPaged: ReportPaged, PetitionTaken: ReportTaken}
"""The same, told in the small circle."""


class Rung(StrEnum):
    """Who is paged, one after the other until somebody takes it."""

    DUTY_OFFICER = "duty-officer"
    """值班员: has the shift."""
    DEPUTY = "deputy"
    """副班: their deputy."""
    SUPERIOR = "superior"
    """上级值班: the duty officer of the tier above, and of those above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something in a petition can't wait.

    Attributes:
        danger: What; the kinds of ``Danger``.
        raised_at: When the first page about it was written, UTC.
        page: Sequence of the last page, by which its timer knows whether it is stale.
        rung: Who was paged last.
        to: Whose duty desks were paged, GB/T 2260 codes, in order.
        paged_at: When the last page was due, UTC.
        answer_by: When the next rung is paged unless somebody has taken it, UTC; None: there is none.
        taken_by: Pseudonym of whoever looks after it.
        taken_at: Since when, UTC.
        over: The petition was closed: nobody has to take it any more.
    """

    danger: str
    raised_at: datetime
    page: int
    rung: Rung
    to: tuple[str, ...]
    paged_at: datetime
    answer_by: datetime | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None
    over: bool = False

    @property
    def waiting(self) -> bool:
        """Whether somebody has to take it."""
        return self.taken_by is None and not self.over


def alarmed(petition: "Petition", event: Alarming | AlarmingReport) -> "Petition":
    """Give the petition after somebody was paged, or has taken it; its sequence is that of the event already."""
    known = petition.alarm
    match event:
        case PetitionPaged() | ReportPaged():
            goes_on = known is not None and known.waiting and known.danger == event.danger
            alarm = Alarm(
                danger=event.danger,
                raised_at=known.raised_at if known and goes_on else event.paged_at,
                page=petition.sequence,
                rung=Rung(event.rung),
                to=(*known.to, event.to) if known and goes_on else (event.to,),
                paged_at=event.paged_at,
                answer_by=event.answer_by,
            )
            return replace(petition, alarm=alarm)
        case PetitionTaken() | ReportTaken():
            taken = replace(known, taken_by=event.by, taken_at=event.taken_at) if known else None
            return replace(petition, alarm=taken)


def over(alarm: Alarm | None) -> Alarm | None:
    """Give the alarm of a petition that was closed."""
    return replace(alarm, over=True) if alarm and alarm.waiting else alarm
