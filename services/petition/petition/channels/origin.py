"""Where a message lies in its channel: by this it is known when it comes again, and this is where an answer goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import orjson
from chassis.outbox import Outbox

from petition.kinds import Ground
from petition.petition import Channel

_CONTEXT: Final = "origin"
_IN_A_CIRCLE: Final = "origin.report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a message lies, and where to answer. Kept sealed; only names made of it are in clear.

    Attributes:
        channel: The channel.
        source: Which one of them: a forum's zone, a microblog's account, a group.
        message: The message's id there; None for what an officer typed in, which comes only once.
        address: Where to answer, in the channel's own terms.
        thread: By what an answer is joined to it where that isn't its id: the Message-ID of a mail.
    """

    channel: Channel
    source: str | None = None
    message: str | None = None
    address: str | None = None
    thread: str | None = None

    def name(self, ground: Ground | None, outbox: Outbox) -> str | None:
        """Give the keyed name by which the message is known again in a circle; None if it can't come again.

        The name in a small circle is derived from the ordinary one and isn't linkable to it without the secret:
        otherwise a report could be told from what is in the open, as the same message's.
        """
        if self.message is None:
            return None
        place = orjson.dumps([self.channel, self.source, self.message]).decode()
        ordinary = outbox.pseudonym(place, context=_CONTEXT)
        return ordinary if ground is None else outbox.pseudonym(ordinary, context=_IN_A_CIRCLE)

    def names(self, outbox: Outbox) -> tuple[str, ...]:
        """Give all names by which it may be known, the ordinary one first."""
        found: Iterator[str | None] = (self.name(ground, outbox) for ground in (None, Ground.CRIME))
        return tuple(name for name in found if name is not None)

    def text(self) -> str:
        """Give what is kept, sealed, with the petition."""
        kept = {"source": self.source, "message": self.message, "address": self.address}
        return orjson.dumps(kept | ({"thread": self.thread} if self.thread else {})).decode()

    @classmethod
    def read(cls, channel: Channel, text: str) -> Self:
        """Read what was kept."""
        return cls(channel=channel, **orjson.loads(text))


def author_of(account: str, channel: Channel, outbox: Outbox) -> str:
    """Give the pseudonym of whoever a channel tells from others by an account; another one on each channel."""
    return outbox.pseudonym(account, context=f"author.{channel}")
