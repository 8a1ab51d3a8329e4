"""What becomes of cases when their timers come due: each is decided on as it is by then, in the one transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from chassis.policy import EVERYTHING
from chassis.timers import Timer
from chassis.unit import Unit
from sqlalchemy import bindparam, inspect, update

from casework.decision import Case, Decision
from casework.repository import Repository

C = TypeVar("C", bound=Case)


async def take_effect(
    repository: Repository[Any, C],
    due: Sequence[Timer],
    unit: Unit,
    clocks: Mapping[str, Callable[[C, int], Decision[C, Any]]],
) -> Sequence[tuple[Timer, Decision[C, Any]]]:
    """Let timers take effect, in their order; give each with what was decided, also that nothing happens.

    Args:
        repository: Where the cases lie. Their rows are locked in one order, so that no two workers wait for each other.
        due: Timers of these cases.
        unit: The worker's.
        clocks: By the timer's clock: what is decided on a case, for the version of the deadline that it was set for.

    Raises:
        LookupError: A timer belongs to no case, or to no clock.
    """
    ids = inspect(repository.row).local_table.c.id
    wanted = repository.within(EVERYTHING).where(ids.in_({UUID(timer.subject) for timer in due})).order_by(ids)
    found = await repository.fetch(unit.session, wanted.with_for_update())
    cases = {stored.case.id: stored.case for stored in found}
    changed, decided = dict[str, C](), []
    for timer in due:
        decision = clocks[timer.clock](cases[timer.subject], timer.version)
        decided.append((timer, decision))
        if decision.events:
            cases[timer.subject] = changed[timer.subject] = decision.after
            await repository.announce(unit.resuming(timer.correlationid), decision)
    await _save_all(repository, unit, changed)
    return decided


async def _save_all(repository: Repository[Any, C], unit: Unit, changed: Mapping[str, C]) -> None:
    """Update cases whose content stays, in one go."""
    rows = [{f"new_{name}": value for name, value in repository.write(case).items()} for case in changed.values()]
    if not rows:
        return
    table = inspect(repository.row).local_table
    columns: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in rows[0]}
    statement = update(table).where(table.c.id == bindparam("new_id")).values(columns)
    await (await unit.session.connection()).execute(statement, rows)
