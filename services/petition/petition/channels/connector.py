"""The connector interface (接入接口): what a channel that is asked for messages, or carries answers out, has to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from casework.roles import Role
from chassis.api.auth import Principal

from petition.channels.message import ChannelMessage
from petition.channels.origin import Origin
from petition.outbound.delivery import Way
from petition.petition import Channel


def principal_of(channel: Channel, source: str, tenant: str) -> Principal:
    """Give as whom a source acts: a connector of the tenant that has what comes in there."""
    return Principal(subject=f"connector:{channel}:{source}", tenant=tenant, roles=frozenset({Role.CONNECTOR.value}))


class SourceError(Exception):
    """A source can't be read now, or answers what isn't the protocol. Nothing was taken in; it is asked again later.

    Attributes:
        reason: A short reason without content, for metrics and logs.
        retry_after_s: How long it wants to be left alone; None: it doesn't say.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Position:
    """How far a source has been read.

    Attributes:
        cursor: In the source's own terms; None: from its beginning.
        etag: Of its last answer to this cursor, so that it can say that there is nothing new.
    """

    cursor: str | None = None
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a source has from a position on.

    Attributes:
        messages: Those that could be petitions and are addressed to the police; repeats and any order are welcome.
        refused: How many others came that could be none.
        position: Where the next page begins. It is kept in the transaction that takes these messages in.
        more: The next page is there already.
    """

    messages: Sequence[ChannelMessage]
    position: Position
    refused: int = 0
    more: bool = False


class Connector(Protocol):
    """Which channel it is, and which one of its sources: with both halves of a connector the same."""

    @property
    def channel(self) -> Channel:
        """The channel."""
        ...

    @property
    def source(self) -> str:
        """Which one of them; with the channel, the name of its cursor."""
        ...


class PullConnector(Connector, Protocol):
    """A channel that is asked for its messages, a page at a time (a polling consumer)."""

    @property
    def tenant(self) -> str:
        """Who has what comes in there, a GB/T 2260 code."""
        ...

    @property
    def every_s(self) -> float:
        """Seconds between two looks while there is nothing new."""
        ...

    async def pull(self, position: Position) -> Page:
        """Read the next page. It has a few seconds and is bounded in size; a cancelled one is read again.

        Raises:
            SourceError: See there.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What goes out to whoever wrote a message; a bulletin answers none, and is for everybody.

    Attributes:
        key: By it a counterpart knows what it has taken already; the same for each attempt, and for nothing else.
        mark: By it an answer in its thread is known where anybody may say whoever they are; nobody can guess it.
        origin: The message that is answered, and where to answer.
        way: How.
        title: Of the message; None where its subject is kept out of what is sent.
        text: What is told.
        automatic: No person has written it.
        withdraws: The key of what it takes back, if it does: a bulletin.
    """

    key: str
    mark: str
    origin: Origin
    way: Way
    title: str | None
    text: str
    automatic: bool
    withdraws: str | None = None


class SendError(Exception):
    """Something can't be sent now.

    Attributes:
        reason: A short reason without content, for metrics, logs and staff.
        retry_after_s: How long the counterpart wants to be left alone; None: it doesn't say.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class AwayError(SendError):
    """The counterpart takes nothing now, whatever it is: all that is for it waits."""


class RefusedError(SendError):
    """The counterpart will never take this one."""


class SendConnector(Connector, Protocol):
    """A channel that carries answers out: the outbound half of a connector."""

    def ways(self, origin: Origin) -> frozenset[Way]:
        """Tell how whoever wrote a message can be reached: in the open under it, by private message, or not at all."""
        ...

    async def send(self, outgoing: Outgoing) -> None:
        """Send something; with the same key as often as it takes. It has a few seconds; what is cancelled may arrive.

        Raises:
            AwayError: See there.
            RefusedError: See there.
            SendError: This one wasn't taken now.
        """
        ...
