"""A mailbox (邮箱), read by IMAP4rev1 (RFC 3501) without changing anything in it.

Its cursor is UIDVALIDITY and the last UID that was read. When a server says that UIDs have begun anew, so does reading:
a mail is known by what it says, not by its number.
"""

import asyncio
import imaplib
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from chassis.files import FileStore

from petition.attachments.attachment import named
from petition.attachments.keeping import keep
from petition.channels.config import MailSettings
from petition.channels.connector import Page, Position, SourceError
from petition.channels.letter import Letter, letter_of
from petition.channels.message import ChannelMessage
from petition.petition import Channel

MOST_MAILS: Final = 20
"""Of a page."""
WINDOW: Final = 1_000
"""UIDs that are asked for at once: an answer has to fit into a line."""
FIRST_READ: Final = 512 * 1024
"""Bytes of a mail that are read first, from its beginning: that is where the text is."""
NEXT_READ: Final = 4 * 1024 * 1024
"""Bytes that are read at once of what is behind them, as long as there is time."""
LARGEST_READ: Final = 36 * 1024 * 1024
"""Of a larger mail only the beginning is taken; 25 MiB of files are 34 on their way."""
MOST_HELD: Final = 8 * 1024 * 1024
"""A page whose files have more bytes ends there."""
STEP_S: Final = 3.0
"""Longest wait for one answer of the server."""
PAGE_S: Final = 3.5
"""After so long a page ends where it is."""
FILES_S: Final = 2.5
"""After so long no more is read than the beginning of each mail: the rest of the time is for keeping its files."""
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

    def __init__(self, settings: MailSettings, store: FileStore) -> None:
        """Read from here, and put files there; nothing is connected yet."""
        self._settings, self._store = settings, store
        self.source, self.tenant, self.every_s = settings.source, settings.tenant, settings.every_s

    async def pull(self, position: Position) -> Page:
        """Read the next mails.

        Raises:
            SourceError: See there; also if the store can't keep its files.
        """
        letters, read, more = await asyncio.to_thread(self._read, position)
        return Page(messages=[await self._message(each) for each in letters], position=read, more=more)

    async def _message(self, letter: Letter) -> ChannelMessage:
        try:
            files = [named(await keep(_whole(content), self._store), name) for name, content in letter.files]
        except OSError as error:
            raise SourceError("no-store") from error
        return replace(letter.message, attachments=tuple(files))

    def _read(self, position: Position) -> tuple[list[Letter], Position, bool]:
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

    def _page(self, server: imaplib.IMAP4, position: Position) -> tuple[list[Letter], Position, bool]:
        began = time.monotonic()
        read = _Read.of(position, _number(server, "UIDVALIDITY"))
        last, end = read.uid, min(read.uid + WINDOW, _number(server, "UIDNEXT") - 1)
        if end <= read.uid:
            return [], read.to(read.uid), False
        (found,) = _done(server.uid("SEARCH", f"UID {read.uid + 1}:{end}"))
        uids = sorted(uid for uid in map(int, (found or b"").split()) if read.uid < uid <= end)
        letters: list[Letter] = []
        for uid in uids[:MOST_MAILS]:
            if time.monotonic() - began > PAGE_S or sum(map(_size, letters)) > MOST_HELD:
                break
            letters += self._mail(server, uid, began + FILES_S)
            last = uid
        if last == (uids[-1] if uids else read.uid):
            last = end
        return letters, read.to(last), last < _number(server, "UIDNEXT") - 1

    def _mail(self, server: imaplib.IMAP4, uid: int, ends: float) -> list[Letter]:
        """Read a mail, or its beginning if the rest is too much; none if it was deleted meanwhile."""
        raw, whole = b"", False
        while not whole:
            size = NEXT_READ if raw else FIRST_READ
            part = _part(server, uid, len(raw), size)
            if part is None:
                return []
            whole = len(part) < size
            raw += part
            if not whole and (len(raw) > LARGEST_READ or time.monotonic() > ends):
                return [letter_of(raw[:FIRST_READ], self.source, whole=False)]
        return [letter_of(raw, self.source, whole=True)]


def _part(server: imaplib.IMAP4, uid: int, at: int, size: int) -> bytes | None:
    parts: list[Any] = _done(server.uid("FETCH", str(uid), f"(BODY.PEEK[]<{at}.{size}>)"))
    for part in parts:
        if isinstance(part, tuple):
            return bytes(part[1])
        if isinstance(part, bytes) and b"BODY[]" in part:  # a server may write nothing as ""
            return b""
    return None


def _size(letter: Letter) -> int:
    return sum(len(content) for _, content in letter.files)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


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
