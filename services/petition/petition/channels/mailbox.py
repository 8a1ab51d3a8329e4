"""A mailbox (邮箱), read by IMAP4rev1 (RFC 3501) without changing anything in it.

Its cursor is UIDVALIDITY and the last UID that was read. When a server says that UIDs have begun anew, so does reading:
a mail is known by what it says, not by its number.
"""

import asyncio
import imaplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from petition.channels.config import MailSettings
from petition.channels.connector import Page, Position, SourceError
from petition.channels.letter import letter_of
from petition.channels.message import ChannelMessage
from petition.petition import Channel

MOST_MAILS: Final = 20
"""Of a page."""
WINDOW: Final = 1_000
"""UIDs that are asked for at once: an answer has to fit into a line."""
LARGEST_READ: Final = 512 * 1024
"""Bytes of a mail that are read, from its beginning: that is where the text is."""
STEP_S: Final = 3.0
"""Longest wait for one answer of the server."""
PAGE_S: Final = 3.5
"""After so long a page ends where it is."""
_FAILURES: Final = (imaplib.IMAP4.error, OSError, EOFError, ValueError, IndexError, TypeError)
"""What a server, or whoever pretends to be one, can make of a conversation."""


@dataclass(frozen=True, slots=True)
class _Read:
    """How far a mailbox was read.

    Attributes:
        validity: UIDVALIDITY.
        uid: The last one.
    """

    validity: int
    uid: int

    @classmethod
    def of(cls, position: Position, validity: int) -> "_Read":
        known, _, uid = (position.cursor or "").partition(":")
        return cls(validity, int(uid)) if known == str(validity) and uid.isdecimal() else cls(validity, 0)

    def to(self, uid: int) -> Position:
        return Position(f"{self.validity}:{uid}")


class Mailbox:
    """A mailbox that is asked for its messages."""

    channel = Channel.MAIL

    def __init__(self, settings: MailSettings) -> None:
        """Read from here; nothing is connected yet."""
        self._settings = settings
        self.source, self.tenant, self.every_s = settings.source, settings.tenant, settings.every_s

    async def pull(self, position: Position) -> Page:
        """Read the next mails.

        Raises:
            SourceError: See there.
        """
        return await asyncio.to_thread(self._read, position)

    def _read(self, position: Position) -> Page:
        try:
            with self._opened() as server:
                return self._page(server, position)
        except _FAILURES as error:
            raise SourceError("refused" if isinstance(error, imaplib.IMAP4.error) else "unreachable") from error

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        its = self._settings
        if its.tls:
            context = ssl.create_default_context(cafile=its.ca_path)
            server: imaplib.IMAP4 = imaplib.IMAP4_SSL(its.host, its.port, ssl_context=context, timeout=STEP_S)
        else:
            server = imaplib.IMAP4(its.host, its.port, timeout=STEP_S)
        try:
            server.login(its.user, its.password_path.read_text("utf-8").strip())
            _done(server.select(f'"{its.mailbox}"', readonly=True))
            yield server
        finally:
            server.shutdown()  # nothing was begun that a farewell would end

    def _page(self, server: imaplib.IMAP4, position: Position) -> Page:
        started = time.monotonic()
        read = _Read.of(position, _number(server, "UIDVALIDITY"))
        last, end = read.uid, min(read.uid + WINDOW, _number(server, "UIDNEXT") - 1)
        if end <= read.uid:
            return Page(messages=(), position=read.to(read.uid))
        (found,) = _done(server.uid("SEARCH", f"UID {read.uid + 1}:{end}"))
        uids = sorted(uid for uid in map(int, (found or b"").split()) if read.uid < uid <= end)
        messages = []
        for uid in uids[:MOST_MAILS]:
            if time.monotonic() - started > PAGE_S:
                break
            if (message := self._mail(server, uid)) is not None:
                messages.append(message)
            last = uid
        if last == (uids[-1] if uids else read.uid):
            last = end
        return Page(messages=messages, position=read.to(last), more=last < _number(server, "UIDNEXT") - 1)

    def _mail(self, server: imaplib.IMAP4, uid: int) -> ChannelMessage | None:
        """Read the beginning of a mail; None if it was deleted meanwhile."""
        parts: list[Any] = _done(server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST_READ}>)"))
        raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
        return None if raw is None else letter_of(raw, self.source, whole=len(raw) < LARGEST_READ)


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(answer[0])
    return answer[1]


def _number(server: imaplib.IMAP4, name: str) -> int:
    """Give a number that the server told with the mailbox."""
    told = server.untagged_responses.get(name)
    last = told[-1] if told else None
    if not isinstance(last, bytes):
        raise imaplib.IMAP4.error(name)
    return int(last)
