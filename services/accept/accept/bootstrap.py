"""Wires the service: everything it consists of, in one value."""

from pathlib import Path

from chassis.service import Service

from accept.api import commands, queries_router
from accept.catalogue import catalogue
from accept.config import AcceptSettings
from accept.handlers import REACTIONS
from accept.recovery import restore

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def bootstrap() -> Service:
    """Read the settings and put the service together; nothing is started yet.

    Raises:
        pydantic.ValidationError: A setting is missing or wrong.
        BrokenCatalogue: A service item can't be offered as it is written; the message names it.
        BrokenContracts: The list of cities can't be read.
    """
    catalogue()
    settings = AcceptSettings()
    return Service(
        name=settings.service,
        title="受理 · Applications",
        settings=settings,
        migrations=MIGRATIONS,
        routers=(commands, queries_router),
        reactions=REACTIONS,
        restore=restore,
    )
