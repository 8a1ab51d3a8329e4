"""Wires the service: everything it consists of, in one value."""

from pathlib import Path

from chassis.service import Service

from petition.api import commands, queries_router
from petition.config import PetitionSettings
from petition.handlers import REACTIONS, tenants
from petition.recovery import restore

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def bootstrap() -> Service:
    """Read the settings and put the service together; nothing is started yet.

    Raises:
        pydantic.ValidationError: A setting is missing or wrong.
        BrokenContracts: The list of cities can't be read.
    """
    tenants()
    settings = PetitionSettings()
    return Service(
        name=settings.service,
        title="网络问政 · Petitions",
        settings=settings,
        migrations=MIGRATIONS,
        routers=(commands, queries_router),
        reactions=REACTIONS,
        restore=restore,
    )
