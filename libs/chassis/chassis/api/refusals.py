"""Refusals from inside, as problem documents: a service lists its own once, and no endpoint has to look for them."""

from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from chassis.api.errors import Problem, problem_response

Reading = Callable[[Any], Problem]
Refusals = Mapping[type[Exception], Reading]
"""How each refusal reads: its class, and what makes the problem of it. One that isn't listed reads as its base does."""


def register_refusals(app: FastAPI, modules: Iterable[ModuleType]) -> None:
    """Answer what modules list as ``REFUSALS``, from wherever below an endpoint it comes; its transaction is undone."""
    for module in modules:
        refusals: Refusals = getattr(module, "REFUSALS", {})
        for refused, reading in refusals.items():
            app.add_exception_handler(refused, _answering(reading))


def _answering(reading: Reading) -> Callable[[Request, Exception], Any]:
    async def answer(request: Request, refused: Exception) -> Response:
        return problem_response(reading(refused), request)

    return answer
