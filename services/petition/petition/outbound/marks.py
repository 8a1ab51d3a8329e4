"""By what an answer to something that was sent is known again (会话标记): the mark that it was sent with.

A forum, a microblog and a group's relay say under which message somebody of theirs writes, and who that is. A mail says
so itself, whoever wrote it; so its mark holds what nobody can guess, and is stored nowhere, because it follows from a
secret.
"""

import hmac
import re
from typing import Final
from uuid import UUID

from chassis.outbox import Outbox

from petition.petition import Channel

_MARK: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{8,64})@[^<>\s@]{1,250}>")
_CONTEXT: Final = "mail-thread"


def mark_of(delivery: str, outbox: Outbox) -> str:
    """Give the mark of a delivery: which one it is, and 144 bits that nobody can guess."""
    return f"{delivery}.{_secret(delivery, outbox)}"


def delivery_of(answered: str, channel: Channel, outbox: Outbox) -> UUID | None:
    """Give the id of the delivery that something answers; None if what it answers was none of ours.

    Args:
        answered: By which id it says so: the Message-ID of a mail; elsewhere the key under which it was sent.
        channel: On which it does.
        outbox: Knows the secret.
    """
    if channel is not Channel.MAIL:
        try:
            return UUID(answered)
        except ValueError:
            return None
    marked = _MARK.fullmatch(answered)
    if marked is None:
        return None
    delivery, secret = marked.groups()
    return UUID(delivery) if hmac.compare_digest(_secret(delivery, outbox), secret) else None


def _secret(delivery: str, outbox: Outbox) -> str:
    return outbox.pseudonym(delivery, context=_CONTEXT).removeprefix("p_")
