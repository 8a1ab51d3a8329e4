"""Who is paged about a petition or asked about it, and who is on a roster, in a world."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from casework.roles import Actor, Role
from chassis.unit import Unit
from petition.collaboration.invitation import Invitation
from petition.kinds import Danger
from petition.paging.alarm import Alarm, Rung
from petition.rosters.domain import Person, Turn, add
from petition.rosters.shift import Post
from petition.rosters.store import SHIFTS

from .oracle import CITY, DEPARTMENT, OTHER_PROVINCE, PROVINCE, Row

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


def invitations_of(row: Row) -> tuple[Invitation, ...]:
    """Describe who is asked: the asker's department in both of its tenants, or the same department elsewhere."""
    if row.invited is None:
        return ()
    asked = (CITY, PROVINCE) if row.invited == "theirs" else (OTHER_PROVINCE,)
    return tuple(
        Invitation(number=number, tenant=tenant, department=DEPARTMENT, contribute_by=NOW)
        for number, tenant in enumerate(asked, 3)
    )


def said_of(row: Row) -> str:
    """Say what they are asked."""
    return json.dumps({each.number: {"question": row.secret} for each in invitations_of(row)})


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
