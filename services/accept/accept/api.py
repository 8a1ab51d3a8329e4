"""Translates HTTP into commands and queries. Nothing else."""

from typing import Annotated, Any
from uuid import UUID

from casework.access import permit
from casework.export import MOST, Part, PartLimit
from chassis.api.models import VISIBLE, Body
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from accept import handlers, queries
from accept.catalogue import Branch, ServiceItem
from accept.domain import Case, Channel
from accept.handlers import AcceptCase, RefuseCase, SubmitCase, WithdrawCase
from accept.queries import ListCases, ListServiceItems
from accept.views import CaseChanged, CaseDetail, CasePage, CaseReceipt, ServiceItemPage
from accept.workflow import Action, State

SLUG = r"^[a-z][a-z0-9-]*$"


class CaseSubmission(Body):
    """An application for a service item."""

    channel: Annotated[Channel, Field(description="本人从门户提交，或窗口代录 · On a portal, or typed in at a window")]
    item: Annotated[str, Field(max_length=64, pattern=SLUG, description="事项 · Slug of the service item")]
    form: Annotated[
        dict[str, Any],
        Field(description="申请表，格式见 GET /v1/service-items/{slug} · As the service item's form says"),
    ]


class RefusalBody(Body):
    """Why it isn't accepted."""

    reasons: Annotated[
        tuple[Annotated[str, Field(max_length=64, pattern=SLUG)], ...],
        Field(min_length=1, max_length=20, description="理由代码，见事项 · Codes, see the service item"),
    ]
    notice: Annotated[
        str,
        Field(
            min_length=1, max_length=2_000, pattern=VISIBLE, description="告知申请人的话 · What the applicant is told"
        ),
    ]


CaseId = Annotated[UUID, Path(description="id, 不是办件编号 · The id, not the number")]
Slug = Annotated[str, Path(max_length=64, pattern=SLUG, description="事项 · Slug of the service item")]
Item = Annotated[str | None, Query(max_length=64, pattern=SLUG, description="事项 · Slug of the service item")]
SlugCursor = Annotated[
    str | None, Query(max_length=64, pattern=SLUG, description="上一页的 next · The last page's next")
]

commands = APIRouter(prefix="/v1", route_class=CommandRoute)
queries_router = APIRouter(prefix="/v1", route_class=QueryRoute)


@queries_router.get(
    "/service-items", summary="事项目录 · List service items", dependencies=[permit("service-item", "list")]
)
async def list_service_items(
    cursor: SlugCursor = None,
    limit: Limit = 20,
    branch: Annotated[Branch | None, Query(description="警种 · Branch")] = None,
    tenant: Annotated[str | None, Query(pattern=r"^\d{6}$", description="办理地区代码 · GB/T 2260 code")] = None,
) -> ServiceItemPage:
    """可按警种、地区筛选。By branch, and by where they are offered."""
    return queries.list_service_items(ListServiceItems(cursor, limit, branch, tenant))


@queries_router.get(
    "/service-items/{slug}", summary="办事指南和申请表 · Guide and form", dependencies=[permit("service-item", "read")]
)
async def show_service_item(slug: Slug) -> ServiceItem:
    """时限、费用、材料、不予受理的理由、申请表。Time limits, fees, materials, reasons for refusals, the form."""
    return queries.get_service_item(slug)


@commands.post(
    "/cases",
    status_code=201,
    summary="提交申请 · Submit an application",
    dependencies=[permit("case", Action.SUBMIT)],
)
async def submit(body: CaseSubmission, response: Response, work: Work) -> CaseReceipt:
    """申请表有误时一次列出全部错误。All that is wrong with the form is listed at once."""
    case, code = await handlers.submit_case(SubmitCase(body.channel, body.item, body.form), work)
    response.headers["Location"] = f"/v1/cases/{case.id}"
    response.headers["ETag"] = etag(case.sequence)
    return CaseReceipt(
        id=case.id,
        number=case.number,
        query_code=code,
        item=case.item,
        state=case.state,
        submitted_at=case.submitted_at,
    )


@commands.post(
    "/cases/{case_id}/accept",
    summary="受理 · Accept",
    dependencies=[permit("case", Action.ACCEPT)],
)
async def accept(case_id: CaseId, version: ExpectedVersion, response: Response, work: Work) -> CaseChanged:
    """承诺时限从此起算。The promised time limit starts here."""
    case = await handlers.accept_case(AcceptCase(case_id, version), work)
    return _changed(case, response)


@commands.post(
    "/cases/{case_id}/refuse",
    summary="不予受理 · Refuse",
    dependencies=[permit("case", Action.REFUSE)],
)
async def refuse(
    case_id: CaseId, body: RefusalBody, version: ExpectedVersion, response: Response, work: Work
) -> CaseChanged:
    """理由须在事项的理由之内，并告知申请人。With reasons out of the item's list, and a notice to the applicant."""
    case = await handlers.refuse_case(RefuseCase(case_id, version, body.reasons, body.notice), work)
    return _changed(case, response)


@commands.post(
    "/cases/{case_id}/withdraw",
    summary="撤回申请 · Withdraw",
    dependencies=[permit("case", Action.WITHDRAW)],
)
async def withdraw(case_id: CaseId, response: Response, work: Work) -> CaseChanged:
    """只有申请人本人可以撤回，办结前均可。The applicant only, as long as nothing was decided."""
    case = await handlers.withdraw_case(WithdrawCase(case_id), work)
    return _changed(case, response)


@queries_router.get(
    "/cases/export", summary="导出办件 · Export cases", dependencies=[permit("case", "export")], response_class=Part
)
async def export(work: Work, cursor: Cursor = None, limit: PartLimit = MOST) -> Part:
    """不含申请表和姓名的表格，新的在前。A table without forms or names, newest first."""
    return await queries.export_cases(from_cursor(cursor), limit, work)


@queries_router.get(
    "/cases/{case_id}",
    summary="查看办件 · Show a case",
    dependencies=[permit("case", "read"), PURPOSE_OF_USE],
)
async def show(case_id: CaseId, response: Response, work: Work) -> CaseDetail:
    """本人或本地工作人员查看；无权查看的内容为空。For its applicant and officers; what one may not read is null."""
    case = await queries.get_case(case_id, work)
    response.headers["ETag"] = etag(case.version)
    return case


@queries_router.get("/cases", summary="办件列表 · List cases", dependencies=[permit("case", "list")])
async def list_cases(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 20,
    state: Annotated[State | None, Query(description="状态 · State")] = None,
    item: Item = None,
) -> CasePage:
    """本人或本地的件，新的在前；省级可看各地市。One's own, or those of one's city; the province sees all cities."""
    return await queries.list_cases(ListCases(from_cursor(cursor), limit, state, item), work)


def _changed(case: Case, response: Response) -> CaseChanged:
    response.headers["ETag"] = etag(case.sequence)
    return CaseChanged.of(case)
