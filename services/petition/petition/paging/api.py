"""Translates HTTP into commands and queries about what can't wait. Nothing else."""

from casework.access import permit
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion
from fastapi import APIRouter, Response

from petition.api import PetitionId
from petition.paging import handlers, queries
from petition.paging.views import PagePage
from petition.views import PetitionChanged, changed
from petition.workflow import Action

questions = APIRouter(prefix="/v1", route_class=QueryRoute)
commands = APIRouter(prefix="/v1", route_class=CommandRoute)
ROUTERS = (questions, commands)


@questions.get("/pages", summary="待接警 · What nobody has taken", dependencies=[permit("page", "list")])
async def list_pages(work: Work, cursor: Cursor = None, limit: Limit = 20) -> PagePage:
    """已传呼值班、尚无人接警的件，新的在前；未配置传呼平台的也在其中。Paged and untaken, newest first."""
    return await queries.list_pages(from_cursor(cursor), limit, work)


@commands.post(
    "/petitions/{petition_id}/take",
    summary="接警 · Take what can't wait",
    dependencies=[permit("petition", Action.TAKE)],
)
async def take(petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work) -> PetitionChanged:
    """值班员或分办人员接警，此后不再传呼。By whoever was paged, or the desk; then nobody else is paged."""
    return changed(await handlers.take(petition_id, version, work), response)
