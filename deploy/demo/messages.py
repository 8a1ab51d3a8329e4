"""Messages to be sent in, from JSON Lines.

One object a line: ``title``, ``body``, ``user``, ``time`` (China time, ``2017-06-08 17:31:20``), and, if the
source knows them, ``tenant`` (GB/T 2260 code) and ``channel`` (``portal``, ``forum``, or one of ``TYPED_IN``). Whether
a message may be accepted is for the suite to say, not for the reader: what can be read is passed on as it stands.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zlib import crc32

from contracts.registry import default_directory

OWN = Path(__file__).with_name("messages.jsonl")
"""What is sent if nobody names a file."""

CHINA = timezone(timedelta(hours=8))
TYPED_IN = ("telephone", "walk-in", "liaison-desk")
"""Channels of which an officer types in what somebody said."""

CHANNELS = tuple(channel for typed_in in TYPED_IN for channel in ("portal", "forum", "portal", typed_in))
FRAUD = ("骗", "杀猪盘", "投资群")
"""Every report of fraud among our own messages has one of these."""

LONGEST_LINE = 4 * 1024 * 1024
"""Characters; a longer line is no message, whatever it holds."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as its source has it.

    Attributes:
        line: Where it stands in the file, from 1.
        title: Normally text; whatever it is, it is sent.
        text: The same.
        posted_at: RFC 3339, if the source knows it.
    """

    line: int
    user: str
    tenant: str
    channel: str
    title: Any
    text: Any
    posted_at: str | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that holds no message."""

    line: int
    reason: str


def tenants() -> tuple[str, ...]:
    """Give the codes of all tenants, the province first."""
    with (default_directory() / "reference" / "tenants.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row["code"] for row in csv.DictReader(file))


def read(path: Path, codes: Sequence[str]) -> Iterator[Message | Unreadable]:
    """Yield the file's messages in order; a line that can't be read is named, not fatal.

    A message that names no tenant goes to one that its user decides, so that one user stays in one city;
    one that names no channel goes to them in turn.
    """
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(LONGEST_LINE):
            number += 1
            if not line.endswith(b"\n") and len(line) == LONGEST_LINE:
                _skip_rest(lines)
                yield Unreadable(number, "the line is too long")
            elif line.strip():
                yield _message(number, line, codes)


def for_load(codes: Sequence[str]) -> list[Message]:
    """Give our own messages that are acceptable and raise no alert, however often they are sent."""
    return [
        message
        for message in read(OWN, codes)
        if isinstance(message, Message)
        and message.tenant in codes
        and isinstance(message.title, str)
        and message.title.strip()
        and f"{message.title}{message.text}".isprintable()
        and not any(word in f"{message.title}{message.text}" for word in FRAUD)
    ]


def neighbours() -> list[Message]:
    """Give what several people of one estate post within a day: the same question."""
    title, text = "居住证快到期了怎么续", "请问居住证到期续签需要什么材料，可以在网上办吗？"
    return [Message(place, f"neighbour-{place}", "440300", "forum", title, text, None) for place in range(1, 4)]


def _skip_rest(lines: Any) -> None:
    while (rest := lines.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _message(number: int, line: bytes, codes: Sequence[str]) -> Message | Unreadable:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return Unreadable(number, "the line is not JSON")
    if not isinstance(raw, dict):
        return Unreadable(number, "the line is not a JSON object")
    user = str(raw.get("user") or f"line-{number}").encode("utf-8", "replace").decode()
    tenant, channel = raw.get("tenant"), raw.get("channel")
    return Message(
        line=number,
        user=user,
        tenant=tenant if isinstance(tenant, str) else codes[crc32(user.encode()) % len(codes)],
        channel=channel if isinstance(channel, str) else CHANNELS[number % len(CHANNELS)],
        title=raw.get("title"),
        text=raw.get("body"),
        posted_at=_moment(raw.get("time")),
    )


def _moment(time: Any) -> str | None:
    try:
        return datetime.strptime(time, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA).isoformat()
    except (TypeError, ValueError):
        return None
