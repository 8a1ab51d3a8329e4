"""Wires the service: everything it consists of, in one value."""

from pathlib import Path

from chassis.service import Service

from approve.api import commands, queries_router
from approve.config import ApproveSettings
from approve.handlers import REACTIONS, give_cards
from approve.recovery import restore

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def bootstrap() -> Service:
    """Read the settings and put the service together; nothing is started yet.

    Raises:
        pydantic.ValidationError: A setting is missing or wrong.
    """
    settings = ApproveSettings()
    return Service(
        name=settings.service,
        title="审批 · Reviews",
        settings=settings,
        migrations=MIGRATIONS,
        routers=(commands, queries_router),
        reactions=REACTIONS,
        fire=give_cards,
        restore=restore,
    )
