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

from petition.feedback.api import RatingBody, ReopeningBody
from petition.handling.bodies import SupplementBody
from petition.holding import handlers, queries
from petition.holding.domain import HOLDER
from petition.holding.views import HeldAnswer, HeldGoesOn, HeldRated, HeldSupplied
from petition.petition import Petition
from petition.review.api import ReviewRequestBody
from petition.review.review import Rung

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


class CodeReopeningBody(ReopeningBody, CodeBody):
    """What is still open, from whoever holds its code."""


class CodeReviewBody(ReviewRequestBody, CodeBody):
    """What is wrong with the answer, from whoever holds its code."""


class Tried:
    """Asks for those whose code is right, and counts whose isn't."""

    def __init__(self) -> None:
        """Begin with nobody wrong."""
        self._tries = Tries(
            by_number=Attempts(most=WRONG, window_s=WINDOW_S),
            by_client=Attempts(most=WRONG_OF_CLIENT, window_s=WINDOW_S),
        )

    async def __call__(self, body: CodeBody, request: Request, ask: Callable[[str, str], Coroutine[Any, Any, T]]) -> T:
        """Ask.

        Raises:
            Problem: 404 for an unknown number as for a wrong code; 429 after too many.
        """
        number, client = body.number.upper(), client_network(request)
        self._tries.check(number, client)
        try:
            return await ask(number, body.query_code.upper())
        except Problem as problem:
            if problem.type is NOT_FOUND:
                self._tries.was_wrong(number, client)
            raise


def routers() -> Sequence[APIRouter]:
    """Make the endpoints; all count wrong codes together."""
    routes = APIRouter(prefix="/v1/by-code", route_class=CodeRoute)
    tried = Tried()
    _answers(routes, tried)
    _objections(routes, tried)
    return (routes,)


def _answers(routes: APIRouter, tried: Tried) -> None:
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


def _objections(routes: APIRouter, tried: Tried) -> None:
    @routes.post("/reopen", summary="凭编号和查询码重新办理 · Have it taken up again by number and query code")
    async def reopen_by_code(body: CodeReopeningBody, request: Request, work: Work) -> HeldGoesOn:
        """期限、次数与登录提出的相同。Within the same days, and as often, as by whoever signs in."""
        return await tried(
            body, request, lambda number, code: _goes_on(handlers.reopen(number, code, body.objection, work))
        )

    async def review(body: CodeReviewBody, rung: Rung, request: Request, work: Work) -> HeldGoesOn:
        def ask(number: str, code: str) -> Coroutine[Any, Any, HeldGoesOn]:
            return _goes_on(handlers.request_review(number, code, rung, body.objection, work))

        return await tried(body, request, ask)

    @routes.post("/request-review", summary="凭编号和查询码请求复查 · Ask for a review by number and query code")
    async def review_by_code(body: CodeReviewBody, request: Request, work: Work) -> HeldGoesOn:
        """收到答复之日起三十日内一次。Once, within thirty days of the answer."""
        return await review(body, Rung.FIRST, request, work)

    @routes.post(
        "/request-final-review", summary="凭编号和查询码请求复核 · Ask for the final review by number and code"
    )
    async def final_review_by_code(body: CodeReviewBody, request: Request, work: Work) -> HeldGoesOn:
        """收到复查意见之日起三十日内；复核意见为终局。Within thirty days of the first review; final."""
        return await review(body, Rung.FINAL, request, work)


async def _goes_on(deciding: Coroutine[Any, Any, Petition]) -> HeldGoesOn:
    petition = await deciding
    return HeldGoesOn(number=petition.number, due_at=petition.course.due_at)
