"""Answers that take their time: streams of events (SSE) and long polling.

Such an answer must not hold a database connection while it waits: its endpoint opens short units that only read, and
takes one of a bounded number of places. A stream has a heartbeat, ends after some minutes so that clients come back
(perhaps to another process), ends at once when the process stops, and is closed when its client doesn't read.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from opentelemetry.metrics import CallbackOptions, Observation
from starlette.types import Receive, Scope, Send

from chassis.api.auth import Principal, authenticate
from chassis.api.body import check_address
from chassis.api.errors import OVERLOADED, Problem, request_id_of
from chassis.api.route import PUBLIC, Edge, Endpoint, Handler, uncached
from chassis.telemetry import meter
from chassis.unit import Unit

T = TypeVar("T")

MOST: Final = 2_000
LIFETIME_S: Final = 600.0
HEARTBEAT_S: Final = 15.0
SEND_S: Final = 15.0
"""A client that has taken nothing for so long is closed."""
RETRY_MS: Final = (1_000, 5_000)
"""After how long clients come back, drawn for each: those that were ended together don't come back together."""


class Streams:
    """The places of one process for answers that wait.

    Attributes:
        stopping: Whether the process takes no more of them.
    """

    def __init__(self, *, most: int = MOST, lifetime_s: float = LIFETIME_S) -> None:
        """Make the places.

        Args:
            most: How many there are.
            lifetime_s: Longest stream, in seconds.
        """
        self._most = most
        self._lifetime_s = lifetime_s
        self._waiting: set[asyncio.Future[Any]] = set()
        self._taken = 0
        self.stopping = False
        of = meter()
        of.create_observable_gauge("yiwangban.streams.open", [self._observe], "{stream}")
        of.create_observable_gauge("yiwangban.streams.max", [lambda _: [Observation(most)]], "{stream}")
        self._ended = of.create_counter("yiwangban.streams.ended", "{stream}")

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return self._taken

    @contextmanager
    def place(self) -> Iterator["Place"]:
        """Take a place while the block runs.

        Raises:
            Problem: 503 when there is none, or the process stops.
        """
        if self.stopping or self._taken >= self._most:
            wait_s = str(RETRY_MS[1] // 1_000)
            raise Problem(
                OVERLOADED,
                "连接数已满，请稍候再试。",
                "No place is free; wait, then retry.",
                headers={"Retry-After": wait_s},
            )
        self._taken += 1
        try:
            with ExitStack() as kept:
                yield Place(self, self._lifetime_s, kept)
        finally:
            self._taken -= 1

    def stop(self) -> None:
        """End all of them at once; the server can then drain."""
        self.stopping = True
        for waiting in self._waiting:
            waiting.cancel()

    async def wait(self, work: Awaitable[T], within: float) -> T | None:
        """Give the result of the work; None if it doesn't come in so many seconds, or the process stops."""
        waiting = asyncio.ensure_future(work)
        await self.first(waiting, within=within)
        return None if waiting.cancelled() else waiting.result()

    async def first(self, *work: "asyncio.Future[Any]", within: float) -> None:
        """Wait until one of them is done, the time is over, or the process stops; then cancel the others."""
        self._waiting.update(work)
        try:
            if not self.stopping:
                await asyncio.wait(work, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting.difference_update(work)
            for one in work:
                one.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    def ended(self, why: str) -> None:
        """Count a stream that ended."""
        self._ended.add(1, {"yiwangban.reason": why})

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(self._taken)]


@dataclass(frozen=True, slots=True)
class Place:
    """A place that was taken, until the answer is out.

    Attributes:
        streams: Where it is.
        lifetime_s: For how long it may be kept, in seconds.
    """

    streams: Streams
    lifetime_s: float
    _kept: ExitStack

    def keep(self, context: AbstractContextManager[T]) -> T:
        """Enter a context that is left with the place."""
        return self._kept.enter_context(context)


@dataclass(frozen=True, slots=True)
class Reader:
    """Opens short units that only read, for somebody whose answer takes its time."""

    edge: Edge
    principal: Principal | None
    request_id: str

    def unit(self) -> AbstractAsyncContextManager[Unit]:
        """Open one; close it before waiting for anything."""
        return self.edge.query(self.principal, self.request_id)


async def reader(request: Request) -> Reader:
    """Give what opens this request's units; a dependency of endpoints."""
    found: Reader = request.state.reader
    return found


async def streams(request: Request) -> Streams:
    """Give the process' places, for an answer that waits for a moment without taking one; a dependency of endpoints."""
    found: Streams = request.app.state.edge.streams
    return found


async def place(request: Request) -> AsyncIterator[Place]:
    """Take a place until the answer is out; a dependency of endpoints."""
    with (await streams(request)).place() as taken:
        yield taken


class StreamRoute(APIRoute):
    """A question whose answer takes its time: authenticate, then run the endpoint without a transaction."""

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's own handler."""
        run = super().get_route_handler()

        async def handle(request: Request) -> Response:
            principal = await self._principal(request)
            check_address(request)
            request.state.reader = Reader(request.app.state.edge, principal, request_id_of(request))
            return uncached(await run(request))

        return handle

    async def _principal(self, request: Request) -> Principal | None:
        principal: Principal = await authenticate(request)
        request.state.principal = principal
        return principal


class PublicStreamRoute(StreamRoute):
    """The same for somebody who needn't be signed in."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(path, endpoint, **options | PUBLIC)

    async def _principal(self, _: Request) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream.

    Attributes:
        id: Where the client is once it has this; comes back as Last-Event-ID.
        name: What kind of event.
        data: One line, JSON.
    """

    id: str
    name: str
    data: bytes

    def encode(self) -> bytes:
        """Give it as it goes over the wire (HTML Living Standard, server-sent events)."""
        return b"id: %s\nevent: %s\ndata: %s\n\n" % (self.id.encode(), self.name.encode(), self.data)


class EventStream(StreamingResponse):
    """A stream of server-sent events.

    The source gives the next event, or None at the end. It may be cancelled while it waits, without losing anything.
    """

    media_type = "text/event-stream"

    def __init__(self, source: Callable[[], Awaitable[Event | None]], place: Place, *, status_code: int = 200) -> None:
        super().__init__(iter(()), status_code, headers={"X-Accel-Buffering": "no"})
        self._source = source
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer until the source ends, the client goes, doesn't read, or has been here for long, or we stop."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        sending, gone = asyncio.create_task(self._send(send)), asyncio.create_task(_gone(receive))
        streams = self._place.streams
        await streams.first(sending, gone, within=self._place.lifetime_s)
        slow = not sending.cancelled() and isinstance(sending.exception(), TimeoutError)
        if gone.cancelled() and not slow:
            with suppress(TimeoutError):
                await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), SEND_S)
        streams.ended("slow" if slow else "ended" if gone.cancelled() else "gone")
        if not slow and not sending.cancelled():
            sending.result()

    async def _send(self, send: Send) -> None:
        chunk = b"retry: %d\n\n" % random.randint(*RETRY_MS)  # noqa: S311  spreads clients, no secret
        while True:
            async with asyncio.timeout(SEND_S):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    event = await self._source()
            except TimeoutError:
                chunk = b":\n\n"
            else:
                if event is None:
                    return
                chunk = event.encode()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
