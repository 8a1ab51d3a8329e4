"""Translates HTTP into commands and queries about working together. Nothing else."""

from typing import Annotated, Final

from casework.access import permit, tenants
from chassis.api.models import VISIBLE, Body
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Query, Response
from pydantic import Field

from petition.collaboration import handlers, queries
from petition.collaboration.handlers import Invite
from petition.collaboration.views import (
    CollaborationChanged,
    CollaborationDetail,
    CollaborationPage,
    OpinionsDetail,
    OpinionsPage,
    PetitionShared,
)
from petition.handling.bodies import Department, On, Reason
from petition.handling.handlers import Looked
from petition.petition import Petition
from petition.replies.bodies import Number, PetitionId
from petition.views import PetitionChanged, changed
from petition.workflow import Action

Account = Annotated[str, Field(min_length=1, max_length=255, pattern=VISIBLE)]
Invitation = Annotated[Number, Field(description="邀请编号 · Number of the invitation")]


class InviteBody(Body):
    """Who is asked what, and by when."""

    tenant: Annotated[
        str,
        Field(
            max_length=6,
            json_schema_extra={"enum": list(tenants())},
            description="协办地区，区划代码 · Whose department, GB/T 2260",
        ),
    ]
    department: Annotated[Department, Field(description="协办部门 · Department")]
    handlers: Annotated[
        frozenset[Account],
        Field(
            max_length=20, description="指定协办人（账号）；指定承办的件必填 · Accounts of the only ones who are asked"
        ),
    ] = frozenset()
    question: Annotated[str, Field(min_length=1, max_length=2_000, pattern=VISIBLE, description="所问 · What is asked")]
    days: Annotated[
        int | None,
        Field(ge=1, le=30, description="内部时限，工作日；不晚于答复期限 · Working days, within the citizen's limit"),
    ] = None


class InvitationBody(Body):
    """Which invitation."""

    invitation: Invitation


class WithdrawalBody(InvitationBody):
    """Which invitation, and why it is withdrawn."""

    reason: Reason


class DeclineBody(Body):
    """On what basis it is declined."""

    basis: On
    reason: Reason


class OpinionBody(Body):
    """What they think of it."""

    opinion: Annotated[str, Field(min_length=1, max_length=10_000, pattern=VISIBLE, description="协办意见 · Opinion")]


commands = APIRouter(prefix="/v1", route_class=CommandRoute)
questions = APIRouter(prefix="/v1", route_class=QueryRoute)
ROUTERS: Final = (commands, questions)


@commands.post(
    "/petitions/{petition_id}/invite",
    summary="邀请协办 · Ask another department",
    dependencies=[permit("petition", Action.INVITE)],
)
async def invite(
    petition_id: PetitionId, body: InviteBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionShared:
    """主办部门邀请本地、其他地市或省级部门提供意见，答复期限不变。The citizen's clock runs on."""
    asked = Invite(body.tenant, body.department, body.handlers, body.question, body.days)
    petition = await handlers.invite(Looked(petition_id, version), asked, work)
    return PetitionShared(**changed(petition, response).model_dump(), invitation=petition.sequence)


@commands.post(
    "/petitions/{petition_id}/remind",
    summary="催协办 · Remind whoever was asked",
    dependencies=[permit("petition", Action.REMIND)],
)
async def remind(
    petition_id: PetitionId, body: InvitationBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """主办部门或督办，每日一次。Once a day, by the department in charge or the supervisor."""
    return changed(await handlers.remind(Looked(petition_id, version), body.invitation, work), response)


@commands.post(
    "/petitions/{petition_id}/withdraw-invitation",
    summary="撤回邀请 · Withdraw an invitation",
    dependencies=[permit("petition", Action.DISINVITE)],
)
async def withdraw(
    petition_id: PetitionId, body: WithdrawalBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """撤回后，被邀请的部门不再看到该件。Whoever was invited sees nothing of it any more."""
    looked = Looked(petition_id, version)
    return changed(await handlers.withdraw(looked, body.invitation, body.reason, work), response)


@questions.get(
    "/opinions", summary="协办中的件 · Petitions on which others were asked", dependencies=[permit("opinion", "list")]
)
async def list_opinions(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 20,
    late: Annotated[bool | None, Query(description="有意见逾期未到 · Whether an opinion is late")] = None,
) -> OpinionsPage:
    """主办部门和督办查看，新的在前，不含内容。For the department in charge and oversight; without content."""
    return await queries.list_opinions(from_cursor(cursor), limit, late, work)


@questions.get(
    "/opinions/{petition_id}",
    summary="查看协办意见 · Show the opinions",
    dependencies=[permit("opinion", "read"), PURPOSE_OF_USE],
)
async def show_opinions(petition_id: PetitionId, response: Response, work: Work) -> OpinionsDetail:
    """每条意见注明部门；市民看不到。Each with its department; never for whoever wrote in."""
    opinions = await queries.get_opinions(petition_id, work)
    response.headers["ETag"] = etag(opinions.version)
    return opinions


@questions.get(
    "/collaborations", summary="受邀协办的件 · What one is invited to", dependencies=[permit("collaboration", "list")]
)
async def list_collaborations(work: Work, cursor: Cursor = None, limit: Limit = 20) -> CollaborationPage:
    """邀请有效期间可见，不含内容。As long as the invitation is open; without content."""
    return await queries.list_collaborations(from_cursor(cursor), limit, work)


@questions.get(
    "/collaborations/{petition_id}",
    summary="查看受邀协办的件 · Show what one is invited to",
    dependencies=[permit("collaboration", "read"), PURPOSE_OF_USE],
)
async def show_collaboration(petition_id: PetitionId, response: Response, work: Work) -> CollaborationDetail:
    """标题、正文、所问和本部门意见；不含来信人和其他部门意见。Without its sender and the others' opinions."""
    collaboration = await queries.get_collaboration(petition_id, work)
    response.headers["ETag"] = etag(collaboration.version)
    return collaboration


@commands.post(
    "/collaborations/{petition_id}/join",
    summary="签收协办 · Sign for an invitation",
    dependencies=[permit("collaboration", Action.JOIN)],
)
async def join(
    petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work
) -> CollaborationChanged:
    """签收后方可提交意见。Only then one contributes."""
    return _told(await handlers.join(Looked(petition_id, version), work), response)


@commands.post(
    "/collaborations/{petition_id}/decline",
    summary="谢绝协办 · Decline an invitation",
    dependencies=[permit("collaboration", Action.DECLINE)],
)
async def decline(
    petition_id: PetitionId, body: DeclineBody, version: ExpectedVersion, response: Response, work: Work
) -> CollaborationChanged:
    """须有依据和理由；此后不再看到该件。On a basis, with a reason; one sees nothing of it any more."""
    looked = Looked(petition_id, version)
    return _told(await handlers.decline(looked, body.basis, body.reason, work), response)


@commands.post(
    "/collaborations/{petition_id}/contribute",
    summary="提交协办意见 · Contribute an opinion",
    dependencies=[permit("collaboration", Action.CONTRIBUTE)],
)
async def contribute(
    petition_id: PetitionId, body: OpinionBody, version: ExpectedVersion, response: Response, work: Work
) -> CollaborationChanged:
    """可修改至被采纳为止；逾期仍可提交，注明逾期。It may be amended until it is merged; noted when it is late."""
    return _told(await handlers.contribute(Looked(petition_id, version), body.opinion, work), response)


def _told(petition: Petition, response: Response) -> CollaborationChanged:
    response.headers["ETag"] = etag(petition.sequence)
    return CollaborationChanged(id=petition.id, version=petition.sequence)
