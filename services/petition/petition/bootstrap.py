"""Wires the service: everything it consists of, in one value."""

from pathlib import Path

import casework.problems
from chassis.api.errors import problem_types
from chassis.service import Service

from petition import problems
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
        about="各渠道的诉求：收件、分办、答复、办结。"
        "Petitions of every channel: received, transferred, answered, closed.",
        settings=settings,
        migrations=MIGRATIONS,
        routers=(commands, queries_router),
        problems=problem_types(casework.problems, problems),
        reactions=REACTIONS,
        restore=restore,
    )
