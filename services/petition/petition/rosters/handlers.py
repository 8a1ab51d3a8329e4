"""Does the input and output around decisions about rosters and the register."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from casework.roles import Actor
from chassis.envelope import new_id
from chassis.unit import Unit

from petition.access import asker, held
from petition.rosters import domain, store
from petition.rosters.domain import Person, Turn
from petition.rosters.shift import Post, Shift
from petition.rosters.spokesperson import Entry, Spokesperson
from petition.rosters.store import SHIFTS, SPOKESPERSONS


@dataclass(frozen=True, slots=True)
class AddShift:
    """Somebody gets a shift, and somebody stands in; both by their accounts, as tokens name them."""

    post: Post
    starts_at: datetime
    ends_at: datetime
    officer: str
    deputy: str


async def add_shift(command: AddShift, unit: Unit) -> Shift:
    """Put a shift on the roster of the asker's tenant.

    Raises:
        Refused: See ``domain.add``.
    """
    who = asker(unit)
    await store.alone_with(unit.session, who.tenant, command.post)
    since = min(command.starts_at, unit.now)
    others = await store.roster(unit, {who.tenant}, command.post, after=since, ended=True)
    officer, deputy = (
        Person(account=account, pseudonym=unit.outbox.pseudonym(account))
        for account in (command.officer, command.deputy)
    )
    turn = Turn(
        post=command.post,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        officer=officer,
        deputy=deputy,
    )
    decision = domain.add(
        turn, [stored.case for stored in others], id=new_id(), tenant=who.tenant, by=who.actor, now=unit.now
    )
    accounts = {"officer_account": officer.account, "deputy_account": deputy.account}
    return await SHIFTS.add(unit, decision, accounts)


async def end_shift(id_: UUID, version: int, unit: Unit) -> Shift:
    """End a shift now.

    Raises:
        Problem: 404, 412.
        Beyond: See the policy.
        Refused: See ``domain.end``.
    """
    shift, by = await held(SHIFTS, id_, "end", version, unit)
    return await SHIFTS.save(unit, domain.end(shift, by=by, now=unit.now))


async def register_spokesperson(entry: Entry, unit: Unit) -> Spokesperson:
    """Say under which title the office of the asker's tenant speaks.

    Raises:
        Refused: See ``domain.register``.
    """
    who = asker(unit)
    await store.alone_with(unit.session, who.tenant)
    known = await store.of_tenant(unit, who.tenant)
    decision = domain.register(known, entry, id=new_id(), tenant=who.tenant, by=who.actor, now=unit.now)
    if known is None:
        return await SPOKESPERSONS.add(unit, decision)
    return await SPOKESPERSONS.save(unit, decision)


async def require_turn(tenant: str, post: Post, by: Actor, unit: Unit) -> None:
    """Let whoever has the shift go on, or their deputy; where a tenant keeps no roster, anybody of the post.

    Raises:
        NotOnShift: See ``domain.require_turn``.
    """
    roster = await store.roster(unit, {tenant}, post, after=unit.now)
    domain.require_turn([stored.case for stored in roster], by=by, now=unit.now)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """The accounts of who has the duty, and of who stands in."""

    officer: str | None = None
    deputy: str | None = None


NOBODY: Final = OnDuty()


async def on_duty(tenants: Collection[str], unit: Unit) -> Mapping[str, OnDuty]:
    """Give who has the duty now, by tenant, to the service itself; nothing of a tenant that keeps no roster."""
    if not tenants:
        return {}
    roster = await store.roster(unit, tenants, Post.DUTY, after=unit.now)
    running = [stored for stored in roster if stored.case.runs(unit.now)]
    opened = await SHIFTS.contents(unit, running, reader=None)
    return {
        stored.case.tenant: OnDuty(content.get("officer_account"), content.get("deputy_account"))
        for stored, (_, content) in zip(running, opened, strict=True)
    }
