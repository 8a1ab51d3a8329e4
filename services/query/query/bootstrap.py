"""Wires the service: everything it consists of, in one value."""

from datetime import timedelta
from pathlib import Path

import casework.problems
from casework.codes import Tries
from chassis.api.attempts import Attempts
from chassis.service import Service
from chassis.worker.batch_store import Batch
from contracts.codec import Codec
from contracts.registry import Registry

from query import problems
from query.api import routers
from query.config import QuerySettings
from query.domain import TOPICS
from query.feed import Feed
from query.handlers import Projection
from query.queries import Answers
from query.tables import Colour
from query.wording import Wording


def bootstrap() -> Service:
    """Put the service together out of its settings and its wordings.

    Raises:
        KeyError: The page of wordings isn't complete.
    """
    settings = QuerySettings()
    feed = Feed(settings.database_url)
    answers = Answers(
        feed=feed,
        wording=Wording.load(),
        tries=Tries(
            by_number=Attempts(most=settings.attempts, window_s=settings.attempts_s),
            by_client=Attempts(most=settings.client_attempts, window_s=settings.attempts_s),
        ),
        ticket_for=timedelta(seconds=settings.ticket_s),
    )
    codec = Codec(Registry.load())
    return Service(
        title="查询 · Progress",
        about="办件和诉求的进度：凭编号和查询码，或登录后查看，并可实时跟进。"
        "How far matters have come: by number and query code, or signed in; and live.",
        settings=settings,
        migrations=Path(__file__).resolve().parents[1] / "migrations",
        routers=routers(answers),
        problems=(casework.problems, problems),
        parts=(feed,),
        batches=[batch_of(colour, codec) for colour in Colour],
    )


def batch_of(colour: Colour, codec: Codec) -> Batch:
    """Give what builds one of the two models, and keeps it up to date."""
    projection = Projection(colour, codec)
    return Batch(name=f"progress-{colour}", topics=lambda: TOPICS, store=projection.store, wanted=projection.wanted)
