"""Who is paged about a petition, and who is on a roster, in a world."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from casework.roles import Actor, Role
from chassis.unit import Unit
from petition.kinds import Danger
from petition.paging.alarm import Alarm, Rung
from petition.rosters.domain import Person, Turn, add
from petition.rosters.shift import Post
from petition.rosters.store import SHIFTS

from .oracle import CITY, OTHER_PROVINCE, PROVINCE, Row

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)


def alarm_of(row: Row, taken_by: str | None) -> Alarm | None:
    """Describe who was paged."""
    if row.paged is None:
        return None
    to = (CITY, PROVINCE) if row.paged == "theirs" else (OTHER_PROVINCE,)
    return Alarm(
        danger=Danger.LIFE, raised_at=NOW, page=3, rung=Rung.DUTY_OFFICER, to=to, paged_at=NOW,
        taken_by=taken_by, taken_at=NOW if taken_by else None,
    )  # fmt: skip


async def shift(unit: Unit, row: Row) -> None:
    """Put a shift on a roster."""
    somebody = Person(account=row.secret, pseudonym="p_somebody")
    turn = Turn(
        post=Post.DUTY, starts_at=NOW, ends_at=NOW + timedelta(hours=8), officer=somebody,
        deputy=replace(somebody, pseudonym="p_deputy"),
    )  # fmt: skip
    keeper = Actor(pseudonym="p", roles=frozenset({Role.SUPERVISOR}))
    added = add(turn, (), id=row.key, tenant=row.tenant, by=keeper, now=NOW)
    accounts = dict.fromkeys(("officer_account", "deputy_account"), row.secret)
    await SHIFTS.add(unit, added, accounts)
