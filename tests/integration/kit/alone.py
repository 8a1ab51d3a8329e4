"""A service alone, in this process, with nothing behind its door: who is let in, at which of its routes."""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import httpx
import pytest
from chassis.api.route import CommandRoute, QueryRoute
from chassis.api.streams import PublicStreamRoute, StreamRoute
from chassis.api.web import http_application
from chassis.service import Service
from fastapi import FastAPI

from tests.integration.kit import in_process
from tests.integration.kit.tokens import Sent

GUARDED = (CommandRoute, QueryRoute, StreamRoute)
REFUSED = "urn:yiwangban:problem:unauthenticated"


class Reached(Exception):
    """A request came past the door."""


class Inside:
    """Stands where a service's database would be: whoever comes here was let in."""

    max_body_bytes = 1024
    recovering = False

    def query(self, *_: object) -> NoReturn:
        raise Reached

    command = query

    @property
    def streams(self) -> NoReturn:
        raise Reached


@dataclass(frozen=True)
class Alone:
    """A service's HTTP side.

    Attributes:
        app: What answers.
        doors: Method and path of every operation that asks who is there.
    """

    app: FastAPI
    doors: Sequence[tuple[str, str]]


def alone(name: str, folder: Path, patch: pytest.MonkeyPatch, **told: str) -> Alone:
    """Make a service's HTTP side.

    Args:
        name: Of the service.
        folder: For what it keeps.
        patch: Sets its environment.
        told: Settings that count more than the usual ones.
    """
    package = name.replace("-", "_")
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    in_process.environment(package.upper(), nowhere, nowhere, folder, patch)
    for setting, value in told.items():
        patch.setenv(setting, value)
    service = importlib.import_module(f"{package}.bootstrap").bootstrap()
    app = http_application(service)
    app.state.edge = Inside()
    return Alone(app, list(_doors(service)))


def talk_to(alone: Alone) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=alone.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service")


def _doors(service: Service) -> Iterator[tuple[str, str]]:
    for router in service.routers:
        for route in router.routes:
            if isinstance(route, GUARDED) and not isinstance(route, PublicStreamRoute):
                yield from ((method, route.path) for method in sorted(route.methods or ()))


async def opened(client: httpx.AsyncClient, method: str, path: str, sent: Sent) -> bool:
    """Tell whether a request came past the door; one that didn't was told so, and nothing more."""
    headers = [*sent.lines, ("idempotency-key", "k")]
    answer = await client.request(method, path, params=sent.query or None, headers=headers)
    if answer.status_code != 401:
        return True
    assert answer.json()["type"] == REFUSED
    assert answer.headers["www-authenticate"].startswith("Bearer")
    return False
