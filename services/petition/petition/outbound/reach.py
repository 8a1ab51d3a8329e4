"""Where what goes out may go (发送范围): to which sources nothing is sent, and which of them carry bulletins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.tenants import PROVINCE

from petition.channels.config import ChannelSettings
from petition.petition import Channel


@dataclass(frozen=True, slots=True)
class Outlet:
    """A source that carries bulletins: a microblog's account, a forum's zone, a group.

    Attributes:
        channel: Its channel.
        source: Which one of them.
        tenant: Whose it is, a GB/T 2260 code.
    """

    channel: Channel
    source: str
    tenant: str


@dataclass(slots=True)
class _Reach:
    silent: frozenset[tuple[Channel, str]] = frozenset()
    outlets: tuple[Outlet, ...] = ()


_REACH = _Reach()


def reach_by(channels: ChannelSettings) -> None:
    """Send from now on where these settings say so."""
    _REACH.silent = frozenset(_silent(channels))
    groups = (Outlet(Channel.QQ_GROUP, each.source, each.tenant) for each in channels.relays if each.bulletins)
    _REACH.outlets = (
        *(Outlet(each.channel, each.source, each.tenant) for each in channels.feeds if each.bulletins),
        *groups,
    )


def is_silent(channel: Channel, source: str) -> bool:
    """Tell whether a source is set up, and nothing to be sent there; of one that isn't known, nobody can say that."""
    return (channel, source) in _REACH.silent


def outlets_of(tenant: str) -> Sequence[Outlet]:
    """Give the sources that carry a tenant's bulletins: its own, as portals do; of the province's, everybody's."""
    return [each for each in _REACH.outlets if tenant in {each.tenant, PROVINCE}]


def _silent(channels: ChannelSettings) -> Iterator[tuple[Channel, str]]:
    for feed in channels.feeds:
        if feed.answers is None:
            yield feed.channel, feed.source
    for mailbox in channels.mailboxes:
        if mailbox.answers is None:
            yield Channel.MAIL, mailbox.source
    for relay in channels.relays:
        if relay.answers is None:
            yield Channel.QQ_GROUP, relay.source
