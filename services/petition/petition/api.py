"""Translates HTTP into commands and queries. Nothing else."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from casework.access import permit
from casework.export import MOST, Part, PartLimit
from chassis.api.models import VISIBLE, Body
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, Field

from petition import handlers, queries
from petition.attachments import uploads
from petition.attachments.api import Attached
from petition.channels.origin import Origin
from petition.departments import DEPARTMENTS
from petition.handlers import ClosePetition, MovePetition, ReplyToPetition, SubmitPetition, TransferPetition
from petition.kinds import Ground, Kind
from petition.petition import Channel, Message, Outcome
from petition.queries import ListPetitions
from petition.replies.automatic import Automatic
from petition.replies.bodies import Contributed
from petition.views import PetitionChanged, PetitionDetail, PetitionMoved, PetitionPage, PetitionReceipt, changed
from petition.workflow import Action, State

FORUMS_EXIST = datetime(1990, 1, 1, tzinfo=UTC)


Title = Annotated[str, Field(min_length=1, max_length=200, pattern=VISIBLE, description="标题 · Title")]
Text = Annotated[str, Field(min_length=1, max_length=20_000, pattern=VISIBLE, description="正文 · Text")]


Declared = Annotated[
    Literal[Ground.CRIME, Ground.POLICE] | None,
    Field(description="来信人自认的举报、涉警投诉 · What the sender says: a report, about police"),
]


class PortalMessage(Body):
    """A citizen writes on a portal."""

    channel: Literal[Channel.PORTAL]
    title: Title
    text: Text
    declared: Declared = None
    attachments: Attached = ()


class ForumMessage(Body):
    """A connector passes on what somebody posted on a forum, addressed to the police."""

    channel: Literal[Channel.FORUM]
    title: Title
    text: Text
    declared: Declared = None
    author: Annotated[
        str | None,
        Field(min_length=1, max_length=64, pattern=VISIBLE, description="论坛用户名，匿名则省略 · Name there, if any"),
    ] = None
    posted_at: Annotated[AwareDatetime | None, Field(ge=FORUMS_EXIST, description="原帖时间 · When it was posted")] = (
        None
    )


class OfficerMessage(Body):
    """An officer types in what somebody said at the liaison desk, on the telephone or at the counter."""

    channel: Literal[Channel.LIAISON_DESK, Channel.TELEPHONE, Channel.WALK_IN]
    title: Title
    text: Text
    declared: Declared = None
    author: Annotated[
        str | None,
        Field(
            min_length=1, max_length=64, pattern=VISIBLE, description="来电人、来访人；匿名则省略 · Who it was, if said"
        ),
    ] = None
    reply_to: Annotated[
        str | None,
        Field(min_length=1, max_length=200, pattern=VISIBLE, description="回复方式，如电话 · Where to answer, if said"),
    ] = None
    attachments: Attached = ()


Department = Annotated[str, Field(max_length=64, json_schema_extra={"enum": list(DEPARTMENTS)})]
Account = Annotated[str, Field(min_length=1, max_length=255, pattern=VISIBLE)]


class TransferBody(Body):
    """Where to, who is kept away from it, and to whom it is entrusted."""

    department: Annotated[Department, Field(description="承办部门 · Department")]
    accused: Annotated[
        frozenset[Department],
        Field(max_length=20, description="被投诉的部门，须回避；涉警投诉必填 · Departments complained about"),
    ] = frozenset()
    named: Annotated[
        frozenset[Account],
        Field(max_length=20, description="被投诉的人员（账号），须回避 · Accounts of officers complained about"),
    ] = frozenset()
    handlers: Annotated[
        frozenset[Account],
        Field(max_length=20, description="指定承办人（账号），举报必填 · Handlers' accounts; a report needs one"),
    ] = frozenset()


class ReplyBody(Body):
    """What to tell the citizen, and on whose opinions it rests."""

    text: Text
    contributed: Contributed = frozenset()


class MoveBody(Body):
    """Where it belongs, and what it is."""

    to: Annotated[
        Literal["ordinary", "crime", "police"],
        Field(description="转往：普通留言、举报、涉警投诉 · Into which circle"),
    ]
    kind: Annotated[Kind, Field(description="人工认定的类别 · What it is, by whoever has read it")]


class CloseBody(Body):
    """How it ended."""

    outcome: Annotated[Outcome, Field(description="办结结果 · Outcome")]


Submission = Annotated[PortalMessage | ForumMessage | OfficerMessage, Field(discriminator="channel")]
PetitionId = Annotated[UUID, Path(description="id, 不是办件编号 · The id, not the number")]

commands = APIRouter(prefix="/v1", route_class=CommandRoute)
queries_router = APIRouter(prefix="/v1", route_class=QueryRoute)


def intake(automatic: Automatic) -> APIRouter:
    """Make the endpoint that takes petitions in.

    Args:
        automatic: Answers some at once.
    """
    received = APIRouter(prefix="/v1", route_class=CommandRoute)

    @received.post(
        "/petitions",
        status_code=201,
        summary="提交诉求 · Submit a petition",
        dependencies=[permit("petition", Action.RECEIVE)],
    )
    async def submit(body: Submission, response: Response, work: Work) -> PetitionReceipt:
        """市民从门户提交，接入程序转交，窗口代录来电来访。By citizens, a connector, or an officer who types it in."""
        message = Message(channel=body.channel, title=body.title, text=body.text)
        command = SubmitPetition(message, declared=body.declared)
        match body:
            case ForumMessage():
                message = replace(message, posted_at=body.posted_at)
                command = replace(command, message=message, handle=body.author, account=body.author)
            case OfficerMessage():
                origin = Origin(channel=body.channel, address=body.reply_to) if body.reply_to else None
                command = replace(command, handle=body.author, origin=origin)
        if not isinstance(body, ForumMessage):
            named = {each.upload: each.name for each in body.attachments}
            command = replace(command, attachments=await uploads.claim(named, work))
        petition, code = await handlers.submit_petition(command, work, automatic)
        response.headers["Location"] = f"/v1/petitions/{petition.id}"
        response.headers["ETag"] = etag(petition.sequence)
        return PetitionReceipt(
            id=petition.id,
            number=petition.number,
            query_code=code,
            state=petition.state,
            received_at=petition.received_at,
            due_at=None if petition.hidden else petition.course.due_at,
            provisional=petition.course.provisional,
            confidential=petition.hidden is not None,
        )

    return received


@commands.post(
    "/petitions/{petition_id}/ask-a-person",
    summary="转人工 · Ask for a person",
    dependencies=[permit("petition", Action.ASK_A_PERSON)],
)
async def ask_a_person(
    petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """自动答复未解决的，由人工办理，时限自首次收件起算。A person answers; the time limit runs since it came in."""
    return changed(await handlers.ask_a_person(petition_id, version, work), response)


@commands.post(
    "/petitions/{petition_id}/transfer",
    summary="转办 · Transfer to a department",
    dependencies=[permit("petition", Action.TRANSFER)],
)
async def transfer(
    petition_id: PetitionId, body: TransferBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """分办人员将件转交承办部门。Triage hands it to the department that has to answer it."""
    command = TransferPetition(petition_id, version, body.department, body.accused, body.named, body.handlers)
    petition = await handlers.transfer_petition(command, work)
    return changed(petition, response)


@commands.post(
    "/petitions/{petition_id}/reply",
    summary="答复 · Reply",
    dependencies=[permit("petition", Action.REPLY)],
)
async def reply(
    petition_id: PetitionId, body: ReplyBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """承办部门答复市民。The department in charge answers the citizen."""
    petition = await handlers.reply_to_petition(
        ReplyToPetition(petition_id, version, body.text, body.contributed), work
    )
    return changed(petition, response)


@commands.post(
    "/petitions/{petition_id}/move",
    summary="转入或转出保密办理 · Move into another circle",
    dependencies=[permit("petition", Action.MOVE)],
)
async def move(
    petition_id: PetitionId, body: MoveBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionMoved:
    """本件办结，在新的范围内另立新件并关联。It ends here, and begins anew in another circle, linked."""
    to = None if body.to == "ordinary" else Ground(body.to)
    ended, begun = await handlers.move_petition(MovePetition(petition_id, version, to, body.kind), work)
    return PetitionMoved(**changed(ended, response).model_dump(), continued=begun.id)


@commands.post(
    "/petitions/{petition_id}/close",
    summary="办结 · Close",
    dependencies=[permit("petition", Action.CLOSE)],
)
async def close(
    petition_id: PetitionId, body: CloseBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """承办部门办结；无须答复的件由分办人员办结。The department in charge closes it; triage what needs no answer."""
    petition = await handlers.close_petition(ClosePetition(petition_id, version, body.outcome), work)
    return changed(petition, response)


@queries_router.get(
    "/petitions/export",
    summary="导出诉求 · Export petitions",
    dependencies=[permit("petition", "export")],
    response_class=Part,
)
async def export(work: Work, cursor: Cursor = None, limit: PartLimit = MOST) -> Part:
    """不含内容和姓名的表格，新的在前；保密办理的件不导出。A table without content or names; nothing that is hidden."""
    return await queries.export_petitions(from_cursor(cursor), limit, work)


@queries_router.get(
    "/petitions/{petition_id}",
    summary="查看诉求 · Show a petition",
    dependencies=[permit("petition", "read"), PURPOSE_OF_USE],
)
async def show(petition_id: PetitionId, response: Response, work: Work) -> PetitionDetail:
    """本人或本地工作人员查看；无权查看的内容为空。For its author and officers; what one may not read is null."""
    petition = await queries.get_petition(petition_id, work)
    response.headers["ETag"] = etag(petition.version)
    return petition


@queries_router.get(
    "/petitions", summary="诉求列表 · List petitions", dependencies=[permit("petition", "list"), PURPOSE_OF_USE]
)
async def list_petitions(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 20,
    state: Annotated[State | None, Query(description="状态 · State")] = None,
    department: Annotated[str | None, Query(max_length=64, description="承办部门 · Department")] = None,
) -> PetitionPage:
    """本地的件，新的在前；省级分办、审计可看各地市。Those of one's city, newest first; the province sees all cities."""
    return await queries.list_petitions(ListPetitions(from_cursor(cursor), limit, state, department), work)
