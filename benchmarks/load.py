"""Load over HTTP from this process: as much as is answered, or so many requests a second whatever is answered."""

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from demo.target import TokenFor

from benchmarks.harness import Void

CONNECTIONS = 16
SECONDS = 2.0
TENANT = "440100"
CITIZENS = 64
"""Each load has as many people as this, in turn: the gateway lets nobody alone do so much."""

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with 2xx.

    Attributes:
        at: When it had been read, on this machine's wall clock, seconds since 1970.
        ms: From the moment when the request was due until then.
        body: Its content, if that was to be kept.
    """

    at: float
    ms: float
    body: bytes = b""


def citizens(token_for: TokenFor, tenant: str = TENANT) -> list[str]:
    """Give tokens of people who ask."""
    return [token_for(f"bench-{number}", tenant, "citizen", None) for number in range(CITIZENS)]


def writes(path: str, tokens: Sequence[str], bodies: Sequence[bytes]) -> Iterator[Call]:
    """Give writes without end, each with a key of its own."""
    for token, body in zip(itertools.cycle(tokens), itertools.cycle(bodies), strict=False):
        headers = JSON | {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        yield Call("POST", path, headers, body)


def for_seconds(seconds: float) -> Callable[[], bool]:
    """Say for how long to go on, from now on."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until


async def loaded(
    url: str,
    calls: Iterator[Call],
    going: Callable[[], bool] = lambda: True,
    *,
    connections: int = CONNECTIONS,
    rate: float | None = None,
    bodies: bool = False,
) -> list[Answer]:
    """Send calls over some connections, as long as it goes on and there are any.

    Args:
        url: Of the service or the gateway.
        calls: Taken one after the other.
        going: Asked before each.
        connections: Each waits for its answer before it sends again.
        rate: So many calls a second are due, and their times are counted from then on: an answer that makes others
            wait counts for all of them. None: as many as are answered.
        bodies: Keep the content of answers.

    Raises:
        Void: An answer that isn't a 2xx, or none.
    """
    answers: list[Answer] = []
    wrong: list[str] = []
    connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=30)
    async with aiohttp.ClientSession(url, connector=connector, trust_env=False) as session:
        started = time.monotonic()
        turns = itertools.count()

        async def work() -> None:
            for call in calls:
                if wrong or not going():
                    return
                due = time.monotonic()
                if rate is not None:
                    due = started + next(turns) / rate
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                async with session.request(call.method, call.path, headers=call.headers, data=call.body) as response:
                    content = await response.read()
                answers.append(Answer(time.time(), (time.monotonic() - due) * 1e3, content if bodies else b""))
                if not response.ok:
                    wrong.append(f"{call.method} {call.path} was answered {response.status}: {content[:200]!r}")

        done = await asyncio.gather(*(work() for _ in range(connections)), return_exceptions=True)
    wrong += [repr(error) for error in done if isinstance(error, BaseException)]
    if wrong:
        raise Void(wrong[0])
    return answers


def documents(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Read the content of answers."""
    return [json.loads(answer.body) for answer in answers]
