"""Is the process alive, and may it be given work? Each part of it answers for itself, within a bounded time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

CHECK_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Status:
    """What a check found.

    Attributes:
        ready: Whether the part works.
        detail: In a few words, for whoever runs it; no personal data.
    """

    ready: bool
    detail: str = ""


class Check(Protocol):
    """One part of the process that must work before it is given traffic."""

    @property
    def name(self) -> str:
        """For example ``relay`` or ``reaction open-draft``."""
        ...

    async def check(self) -> Status:
        """Look; cheap, and without changing anything."""
        ...


def health_router() -> APIRouter:
    """Make ``/livez`` and ``/readyz``; neither needs a token, neither tells anything about data."""
    router = APIRouter()

    @router.get("/livez", include_in_schema=False)
    async def livez() -> Response:
        """Answer as long as the event loop turns."""
        return Response(b'{"status":"alive"}', media_type="application/json")

    @router.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> Response:
        """Answer 200 when every part works, else 503 with the list."""
        results = await look(request.app.state.checks)
        ready = bool(results) and all(status.ready for _, status in results)
        body = {
            "status": "ready" if ready else "not ready",
            "checks": [{"name": name, "ready": found.ready, "detail": found.detail} for name, found in results],
        }
        return Response(orjson.dumps(body), 200 if ready else 503, media_type="application/json")

    return router


async def look(checks: Sequence[Check]) -> Sequence[tuple[str, Status]]:
    """Ask all of them at once, each within its time; give each one's name with what it found."""
    return await asyncio.gather(*(_bounded(check) for check in checks))


async def _bounded(check: Check) -> tuple[str, Status]:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return check.name, await check.check()
    except TimeoutError:
        return check.name, Status(ready=False, detail=f"no answer within {CHECK_TIMEOUT_S:g} s")
    except Exception as error:  # noqa: BLE001  a check that breaks is a part that doesn't work
        return check.name, Status(ready=False, detail=type(error).__name__)
