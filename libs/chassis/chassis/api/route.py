"""Routes of a service. A CommandRoute writes, and commits before the answer leaves; a QueryRoute only reads.

A PublicRoute reads, too, for somebody who needn't be signed in. What takes its time is a StreamRoute, in ``streams``.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from chassis.api import consistency, idempotency, reads
from chassis.api.auth import Principal, authenticate
from chassis.api.body import StrictRequest, check_address
from chassis.api.errors import RECOVERING, RETRY_AFTER_S, Problem, request_id_of
from chassis.unit import Unit

Endpoint = Callable[..., Awaitable[Any]]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
REPLAYED: Final = "Idempotency-Replayed"
"""Header of an answer that was given before."""


class Edge(Protocol):
    """What a route needs of its process; found in ``app.state.edge``."""

    @property
    def max_body_bytes(self) -> int:
        """Longest body of a request."""
        ...

    @property
    def recovering(self) -> bool:
        """Whether the service is read-only because its topics know more than its database."""
        ...

    def command(self, principal: Principal, request_id: str) -> AbstractAsyncContextManager[Unit]:
        """Open a unit of work; leaving it without an error commits, then runs its after-commit callbacks."""
        ...

    def query(self, principal: Principal | None, request_id: str) -> AbstractAsyncContextManager[Unit]:
        """Open a unit that can only read; without a principal for somebody who isn't signed in."""
        ...


async def unit(request: Request) -> Unit:
    """Give the unit of work of this request; a dependency of endpoints."""
    found: Unit = request.state.unit
    return found


Work = Annotated[Unit, Depends(unit)]
"""Of an endpoint: its unit of work."""


@dataclass(slots=True)
class _Command:
    unit: Unit
    key: idempotency.Key
    replayed: bool = False


_command: ContextVar[_Command] = ContextVar("command")


class _NotDone(Exception):
    """Leaves the transaction without a commit, and carries the answer out."""

    def __init__(self, response: Response) -> None:
        self.response = response


class CommandRoute(APIRoute):
    """A write: authenticate, check body and role, then claim the key, run the endpoint, store the answer, commit.

    The database is first asked when everything that can be refused without it has been. Only a 2xx is stored and
    committed; any other answer rolls back.
    """

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        if not inspect.iscoroutinefunction(inspect.unwrap(endpoint)):
            raise TypeError(f"{path}: the endpoint of a command must be an async function")
        super().__init__(path, _claiming(endpoint), **options)

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's own handler, which solves dependencies, calls the endpoint and serialises the result."""
        answer = self.answering()

        async def handle(plain: Request) -> Response:
            request = StrictRequest(plain.scope, plain.receive)
            edge: Edge = request.app.state.edge
            request.state.principal = await authenticate(request)
            await request.read(edge.max_body_bytes)
            self.require_ready(request, edge)
            return await answer(request, await request.body())

        return handle

    def answering(self) -> Callable[[Request, bytes], Coroutine[Any, Any, Response]]:
        """Give what answers a request whose body was taken in, and whose second argument tells that from every other.

        Only a 2xx is stored and committed.
        """
        run = super().get_route_handler()
        route = self.path_format

        async def answer(request: Request, asked: bytes) -> Response:
            edge: Edge = request.app.state.edge
            principal: Principal = request.state.principal
            try:
                async with edge.command(principal, request_id_of(request)) as opened:
                    return await _run(run, request, _Command(opened, _key_of(request, opened, route, asked)))
            except _NotDone as answered:
                return answered.response

        return answer

    @staticmethod
    def require_ready(request: Request, edge: Edge) -> None:
        """Refuse a write that has no key, or comes while the service is read-only.

        Raises:
            Problem: 400, 503.
        """
        idempotency.read_key(request.headers.get("idempotency-key"))
        if edge.recovering:
            raise Problem(RECOVERING, headers={"Retry-After": RETRY_AFTER_S})


class QueryRoute(APIRoute):
    """A read: authenticate, then run the endpoint in a read-only transaction. Answers are not cached on the way.

    What it has opened of other people's data is on record, committed, before the answer leaves; otherwise none does.
    """

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's own handler."""
        run = super().get_route_handler()

        async def handle(request: Request) -> Response:
            edge: Edge = request.app.state.edge
            principal = request.state.principal = await authenticate(request)
            check_address(request)
            async with edge.query(principal, request_id_of(request)) as opened:
                request.state.unit = opened
                response = await run(request)
            if opened.reading is not None and opened.reading.opened:
                async with edge.command(principal, request_id_of(request)) as recording:
                    await reads.record(recording, opened.reading)
            return uncached(response)

        return handle


class PublicRoute(APIRoute):
    """A question that anybody may ask: no login; a bounded body, and a read-only transaction without a principal.

    It may be a POST, for what doesn't belong into an address. It writes nothing, so it needs no Idempotency-Key.
    """

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(path, endpoint, **options | PUBLIC)

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's own handler."""
        run = super().get_route_handler()

        async def handle(plain: Request) -> Response:
            request = StrictRequest(plain.scope, plain.receive)
            edge: Edge = request.app.state.edge
            await request.read(edge.max_body_bytes)
            async with edge.query(None, request_id_of(request)) as opened:
                request.state.unit = opened
                response = await run(request)
            return uncached(response)

        return handle


PUBLIC: Final[dict[str, Any]] = {"openapi_extra": {"security": []}}
"""Options of a route that asks for no token: OpenAPI's way to say so."""


def uncached(response: Response) -> Response:
    """Let nobody on the way keep the answer."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _claiming(endpoint: Endpoint) -> Endpoint:
    """Claim the key right before the endpoint: after FastAPI has checked roles and body, before any effect."""

    @functools.wraps(endpoint)
    async def claimed(*args: Any, **kwargs: Any) -> Any:
        command = _command.get()
        answer = await idempotency.claim(command.unit.session, command.key)
        if answer is None:
            return await endpoint(*args, **kwargs)
        command.replayed = True
        return Response(answer.body, answer.status, answer.headers | {REPLAYED: "true"})

    return claimed


def _key_of(request: Request, opened: Unit, route: str, asked: bytes) -> idempotency.Key:
    path, query = request.scope["path"], request.scope["query_string"]
    principal: Principal = request.state.principal
    return idempotency.make_key(
        opened.outbox.secret_for(idempotency.PURPOSE),
        tenant=principal.tenant,
        principal=opened.actor,
        method=request.method,
        route=route,
        sent=idempotency.read_key(request.headers.get("idempotency-key")),
        asked=(path.encode(), query, asked),
    )


async def _run(run: Handler, request: Request, command: _Command) -> Response:
    request.state.unit = command.unit
    token = _command.set(command)
    try:
        response = await run(request)
    finally:
        _command.reset(token)
    if not 200 <= response.status_code < 300:  # noqa: PLR2004  2xx
        raise _NotDone(response)
    if not command.replayed:
        if (recorded := consistency.token_of(command.unit)) is not None:
            response.headers[consistency.HEADER] = recorded
        answer = idempotency.Answer(response.status_code, dict(response.headers), bytes(response.body))
        await idempotency.store(command.unit, command.key, answer)
    return response
