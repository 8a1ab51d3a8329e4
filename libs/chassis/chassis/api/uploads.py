"""Writes whose body is a file: it is taken in while it comes, before the database is asked, and never lies in memory.

Only then the rest is as for every write: one transaction, one effect for each Idempotency-Key. A file of which nothing
came is dropped at once; where that can't be told, because the commit was cut off, whoever clears the store finds it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, Protocol

from fastapi import Request, Response

from chassis.api.auth import authenticate
from chassis.api.body import StrictRequest, bounded, check_address
from chassis.api.errors import BODY_TIMEOUT, FORBIDDEN, OVERLOADED, RETRY_AFTER_S, TOO_LARGE, Problem
from chassis.api.permission import needs
from chassis.api.route import REPLAYED, CommandRoute, Edge, Handler
from chassis.infrastructure import is_infrastructure

MOST_AT_ONCE: Final = 64
"""Files that a process takes in at once."""
ARRIVES_WITHIN_S: Final = 60.0
"""Longest time for a whole file; what stands before this service may allow less."""


class Received(Protocol):
    """A file that was taken in."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of what came, by which a repeated write is known."""
        ...

    async def drop(self) -> None:
        """Forget it: nothing came of it."""
        ...


Receive = Callable[[AsyncIterator[bytes]], Awaitable[Received]]
"""Takes a file in while it comes.

Raises:
    Problem: It isn't acceptable; or what the service lists as a refusal.
"""


class UploadRoute(CommandRoute):
    """A write with a file: authenticate, ask who may, take the file in, and then like every command."""

    receive: Receive
    most_bytes: int
    _taken = 0

    def __init__(self, path: str, endpoint: Callable[..., Awaitable[Any]], **options: Any) -> None:
        file = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
        super().__init__(path, endpoint, **options | {"openapi_extra": {"requestBody": file | {"required": True}}})

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's own handler, which sees no body."""
        answer = self.answering()

        async def handle(plain: Request) -> Response:
            request = StrictRequest(plain.scope, plain.receive)
            edge: Edge = request.app.state.edge
            principal = request.state.principal = await authenticate(request)
            check_address(request)
            if any(needed.roles.isdisjoint(principal.roles) for needed in needs(self.dependant)):
                raise Problem(FORBIDDEN)
            self.require_ready(request, edge)
            received = await self._received(request)
            request.state.received = received
            try:
                response = await answer(request, received.digest)
            except Exception as error:
                if not is_infrastructure(error):  # then it may have been committed all the same
                    await received.drop()
                raise
            if response.status_code >= 300 or REPLAYED in response.headers:  # noqa: PLR2004  not a 2xx
                await received.drop()
            return response

        return handle

    async def _received(self, request: Request) -> Received:
        cls = type(self)
        if cls._taken >= MOST_AT_ONCE:
            raise Problem(OVERLOADED, headers={"Retry-After": RETRY_AFTER_S})
        cls._taken += 1
        try:
            async with asyncio.timeout(ARRIVES_WITHIN_S) as limit:
                return await cls.receive(_parts(request, self.most_bytes))
        except TimeoutError:
            if not limit.expired():
                raise
            raise Problem(BODY_TIMEOUT, headers={"Connection": "close"}) from None
        finally:
            cls._taken -= 1


def upload_route(receive: Receive, most_bytes: int) -> type[UploadRoute]:
    """Make the route class of a router whose bodies are files.

    Args:
        receive: See there.
        most_bytes: Largest file.
    """
    return type("FileRoute", (UploadRoute,), {"receive": staticmethod(receive), "most_bytes": most_bytes})


async def received(request: Request) -> Any:
    """Give the file that this request brought; a dependency of endpoints."""
    return request.state.received


def _parts(request: Request, limit: int) -> AsyncIterator[bytes]:
    too_large = Problem(
        TOO_LARGE,
        f"文件最多 {limit} 字节。",
        f"A file may have at most {limit} bytes.",
        headers={"Connection": "close"},
    )
    return bounded(request, limit, too_large)
