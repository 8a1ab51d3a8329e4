"""The channel protocol (接入协议) as its client: forum zones and microblogs that are asked for messages over HTTP.

``GET <url>?cursor=…&limit=50[&mention=…]`` is answered by a page::

    {"messages": [{"id": "4711", "revision": 0, "author": "网友甲", "title": "…", "text": "…",
                   "posted_at": "2026-11-04T20:00:00+08:00", "reply_to": "…", "in_reply_to": "…",
                   "mentions": ["gz-police"]}],
     "next": "…", "more": false}

``next`` is where the next page begins, also when there is none yet. An ``ETag`` comes back as ``If-None-Match``, and
304 says that nothing is new; 429 and 503 say with ``Retry-After`` how long to leave it alone; 410 says that the cursor
is too old, and reading begins anew: what comes again is known. docs/adding-a-channel.md tells all of it.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import httpx

from petition.channels.config import FeedSettings
from petition.channels.connector import Page, Position, SourceError
from petition.channels.message import cleaned, message_of
from petition.petition import Channel

MOST_MESSAGES: Final = 50
"""Of a page."""
MOST_ACCEPTED: Final = 200
"""A source that gives more than it was asked for is borne up to here."""
LARGEST_PAGE: Final = 8 * 1024 * 1024
"""Bytes of an answer: fifty of the longest messages, escaped."""
LONGEST_CURSOR: Final = 2_000
_TIMEOUT: Final = httpx.Timeout(4.0)


class Feed:
    """A source that speaks the channel protocol."""

    def __init__(self, settings: FeedSettings) -> None:
        """Read from here; nothing is connected yet."""
        self._settings = settings
        self._client: httpx.AsyncClient | None = None

    @property
    def channel(self) -> Channel:
        """The channel."""
        return self._settings.channel

    @property
    def source(self) -> str:
        """Which one of them."""
        return self._settings.source

    @property
    def tenant(self) -> str:
        """Who has what comes in there."""
        return self._settings.tenant

    @property
    def every_s(self) -> float:
        """Seconds between two looks while there is nothing new."""
        return self._settings.every_s

    async def pull(self, position: Position) -> Page:
        """Read the next page.

        Raises:
            SourceError: See there.
        """
        try:
            return await self._ask(position)
        except httpx.HTTPError as error:
            raise SourceError("unreachable") from error

    async def _ask(self, position: Position) -> Page:
        headers = self._headers(position)
        async with self._connected().stream(
            "GET", self._settings.url, params=self._query(position), headers=headers
        ) as answer:
            match answer.status_code:
                case httpx.codes.OK:
                    return self._page(await body_of(answer), position, answer.headers.get("etag"))
                case httpx.codes.NOT_MODIFIED:
                    return Page(messages=(), position=position)
                case httpx.codes.GONE:
                    return Page(messages=(), position=Position(), more=position != Position())
                case status:
                    raise SourceError(f"status-{status}", retry_after(answer.headers.get("retry-after")))

    def _connected(self) -> httpx.AsyncClient:
        """Make the client on the loop that uses it. It follows nobody elsewhere, and has no settings of the machine."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)
        return self._client

    def _query(self, position: Position) -> dict[str, str | int]:
        query: dict[str, str | int] = {"limit": MOST_MESSAGES}
        if position.cursor is not None:
            query["cursor"] = position.cursor
        if self._settings.mention is not None:
            query["mention"] = self._settings.mention
        return query

    def _headers(self, position: Position) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}  # its size is the size that is read
        if position.etag is not None:
            headers["If-None-Match"] = position.etag
        return headers | bearer(self._settings.token_path, SourceError)

    def _page(self, body: bytes, position: Position, etag: str | None) -> Page:
        try:
            page: Any = json.loads(body)  # not orjson: it refuses a page for one half of a character in one message
        except (ValueError, RecursionError) as error:
            raise SourceError("not-json") from error
        if not isinstance(page, Mapping) or not isinstance(page.get("messages"), list):
            raise SourceError("not-a-page")
        following = page.get("next")
        if not isinstance(following, str) or len(following) > LONGEST_CURSOR or cleaned(following) != following:
            raise SourceError("no-cursor")
        if len(page["messages"]) > MOST_ACCEPTED:
            raise SourceError("too-many")
        ours = [raw for raw in page["messages"] if self._is_for_us(raw)]
        read = [message_of(raw, self.channel, self.source) for raw in ours]
        messages = [message for message in read if message is not None]
        stands = following == position.cursor
        return Page(
            messages=messages,
            position=Position(following, etag if stands and etag and cleaned(etag) == etag else None),
            refused=len(read) - len(messages),
            more=page.get("more") is True and not stands,
        )

    def _is_for_us(self, raw: object) -> bool:
        """Tell whether a message is addressed to the police: all of a zone's are, and what mentions the account."""
        if self._settings.mention is None:
            return True
        mentions = raw.get("mentions") if isinstance(raw, Mapping) else None
        return isinstance(mentions, list) and self._settings.mention in mentions


def bearer(path: Path | None, failed: Callable[[str], Exception]) -> dict[str, str]:
    """Give the header with the token of a file, which is read anew each time; nothing if there is none.

    Args:
        path: Of the file.
        failed: Makes what is raised if it can't be read.
    """
    if path is None:
        return {}
    try:
        return {"Authorization": f"Bearer {path.read_text('utf-8').strip()}"}
    except (OSError, ValueError) as error:
        raise failed("no-token") from error


async def body_of(answer: httpx.Response) -> bytes:
    """Read an answer that is still coming, up to a bound.

    Raises:
        SourceError: It is larger.
    """
    parts, size = [], 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > LARGEST_PAGE:
            raise SourceError("too-large")
        parts.append(part)
    return b"".join(parts)


def retry_after(header: str | None) -> float | None:
    """Read Retry-After: seconds, or a date; None if it is neither."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header.strip()[:9])
    try:
        return (parsedate_to_datetime(header).astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
