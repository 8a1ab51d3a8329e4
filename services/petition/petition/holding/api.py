"""Translates HTTP into what whoever has number and query code asks. Nothing else."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from casework.codes import CodeBody, Tries
from chassis.api.attempts import Attempts
from chassis.api.client import client_network
from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.route import Work
from chassis.api.webhooks import HolderRoute
from fastapi import APIRouter, Request

from petition.feedback.api import RatingBody
from petition.handling.bodies import SupplementBody
from petition.holding import handlers, queries
from petition.holding.domain import HOLDER
from petition.holding.views import HeldAnswer, HeldRated, HeldSupplied

T = TypeVar("T")

WRONG, WRONG_OF_CLIENT, WINDOW_S = 10, 60, 600.0
"""Wrong codes for one number, and by one client whatever the number, in a while; as for progress."""


class CodeRoute(HolderRoute):
    """A request by whoever has number and query code: no token, no signature; the endpoint asks for the code."""

    holder = HOLDER


class CodeSupplementBody(SupplementBody, CodeBody):
    """What was asked for, from whoever holds its code."""


class CodeRatingBody(RatingBody, CodeBody):
    """How good the answer is, from whoever holds its code."""


def routers() -> Sequence[APIRouter]:
    """Make the endpoints; all count wrong codes together."""
    routes = APIRouter(prefix="/v1/by-code", route_class=CodeRoute)
    tries = Tries(
        by_number=Attempts(most=WRONG, window_s=WINDOW_S), by_client=Attempts(most=WRONG_OF_CLIENT, window_s=WINDOW_S)
    )

    async def tried(body: CodeBody, request: Request, ask: Callable[[str, str], Coroutine[Any, Any, T]]) -> T:
        number, client = body.number.upper(), client_network(request)
        tries.check(number, client)
        try:
            return await ask(number, body.query_code.upper())
        except Problem as problem:
            if problem.type is NOT_FOUND:
                tries.was_wrong(number, client)
            raise

    @routes.post("/answer", summary="凭编号和查询码看答复 · Read the answer by number and query code")
    async def answer_by_code(body: CodeBody, request: Request, work: Work) -> HeldAnswer:
        """无须登录，查阅留痕；编号有误与查询码有误答复相同。No login; on record; whatever is wrong reads the same."""
        return await tried(body, request, lambda number, code: queries.read_answer(number, code, work))

    @routes.post("/supplement", summary="凭编号和查询码补充材料 · Send more by number and query code")
    async def supply_by_code(body: CodeSupplementBody, request: Request, work: Work) -> HeldSupplied:
        """承办部门要求时，补充后期限继续计算。When a department has asked; then the clock runs on."""

        async def ask(number: str, code: str) -> HeldSupplied:
            supplied = await handlers.supply(number, code, body.text, work)
            return HeldSupplied(number=supplied.number, due_at=supplied.course.due_at)

        return await tried(body, request, ask)

    @routes.post("/rate", summary="凭编号和查询码评价 · Rate the answer by number and query code")
    async def rate_by_code(body: CodeRatingBody, request: Request, work: Work) -> HeldRated:
        """每次答复评价一次，承办人看不到；不回访。Once for each answer, hidden from its handler; nobody calls back."""

        async def ask(number: str, code: str) -> HeldRated:
            rated = await handlers.rate(number, code, body.level, (body.solved, body.comment), work)
            return HeldRated(number=rated.number, level=body.level)

        return await tried(body, request, ask)

    return (routes,)
