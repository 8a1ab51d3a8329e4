"""A mail as a message: whatever its encodings, its parts and its size. Pure.

A mail may have been read in part only, so it may end anywhere. What of its attachments isn't taken, the text says.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser
from itertools import chain
from typing import Final

from petition.attachments.attachment import LARGEST, MOST
from petition.attachments.keeping import HEAD, media_type_of
from petition.channels.message import (
    MOST_ADDRESS,
    MOST_NAME,
    MOST_TEXT,
    MOST_TITLE,
    OLDEST_YEAR,
    ChannelMessage,
    bounded,
    cleaned,
    headline,
)
from petition.channels.origin import Origin
from petition.petition import Channel

ENCODINGS: Final = ("utf-8", "gb18030", "big5")
"""Tried in this order where a mail doesn't say, or doesn't tell the truth; GB 18030 holds all of GBK and GB 2312."""
CLAIMED: Final = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "us-ascii": "utf-8"}
NOT_TAKEN: Final = "\n（部分附件未收取，请勿在附件中提交紧急情况。Not all attachments were taken.）"
NO_TEXT: Final = "（未能读出正文，请查看原邮件。The text couldn't be read; see the mail itself.）"

MESSAGE_ID: Final = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
"""One that can stand in an answer's header."""
MOST_ANSWERED: Final = 20
"""Of the mails that one answers; a thread names the nearest of them."""
IN_BULK: Final = frozenset({"bulk", "junk", "list"})


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as a message, and the files in it that may be taken.

    Attributes:
        message: Its text tells of files that aren't taken.
        files: Name and content of the others.
    """

    message: ChannelMessage
    files: Sequence[tuple[str, bytes]] = ()


def letter_of(raw: bytes, source: str, *, whole: bool) -> Letter:
    """Read a mail; there is no mail of which nothing comes.

    Args:
        raw: The mail, or its beginning.
        source: The mailbox.
        whole: Nothing of it is missing.
    """
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)  # noqa: S101  what this policy makes
    text, attached = _parts(mail)
    files = [each for each in attached if _is_taken(each[1])][:MOST] if whole else []
    title = _header(mail, "Subject")
    sender, answer = (_address(mail, name) for name in ("From", "Reply-To"))
    body = text.strip() or title or NO_TEXT
    identifier = _header(mail, "Message-ID")
    said = "\0".join([identifier, _header(mail, "Date"), sender or "", title, text[:MOST_TEXT]])
    automatic = _is_automatic(mail)
    message = ChannelMessage(
        origin=Origin(
            channel=Channel.MAIL,
            source=source,
            message=hashlib.sha256(said.encode()).hexdigest(),  # an id alone could be another mail's, on purpose
            address=None if automatic else answer or sender,
            thread=identifier if MESSAGE_ID.fullmatch(identifier) else None,
        ),
        title=title[:MOST_TITLE] or headline(body),
        text=bounded(body, NOT_TAKEN if len(files) < len(attached) or not whole else ""),
        author=sender,
        posted_at=_date(mail),
        answers=() if automatic else _answered(mail),
    )
    return Letter(message, files)


def _is_taken(content: bytes) -> bool:
    return 0 < len(content) <= LARGEST and media_type_of(content[:HEAD]) is not None


def _parts(mail: EmailMessage) -> tuple[str, Sequence[tuple[str, bytes]]]:
    """Give the text, from HTML where there is no other; and name and content of what is more than text."""
    plain, html, attached = [], [], []
    for part in mail.walk():
        if part.is_multipart():
            continue
        if part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
            content = part.get_payload(decode=True)
            attached.append((_filename(part), content if isinstance(content, bytes) else b""))
        elif part.get_content_subtype() == "html":
            html.append(_Words.of(_decoded(part)))
        else:
            plain.append(_decoded(part))
    return "\n".join(filter(str.strip, plain)) or "\n".join(html), attached


def _filename(part: EmailMessage) -> str:
    try:
        return cleaned(part.get_filename(""))
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):  # as for headers
        return ""


def _decoded(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    claimed = (part.get_content_charset() or "").lower()
    return _text(payload, CLAIMED.get(claimed, claimed))


def _text(raw: bytes, claimed: str = "") -> str:
    for encoding in filter(None, (claimed, *ENCODINGS)):
        try:
            return cleaned(raw.decode(encoding))
        except (LookupError, ValueError):
            continue
    return cleaned(raw.decode("utf-8", "replace"))


def _header(mail: EmailMessage, name: str) -> str:
    """Give a header in one line; bytes that no encoding was told for are tried."""
    raw = next((str(value) for header, value in mail.raw_items() if header.lower() == name.lower()), "")
    try:
        value = str(mail.get(name, "")) if raw.isascii() else raw
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):  # the parser of headers isn't total
        return ""
    return " ".join(_text(value.encode("utf-8", "surrogateescape")).split())


def _address(mail: EmailMessage, name: str) -> str | None:
    ((_, address), *_) = getaddresses([_header(mail, name)]) or [("", "")]
    return address if 0 < len(address) <= min(MOST_NAME, MOST_ADDRESS) and "@" in address else None


def _is_automatic(mail: EmailMessage) -> bool:
    """Tell whether a machine has sent it (RFC 3834): it gets no answer, or two machines would write to each other."""
    submitted = _header(mail, "Auto-Submitted").lower()
    return (
        submitted not in {"", "no"}
        or _header(mail, "Precedence").lower() in IN_BULK
        or _header(mail, "Return-Path") == "<>"
    )


def _answered(mail: EmailMessage) -> tuple[str, ...]:
    """Give the Message-IDs of what it answers, the nearest first."""
    named = (MESSAGE_ID.findall(_header(mail, name))[::-1] for name in ("In-Reply-To", "References"))
    return tuple(dict.fromkeys(chain.from_iterable(named)))[:MOST_ANSWERED]


def _date(mail: EmailMessage) -> datetime | None:
    try:
        date = parsedate_to_datetime(_header(mail, "Date"))
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo is not None and date.year >= OLDEST_YEAR else None


class _Words(HTMLParser):
    """The words of a page, without scripts and styles."""

    _SILENT: Final = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._words: list[str] = []
        self._silent = 0

    @classmethod
    def of(cls, html: str) -> str:
        """Give them, a line each."""
        words = cls()
        words.feed(html)
        words.close()
        return "\n".join(words._words)

    def handle_starttag(self, tag: str, _: object) -> None:
        self._silent += tag in self._SILENT

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self._SILENT and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self._words.append(" ".join(data.split()))
