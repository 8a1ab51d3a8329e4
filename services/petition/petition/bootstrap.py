"""Wires the service: everything it consists of, in one value."""

from pathlib import Path

import casework.problems
from chassis.service import Service

from petition import problems
from petition.api import commands, queries_router
from petition.config import PetitionSettings
from petition.handlers import REACTIONS
from petition.recovery import restore
from petition.replies import api as replies
from petition.replies.library import Library
from petition.suggesting import Sorting


def bootstrap() -> Service:
    """Put the service together out of its settings."""
    settings = PetitionSettings()
    library = Library(settings.database_url)
    return Service(
        title="网络问政 · Petitions",
        about="各渠道的诉求：收件、分办、答复、办结；答复口径库。"
        "Petitions of every channel: received, transferred, answered, closed; and the reply library.",
        settings=settings,
        migrations=Path(__file__).resolve().parents[1] / "migrations",
        routers=(commands, queries_router, *replies.routers(library)),
        problems=(casework.problems, problems),
        parts=(Sorting(), library),
        reactions=REACTIONS,
        restore=restore,
    )
