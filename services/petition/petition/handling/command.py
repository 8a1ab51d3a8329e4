"""``petition recalculate``: part by part, with what has moved so far in sight."""

import asyncio
from uuid import UUID

import typer
from chassis.process.command import units_of
from chassis.settings import Settings
from chassis.unit import Units
from contracts.registry import Registry
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from contracts.events import PetitionDeadlineRecalculated, ReportDeadlineRecalculated
from petition.domain import Decision
from petition.handling.recalculating import part, running

Moved = PetitionDeadlineRecalculated | ReportDeadlineRecalculated


def run(settings: Settings, *, dry: bool) -> None:
    """Compute everything again, or say what that would move."""
    moved = asyncio.run(_run(settings, dry=dry))
    if dry:
        typer.echo(f"将变动 {moved} 项期限，未写入 · {moved} time limits would move; nothing was written")
    else:
        typer.echo(f"✓ 已重新计算，{moved} 项期限有变动 · computed again: {moved} time limits moved")


async def _run(settings: Settings, *, dry: bool) -> int:
    keyring = settings.open_keyring()
    try:
        async with units_of(settings, Registry.load(), "recalculate", keyring=keyring) as units:
            return await recalculate_all(units, dry=dry)
    finally:
        if keyring is not None:
            await keyring.close()


async def recalculate_all(units: Units, *, dry: bool) -> int:
    """Go through all of them, each part in a transaction of its own; give how many time limits moved."""
    moved, after = 0, None
    async with units.begin(read_only=True) as unit:
        total = await running(unit)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("重新计算 · computing again", total=total)
        while True:
            async with units.begin(read_only=dry) as unit:
                done = await part(unit, after, dry=dry)
            for decision in done.moved:
                moved += _tell(decision) if dry else len(decision.events)
            bar.advance(task, done.looked)
            if done.last is None:
                return moved
            after = done.last


def _tell(decision: Decision) -> int:
    """Print what of a petition would move, by its id: numbers are for whoever has them."""
    found = [event for event in decision.events if isinstance(event, Moved)]
    for event in found:
        certain = "暂定 provisional" if event.provisional else "确定 certain"
        old, new = (f"{at:%Y-%m-%d %H:%M}Z" for at in (event.old_due_at, event.due_at))
        typer.echo(f"{UUID(decision.after.id)} {event.clock} {old} → {new} {certain} ({event.reason})")
    return len(found)
