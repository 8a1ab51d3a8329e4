"""Translates HTTP into the one question about samples. Nothing else."""

from typing import Final

from casework.access import permit
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import QueryRoute, Work
from fastapi import APIRouter

from petition.samples import queries
from petition.samples.views import SamplePage

questions = APIRouter(prefix="/v1", route_class=QueryRoute)
ROUTERS: Final = (questions,)


@questions.get("/samples", summary="抽样监督 · Samples", dependencies=[permit("sample", "list"), PURPOSE_OF_USE])
async def list_samples(work: Work, cursor: Cursor = None, limit: Limit = 20) -> SamplePage:
    """每个工作日随机抽取一次，人人所见相同；查阅留痕。Drawn once a working day, the same for all; on record."""
    return await queries.list_samples(from_cursor(cursor), limit, work)
