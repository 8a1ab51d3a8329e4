"""A message as a channel hands it over (渠道消息), made acceptable: whatever comes over a wire is hostile. Pure.

What is too long is cut, and says so; what can't be a petition is None. So no message can hold up those behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from petition.attachments.attachment import Attachment
from petition.channels.origin import Origin
from petition.kinds import Ground
from petition.petition import Channel

MOST_TITLE: Final = 200
MOST_TEXT: Final = 20_000
MOST_NAME: Final = 200
MOST_ADDRESS: Final = 500
LARGEST_REVISION: Final = 2**53 - 1
OLDEST_YEAR: Final = 1990
"""No forum is older."""
HEADLINE: Final = 40
"""Characters of a text that stand for its title where a channel has none."""
CUT: Final = "\n（原文过长，以下从略；全文见来源。The original is longer; it is where it came from.）"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelMessage:
    """What somebody wrote on a channel.

    Attributes:
        origin: Where it lies there: the key by which it is told from every other one.
        revision: How often it was edited, or any number that grows with each edit.
        author: The name that the channel shows; None: anonymous.
        posted_at: When it was written, if the channel says so.
        attachments: Files that came with it, in the store already.
        declared: What its sender says that it is, if it is for a small circle.
        answers: Ids of what it answers in its thread, the nearest first: of messages there, and of what was sent there.
    """

    origin: Origin
    title: str
    text: str
    revision: int = 0
    author: str | None = None
    posted_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    declared: Ground | None = None
    answers: tuple[str, ...] = ()

    @property
    def account(self) -> str | None:
        """By what its author is told from others: two sources may show two people by one name."""
        return f"{self.origin.source}/{self.author}" if self.author else None


def message_of(raw: object, channel: Channel, source: str) -> ChannelMessage | None:
    """Read a message of the channel protocol; None if nothing in it could be a petition, or it has no id.

    Args:
        raw: Decoded JSON.
        channel: Where it comes from.
        source: Which one of them.
    """
    if not isinstance(raw, Mapping):
        return None
    id_, revision = raw.get("id"), raw.get("revision", 0)
    if not isinstance(id_, str) or not id_.strip() or len(id_) > MOST_NAME or cleaned(id_) != id_:
        return None
    if isinstance(revision, bool) or not isinstance(revision, int) or not 0 <= revision <= LARGEST_REVISION:
        return None
    title, text = (cleaned(raw.get(name)).strip() for name in ("title", "text"))
    if not (title or text):
        return None
    return ChannelMessage(
        origin=Origin(
            channel=channel, source=source, message=id_, address=_short(raw.get("reply_to"), MOST_ADDRESS) or None
        ),
        revision=revision,
        title=title[:MOST_TITLE] or headline(text),
        text=bounded(text or title),
        author=_short(raw.get("author"), MOST_NAME),
        posted_at=moment(raw.get("posted_at")),
        answers=answering(_short(raw.get("in_reply_to"), MOST_NAME)),
    )


def answering(in_reply_to: str | None) -> tuple[str, ...]:
    """Give what a message answers, as its channel names it: one, or nothing."""
    return (in_reply_to,) if in_reply_to else ()


def cleaned(value: object) -> str:
    """Give a text without what no database and no UTF-8 holds: NUL, and halves of characters."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def headline(text: str) -> str:
    """Give a title for a text that has none: how it begins."""
    first = text.strip().splitlines()[0].strip() if text.strip() else ""
    return first if len(first) <= HEADLINE else f"{first[: HEADLINE - 1]}…"


def bounded(text: str, note: str = "") -> str:
    """Cut a text that is too long, and say so in it; a note comes behind it whole."""
    most = MOST_TEXT - len(note)
    return (text if len(text) <= most else text[: most - len(CUT)] + CUT) + note


def moment(value: object) -> datetime | None:
    """Read a time as RFC 3339 writes it; None if it isn't one, or has no time zone."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read if read.tzinfo is not None and read.year >= OLDEST_YEAR else None


def _short(value: object, most: int) -> str | None:
    """Give a name or an address; one that is too long is none, because cut it would be another's."""
    text = cleaned(value).strip()
    return text if 0 < len(text) <= most else None
