"""Wires the service: everything it consists of, in one value."""

from pathlib import Path

import casework.problems
from chassis.service import Service

from accept import problems
from accept.api import commands, queries_router
from accept.catalogue import catalogue
from accept.config import AcceptSettings
from accept.handlers import REACTIONS
from accept.store import ERASURES


def bootstrap() -> Service:
    """Put the service together out of its settings and its catalogue.

    Raises:
        BrokenCatalogue: A service item can't be offered as it is written; the message names it.
        BrokenContracts: The list of cities can't be read.
    """
    catalogue()
    return Service(
        title="受理 · Applications",
        about="受理各项申请：事项目录、提交、受理或不予受理、撤回。"
        "Takes applications in: the catalogue of service items, submission, acceptance or refusal, withdrawal.",
        settings=AcceptSettings(),
        migrations=Path(__file__).resolve().parents[1] / "migrations",
        routers=(commands, queries_router),
        problems=(casework.problems, problems),
        reactions=REACTIONS,
        restore=ERASURES.restore,
    )
