"""Translates HTTP into commands and queries about the handling of petitions. Nothing else."""

from typing import Annotated

from casework.access import permit
from casework.queue import QueueCursor, from_cursor
from chassis.api.pages import Limit
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion
from fastapi import APIRouter, Query, Response

from petition.handling import handlers, queries
from petition.handling.bodies import (
    DecisionBody,
    DisputeBody,
    ExtensionBody,
    ReasonBody,
    RequestBody,
    ReturnBody,
    SupplementBody,
)
from petition.handling.handlers import Looked
from petition.handling.store import Wanted
from petition.replies.bodies import PetitionId
from petition.views import PetitionChanged, PetitionPage, changed
from petition.workflow import Action, State

questions = APIRouter(prefix="/v1", route_class=QueryRoute)
commands = APIRouter(prefix="/v1", route_class=CommandRoute)


@questions.get(
    "/petitions/queue",
    summary="待办队列 · The queue",
    dependencies=[permit("petition", "list"), PURPOSE_OF_USE],
)
async def queue(
    work: Work,
    cursor: QueueCursor = None,
    limit: Limit = 20,
    state: Annotated[State | None, Query(description="状态，默认全部未答复 · State; by default all unanswered")] = None,
    department: Annotated[str | None, Query(max_length=64, description="承办部门 · Department")] = None,
    overdue: Annotated[bool | None, Query(description="超期 · Whether its time limit has passed")] = None,
    late: Annotated[bool | None, Query(description="内部时限已过 · Whether the office's own limit has passed")] = None,
) -> PetitionPage:
    """尚未答复的件：紧急的在前，再按期限、按先后。What has to be answered: danger first, then deadline, then age."""
    wanted = Wanted(
        after=from_cursor(cursor), limit=limit, state=state, department=department, overdue=overdue, late=late
    )
    return await queries.queue(wanted, work)


@commands.post(
    "/petitions/{petition_id}/sign-for",
    summary="签收 · Sign for",
    dependencies=[permit("petition", Action.SIGN_FOR)],
)
async def sign_for(
    petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """承办部门签收后方可答复。The department takes it on; only then it answers."""
    return changed(await handlers.sign_for(Looked(petition_id, version), work), response)


@commands.post(
    "/petitions/{petition_id}/return",
    summary="退回 · Give back",
    dependencies=[permit("petition", Action.RETURN)],
)
async def give_back(
    petition_id: PetitionId, body: ReturnBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """签收前退回分办，须有依据，全程两次为限。Before signing for it, on a basis, twice at most in its life."""
    looked = Looked(petition_id, version)
    return changed(await handlers.give_back(looked, body.basis, body.reason, work), response)


@commands.post(
    "/petitions/{petition_id}/dispute",
    summary="提出管辖争议 · Dispute jurisdiction",
    dependencies=[permit("petition", Action.DISPUTE)],
)
async def dispute(
    petition_id: PetitionId, body: DisputeBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """各方一次，由共同上级决定。Once a side; their common superior decides."""
    looked = Looked(petition_id, version)
    return changed(await handlers.dispute(looked, body.to, body.basis, body.reason, work), response)


@commands.post(
    "/petitions/{petition_id}/decide",
    summary="指定管辖 · Decide jurisdiction",
    dependencies=[permit("petition", Action.DECIDE)],
)
async def decide(
    petition_id: PetitionId, body: DecisionBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """有争议或曾退回的件，由督办或上级指定，须执行。Binds; of what is disputed, or was given back."""
    looked = Looked(petition_id, version)
    return changed(await handlers.decide(looked, body.department, body.reason, work), response)


@commands.post(
    "/petitions/{petition_id}/request-supplement",
    summary="要求补充材料 · Ask for more",
    dependencies=[permit("petition", Action.ASK_MORE)],
)
async def request_supplement(
    petition_id: PetitionId, body: RequestBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """一次为限，期限中止，至多等待十个工作日。Once; the clock stands still, for ten working days at most."""
    return changed(await handlers.request_supplement(Looked(petition_id, version), body.text, work), response)


@commands.post(
    "/petitions/{petition_id}/supplement",
    summary="补充材料 · Send more",
    dependencies=[permit("petition", Action.SUPPLEMENT)],
)
async def supply(
    petition_id: PetitionId, body: SupplementBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """来信人补充后，期限继续计算。Whoever wrote in sends more, and the clock runs on."""
    return changed(await handlers.supply(Looked(petition_id, version), body.text, work), response)


@commands.post(
    "/petitions/{petition_id}/request-extension",
    summary="申请延期 · Ask for more time",
    dependencies=[permit("petition", Action.ASK_TIME)],
)
async def request_extension(
    petition_id: PetitionId, body: ExtensionBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """一次为限，由本机关负责人批准。Once; the head of the authority decides."""
    looked = Looked(petition_id, version)
    return changed(await handlers.request_extension(looked, body.days, body.reason, work), response)


@commands.post(
    "/petitions/{petition_id}/extend",
    summary="批准延期 · Grant more time",
    dependencies=[permit("petition", Action.EXTEND)],
)
async def extend(
    petition_id: PetitionId, body: ReasonBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """本机关负责人批准，须说明理由，并告知来信人。With a reason; whoever wrote in is told."""
    looked = Looked(petition_id, version)
    return changed(await handlers.decide_extension(looked, Action.EXTEND, body.reason, work), response)


@commands.post(
    "/petitions/{petition_id}/refuse-extension",
    summary="不予延期 · Refuse more time",
    dependencies=[permit("petition", Action.REFUSE_TIME)],
)
async def refuse_extension(
    petition_id: PetitionId, body: ReasonBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """须说明理由，原期限不变。With a reason; the deadline stays."""
    looked = Looked(petition_id, version)
    return changed(await handlers.decide_extension(looked, Action.REFUSE_TIME, body.reason, work), response)


@commands.post(
    "/petitions/{petition_id}/urge",
    summary="催办 · Urge",
    dependencies=[permit("petition", Action.URGE)],
)
async def urge(petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work) -> PetitionChanged:
    """来信人三次为限，每日一次；督办、义务监督员亦可。Its sender three times, once a day; supervisors, too."""
    return changed(await handlers.urge(Looked(petition_id, version), work), response)
