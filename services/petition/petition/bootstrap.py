"""Wires the service: everything it consists of, in one value."""

from collections.abc import Sequence
from pathlib import Path

import casework.problems
from chassis.files import FileStore, store_at
from chassis.service import Service
from chassis.settings import Role

from petition import problems
from petition.alike import api as alike
from petition.alike import problems as alike_problems
from petition.alike.sketching import Sketching
from petition.api import commands, intake, queries_router
from petition.attachments import api as attachments
from petition.attachments.clearing import Clearing
from petition.bulletins import api as bulletins
from petition.channels import open311, relay
from petition.channels.config import ChannelSettings
from petition.channels.connector import PullConnector, SendConnector
from petition.channels.pulling import tasks_of
from petition.collaboration import api as collaboration
from petition.collaboration import problems as of_collaboration
from petition.config import PetitionSettings
from petition.feedback import api as feedback
from petition.handlers import REACTIONS
from petition.handling import api as handling
from petition.handling.calendar import count_by
from petition.handling.handlers import fire
from petition.handling.notices import calendar_of
from petition.holding import api as holding
from petition.outbound import api as outbound
from petition.outbound import sending
from petition.outbound.reach import reach_by
from petition.paging import api as paging
from petition.paging import delivering
from petition.paging.config import PagingSettings
from petition.paging.delivering import Watch
from petition.paging.pager import Pagers
from petition.publishing import api as publishing
from petition.recovery import restore
from petition.replies import api as replies
from petition.replies.automatic import Automatic
from petition.replies.library import Library
from petition.review import api as review
from petition.rosters import api as rosters
from petition.samples import api as samples
from petition.samples.drawing import Drawing
from petition.spam import api as spam
from petition.suggesting import Sorting


def bootstrap() -> Service:
    """Put the service together out of its settings.

    Raises:
        WrongCalendar: What is counted by isn't what it should be.
    """
    settings = PetitionSettings()
    count_by(calendar_of(settings.notices))
    library = Library(settings.database_url)
    channels = ChannelSettings()
    reach_by(channels)
    store = store_at(settings.attachments)
    watch = Watch()
    return Service(
        title="网络问政 · Petitions",
        about="各渠道的诉求：收件、分办、答复、办结；答复口径库；通报。"
        "Petitions of every channel: received, transferred, answered, closed; the reply library; and bulletins.",
        settings=settings,
        migrations=Path(__file__).resolve().parents[1] / "migrations",
        routers=(
            handling.questions,
            intake(Automatic(library, settings.sure)),
            commands,
            handling.commands,
            queries_router,
            *replies.routers(library),
            *bulletins.routers,
            *attachments.routers(store),
            relay.router(channels.relays if settings.has(Role.API) else ()),
            *open311.routers(channels.apps if settings.has(Role.API) else ()),
            *outbound.routers(),
            *holding.routers(),
            *collaboration.ROUTERS,
            *feedback.ROUTERS,
            *publishing.ROUTERS,
            *review.ROUTERS,
            *spam.ROUTERS,
            *paging.ROUTERS,
            *rosters.ROUTERS,
            *samples.ROUTERS,
            *alike.ROUTERS,
        ),
        problems=(casework.problems, alike_problems, of_collaboration, problems),
        parts=(Sorting(), library),
        reactions=REACTIONS,
        tasks=(
            *tasks_of(_connectors(channels, store)),
            *sending.tasks_of(_senders(channels), channels.code_page),
            Clearing(store).task,
            Sketching().task,
            Drawing(settings.samples).task,
            *delivering.tasks_of(Pagers(PagingSettings()), watch),
        ),
        checks=(watch,),
        fire=fire,
        restore=restore,
    )


def _connectors(channels: ChannelSettings, store: FileStore) -> Sequence[PullConnector]:
    """Make what pulls; whoever has nothing to pull needn't load a client for it."""
    made: list[PullConnector] = []
    if channels.feeds:
        from petition.channels.feed import Feed  # noqa: PLC0415

        made += map(Feed, channels.feeds)
    if channels.mailboxes:
        from petition.channels.mailbox import Mailbox  # noqa: PLC0415

        made += (Mailbox(each, store) for each in channels.mailboxes)
    return made


def _senders(channels: ChannelSettings) -> Sequence[SendConnector]:
    """Make what answers go out by; whoever sends nothing needn't load a client for it."""
    made: list[SendConnector] = []
    if channels.feeds or channels.relays:
        from petition.outbound.posting import Group, Zone  # noqa: PLC0415

        made += (Zone(each, each.answers) for each in channels.feeds if each.answers)
        made += (Group(each, each.answers) for each in channels.relays if each.answers)
    if channels.mailboxes:
        from petition.outbound.mailing import Mailer  # noqa: PLC0415

        made += (Mailer(each.source, each.answers) for each in channels.mailboxes if each.answers)
    return made
