"""Wires the service: everything it consists of, in one value."""

from pathlib import Path

import casework.problems
from chassis.service import Service

from approve import problems
from approve.api import commands, queries_router
from approve.config import ApproveSettings
from approve.handlers import REACTIONS, give_cards
from approve.recovery import restore


def bootstrap() -> Service:
    """Put the service together out of its settings."""
    return Service(
        title="审批 · Reviews",
        about="审批已受理的申请：领办、审查、决定，时限由时钟提醒。"
        "Decides on accepted applications: taken on, examined, decided, with clocks that warn.",
        settings=ApproveSettings(),
        migrations=Path(__file__).resolve().parents[1] / "migrations",
        routers=(commands, queries_router),
        problems=(casework.problems, problems),
        reactions=REACTIONS,
        fire=give_cards,
        restore=restore,
    )
