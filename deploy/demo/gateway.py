"""The client's side of the gateway: keep-alive, Idempotency-Keys, and retries only where they are safe."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp

from demo.journal import Answer, Expected, Journal, Request

ATTEMPT_S = 10.0
STREAM = aiohttp.ClientTimeout(total=None, sock_read=40.0)
"""Of a stream, which says something at least every few seconds."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 1.0
CLIENT_ERROR, STILL_RUNNING, TOO_MANY, SERVER_ERROR = 400, 409, 429, 500


@dataclass(frozen=True, slots=True)
class Reply:
    """How a request ended.

    Attributes:
        status: None if no attempt was answered in time.
        body: The JSON body; empty if there was none.
        etag: Of the version that the answer shows.
        number: Under which the suite knows the request (x-request-id).
    """

    status: int | None
    body: Mapping[str, Any]
    etag: str | None = None
    number: str | None = None

    @property
    def accepted(self) -> bool:
        """It is done."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  the class of success

    @property
    def refused(self) -> bool:
        """The service said that nothing happened."""
        return self.status is not None and CLIENT_ERROR <= self.status < SERVER_ERROR

    @property
    def reason(self) -> str:
        """Why it was refused, in few words: the problem's slug and the fields that it names."""
        slug = str(self.body.get("type", "")).rpartition(":")[2] or "no answer"
        errors = self.body.get("errors")
        pointers = [str(error.get("pointer", "")) for error in errors] if isinstance(errors, list) else []
        pointers = pointers or [str(self.body["pointer"])] if "pointer" in self.body else pointers
        return " ".join([str(self.status or "–"), slug, *sorted(pointers)])


@dataclass(slots=True)
class Tally:
    """What the client counted."""

    sent: int = 0
    accepted: int = 0
    retried: int = 0
    refused: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, reason: str, what: str) -> None:
        """Note a refusal, by reason."""
        self.refused.setdefault(reason, []).append(what)


Promise = Callable[[Reply], tuple[str, tuple[Expected, ...]]]
"""From an answer with 2xx to the aggregate it names and the events it promises."""


class Gateway:
    """Sends requests through the gateway and writes each attempt into the journal.

    Args:
        url: Of the gateway.
        connections: Most requests in flight.
        patience_s: How long a request is retried before it is given up as unknown.
        repeat_every: One accepted write of so many is sent once more with the same key; the answer must repeat.
        rate: At most so many writes a second; None: as many as are answered.
    """

    def __init__(
        self,
        url: str,
        journal: Journal,
        *,
        connections: int = 32,
        patience_s: float = 30.0,
        repeat_every: int = 50,
        rate: float | None = None,
    ) -> None:
        self.tally = Tally()
        self._url = url
        self._journal = journal
        self._patience_s = patience_s
        self._repeat_every = repeat_every
        self._connections = connections
        self._spacing_s = 1 / rate if rate else 0.0
        self._next_at = 0.0
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30)
        timeout = aiohttp.ClientTimeout(total=ATTEMPT_S)
        self._session = aiohttp.ClientSession(self._url, connector=connector, timeout=timeout, trust_env=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def read(self, path: str, token: str) -> Reply:
        """GET, with retries; what is somebody else's is read to handle it."""
        deadline = time.monotonic() + self._patience_s
        headers = {"Authorization": f"Bearer {token}", "Purpose-Of-Use": "handling"}
        return (await self._until_settled("GET", path, headers, None, deadline, None))[0]

    async def items(self, path: str, token: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield what is listed, page by page; whatever can't be read ends it.

        Args:
            path: Of the list, with a query.
            token: Whose list it is.
        """
        cursor: str | None = ""
        while cursor is not None:
            page = (await self.read(f"{path}&cursor={cursor}" if cursor else path, token)).body
            for item in page.get("items", ()):
                yield item
            cursor = page.get("next")

    async def ask(self, path: str, body: Mapping[str, Any]) -> Reply:
        """POST a question as somebody who isn't signed in, with retries; it changes nothing."""
        deadline = time.monotonic() + self._patience_s
        headers = {"Content-Type": "application/json"}
        return (await self._until_settled("POST", path, headers, json.dumps(body).encode(), deadline, None))[0]

    async def events(self, path: str, seen: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Yield server-sent events, each with its id, until the stream ends or breaks.

        Args:
            path: Of the stream.
            seen: Id of the last event that was seen; empty for all of them.
        """
        assert self._session is not None  # noqa: S101  entered before use
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": seen} if seen else {})
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._session.get(path, headers=headers, timeout=STREAM) as response:
                event: dict[str, str] = {}
                async for line in response.content:
                    name, _, value = line.decode().rstrip("\r\n").partition(": ")
                    if name:
                        event[name] = value
                    elif "data" in event:
                        yield event.get("id", ""), _object(event["data"].encode())
                        event = {}

    async def write(
        self,
        path: str,
        token: str,
        body: Mapping[str, Any],
        *,
        action: str,
        tenant: str,
        promise: Promise,
        subject: str | None = None,
        if_match: str | None = None,
    ) -> Reply:
        """POST, with the same key at each attempt; without a token, as somebody who isn't signed in."""
        await self._turn()
        request = Request(uuid.uuid4().hex, str(uuid.uuid4()), action, tenant, subject)
        self.tally.sent += 1
        headers = {"Content-Type": "application/json", "Idempotency-Key": request.key}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if if_match is not None:
            headers["If-Match"] = if_match
        self._journal.sent(request)
        deadline = time.monotonic() + self._patience_s
        raw = json.dumps(body).encode()
        reply, at = await self._until_settled("POST", path, headers, raw, deadline, request)
        if reply.accepted:
            self.tally.accepted += 1
            self._journal.answered(request, Answer(at, reply.status, *promise(reply), reply.number))
            if self._repeat_every and self.tally.accepted % self._repeat_every == 0:
                await self._repeat(path, headers, raw, request, promise)
        elif reply.status is not None:
            self._journal.answered(request, Answer(at, reply.status, number=reply.number))
        return reply

    async def _turn(self) -> None:
        """Wait until the rate allows another write."""
        now = time.monotonic()
        self._next_at = max(now, self._next_at + self._spacing_s)
        if self._next_at > now:
            await asyncio.sleep(self._next_at - now)

    async def _repeat(
        self, path: str, headers: Mapping[str, str], raw: bytes, request: Request, promise: Promise
    ) -> None:
        """Send it once more, at once and only once: a database that is restored forgets the keys since its copy."""
        reply, _ = await self._attempt("POST", path, headers, raw)
        if reply.accepted:
            answer = Answer(time.time_ns(), reply.status, *promise(reply), reply.number)
            self._journal.answered(request, answer)

    async def _until_settled(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        raw: bytes | None,
        deadline: float,
        request: Request | None,
    ) -> tuple[Reply, int]:
        """Repeat until the answer is final or the patience is over; journal every attempt but the last answer."""
        pause = FIRST_PAUSE_S
        while True:
            reply, retry_after = await self._attempt(method, path, headers, raw)
            at = time.time_ns()
            if reply.status is None:
                if request is not None:
                    self._journal.answered(request, Answer(at, None))
            elif not _worth_repeating(reply.status, retry_after):
                return reply, at
            wait = retry_after if retry_after is not None else pause
            if time.monotonic() + wait > deadline:
                return reply, at
            if reply.status is not None and request is not None:
                self._journal.answered(request, Answer(at, reply.status, number=reply.number))
            self.tally.retried += 1
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _attempt(
        self, method: str, path: str, headers: Mapping[str, str], raw: bytes | None
    ) -> tuple[Reply, float | None]:
        assert self._session is not None  # noqa: S101  entered before use
        try:
            async with self._session.request(method, path, headers=headers, data=raw) as response:
                content = await response.read()
                retry_after = response.headers.get("Retry-After", "")
                told = (response.headers.get(name) for name in ("ETag", "X-Request-Id"))
                reply = Reply(response.status, _object(content), *told)
                return reply, float(retry_after) if retry_after.isdigit() else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Reply(None, {}), None


def _worth_repeating(status: int, retry_after: float | None) -> bool:
    """The same key makes a repetition safe; it is useful where the server failed or says when to come again."""
    return status >= SERVER_ERROR or status == TOO_MANY or (status == STILL_RUNNING and retry_after is not None)


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content) if content else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
