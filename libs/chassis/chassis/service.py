"""What a service tells the chassis about itself: the whole of its wiring, in one value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter

from chassis.process.health import Check
from chassis.relay.importer import Restore
from chassis.settings import Settings
from chassis.worker.batch_store import Batch
from chassis.worker.processor import Reaction
from chassis.worker.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service, ready to be started in any of its roles.

    Attributes:
        name: As in the contracts: ``writer`` and ``readers`` of topics; also the source of its events.
        title: For the OpenAPI document, Chinese first.
        settings: Read from the environment.
        migrations: Folder with Alembic's ``versions``.
        routers: HTTP endpoints (role api); each of their routes is a CommandRoute or a QueryRoute.
        reactions: Handlers of events (role worker).
        batches: Stores of whole logs (role worker).
        tasks: Periodic work (role worker).
        restore: How the service's own events are applied to a database that was restored from an older state.
        checks: Further readiness checks.
    """

    name: str
    title: str
    settings: Settings
    migrations: Path
    routers: Sequence[APIRouter] = ()
    reactions: Sequence[Reaction] = ()
    batches: Sequence[Batch] = ()
    tasks: Sequence[Task] = ()
    restore: Restore | None = None
    checks: Sequence[Check] = ()


Bootstrap = Callable[[], Service]
