"""Wires the service: everything it consists of, in one value."""

from pathlib import Path

import casework.problems
from chassis.api.errors import problem_types
from chassis.service import Service

from approve import problems
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
        about="审批已受理的申请：领办、审查、决定，时限由时钟提醒。"
        "Decides on accepted applications: taken on, examined, decided, with clocks that warn.",
        settings=settings,
        migrations=MIGRATIONS,
        routers=(commands, queries_router),
        problems=problem_types(casework.problems, problems),
        reactions=REACTIONS,
        fire=give_cards,
        restore=restore,
    )
