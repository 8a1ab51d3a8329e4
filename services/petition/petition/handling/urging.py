"""Asking when the answer will come (催办): the sender, the supervisor, the volunteer supervisor. Pure."""

from datetime import datetime
from typing import Final

from casework.roles import Actor, Role
from casework.workflow import Refused
from workdays.counting import day_of

from contracts.events import PetitionUrged
from petition.domain import Decision, decided
from petition.petition import Petition
from petition.workflow import TABLE, Action

MOST_BY_SENDER: Final = 3
SENDER: Final = "sender"
"""By whom, as events name whoever wrote in."""


class NotUrgeable(Refused):
    """Of what only a small circle may know, its sender is told no more than that it was received, and how it ended."""


class UrgedTooOften(Refused):
    """The sender may urge three times, once a day; a volunteer supervisor once a day."""


def urge(petition: Petition, *, own: bool, by: Actor, now: datetime) -> Decision:
    """Ask when the answer will come.

    Args:
        petition: Unanswered.
        own: They wrote it.
        by: Asks.
        now: When; each day is Shanghai's.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotUrgeable: See there.
        UrgedTooOften: See there.
    """
    TABLE.follow(petition.state, Action.URGE, by.roles)
    if petition.hidden:
        raise NotUrgeable
    course, today = petition.course, day_of(now)
    if own:
        if course.urged >= MOST_BY_SENDER or course.urged_on == today:
            raise UrgedTooOften
        return decided(petition, PetitionUrged(by=SENDER, times=course.urged + 1, day=today.isoformat()))
    if Role.SUPERVISOR in by.roles:
        return decided(petition, PetitionUrged(by=Role.SUPERVISOR.value, day=today.isoformat()))
    if course.watched_on == today:
        raise UrgedTooOften
    return decided(petition, PetitionUrged(by=Role.VOLUNTEER_SUPERVISOR.value, day=today.isoformat()))
