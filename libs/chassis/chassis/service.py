"""What a service tells the chassis about itself: the whole of its wiring, in one value."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from fastapi import APIRouter

from chassis.process.health import Check
from chassis.process.part import Part
from chassis.relay.importer import Restore
from chassis.settings import Settings
from chassis.timers import Fire
from chassis.worker.batch_store import Batch
from chassis.worker.processor import Reaction
from chassis.worker.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service, ready to be started in any of its roles.

    Attributes:
        title: For the OpenAPI document, Chinese first.
        about: What it is for, in a sentence, for the same readers.
        settings: Read from the environment.
        migrations: Folder with Alembic's ``versions``.
        routers: HTTP endpoints (role api); each of their routes is of one of the edge's own kinds.
        problems: Modules with its problem types, and with ``REFUSALS``: which of them a refusal from inside reads as.
        parts: What runs beside the endpoints (role api).
        reactions: Handlers of events (role worker). One handler a type: an event of ours that names its cause, found by
            recovery, stands for all that the cause had to bring about here.
        batches: Stores of whole logs (role worker).
        tasks: Periodic work (role worker).
        fire: What comes of timers that are due (role worker); None for a service without deadlines.
        restore: How the service's own events are applied to a database that was restored from an older state.
        checks: Further readiness checks.
    """

    title: str
    settings: Settings
    migrations: Path
    about: str = ""
    routers: Sequence[APIRouter] = ()
    problems: Sequence[ModuleType] = ()
    parts: Sequence[Part] = ()
    reactions: Sequence[Reaction] = ()
    batches: Sequence[Batch] = ()
    tasks: Sequence[Task] = ()
    fire: Fire | None = None
    restore: Restore | None = None
    checks: Sequence[Check] = ()

    def __post_init__(self) -> None:
        """Check that positions and imported effects can't be mistaken for another consumer's.

        Raises:
            ValueError: Two consumers share a name, or two reactions a type.
        """
        names = [reaction.name for reaction in self.reactions] + [batch.name for batch in self.batches]
        _require_unique("consumers named", names)
        _require_unique("handlers of", [type_ for each in self.reactions for type_ in each.handlers])

    @property
    def name(self) -> str:
        """As in the contracts: ``writer`` and ``readers`` of topics; also the source of its events."""
        return self.settings.service


def _require_unique(what: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{count} {what} {name}")


Bootstrap = Callable[[], Service]
"""Reads the settings and puts the service together; nothing is started yet.

Raises:
    pydantic.ValidationError: A setting is missing or wrong.
"""
