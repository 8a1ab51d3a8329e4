"""Wires the service: everything it consists of, in one value."""

from pathlib import Path

import casework.problems
from chassis.api.errors import problem_types
from chassis.service import Service

from accept import problems
from accept.api import commands, queries_router
from accept.catalogue import catalogue
from accept.config import AcceptSettings
from accept.handlers import REACTIONS
from accept.store import CASES

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
        about="受理各项申请：事项目录、提交、受理或不予受理、撤回。"
        "Takes applications in: the catalogue of service items, submission, acceptance or refusal, withdrawal.",
        settings=settings,
        migrations=MIGRATIONS,
        routers=(commands, queries_router),
        problems=problem_types(casework.problems, problems),
        reactions=REACTIONS,
        restore=CASES.restore,
    )
