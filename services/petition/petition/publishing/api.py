"""Translates HTTP into commands and queries about answers after they were given. Nothing else."""

from typing import Annotated, Final

from casework.access import permit
from chassis.api.models import VISIBLE, Body
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, PublicRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Query, Response
from pydantic import Field

from petition.publishing import handlers, queries
from petition.publishing.domain import Public
from petition.publishing.handlers import CorrectReply
from petition.publishing.views import PublicationDetail, PublicationPage, PublishedPage
from petition.replies.bodies import PetitionId, Text
from petition.views import PetitionChanged, changed
from petition.workflow import Action


class CorrectionBody(Body):
    """What is right, and why it is corrected."""

    text: Annotated[Text, Field(description="更正后的答复；原答复保留 · What is right; the first answer stays")]
    reason: Annotated[str, Field(min_length=1, max_length=1_000, pattern=VISIBLE, description="理由 · Why")]


class PublicBody(Body):
    """What everybody may read; nothing personal."""

    title: Annotated[str, Field(min_length=1, max_length=200, pattern=VISIBLE)]
    question: Text
    answer: Text
    correction: Annotated[Text | None, Field(description="已更正的必填 · Needed once it was corrected")] = None

    def public(self) -> Public:
        """Give it as decisions see it."""
        return Public(**self.model_dump())


commands = APIRouter(prefix="/v1", route_class=CommandRoute)
questions = APIRouter(prefix="/v1", route_class=QueryRoute)
for_everybody = APIRouter(prefix="/v1", route_class=PublicRoute)
ROUTERS: Final = (commands, questions, for_everybody)


@commands.post(
    "/petitions/{petition_id}/correct",
    summary="更正答复 · Correct the answer",
    dependencies=[permit("petition", Action.CORRECT)],
)
async def correct(
    petition_id: PetitionId, body: CorrectionBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """原答复与更正一并保留；已公开的，由发言人重新签发。Both are kept; what is public is signed anew."""
    command = CorrectReply(petition_id, version, body.text, body.reason)
    return changed(await handlers.correct_reply(command, work), response)


@commands.post(
    "/petitions/{petition_id}/consent",
    summary="同意公开 · Agree that it is published",
    dependencies=[permit("petition", Action.CONSENT)],
)
async def consent(petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work) -> PetitionChanged:
    """本人同意隐去个人信息后公开问答，可随时撤回。Without what is personal; it can be withdrawn at any time."""
    return changed(await handlers.consent(petition_id, version, work), response)


@commands.post(
    "/petitions/{petition_id}/withdraw-consent",
    summary="撤回同意 · Agree no longer",
    dependencies=[permit("petition", Action.RETRACT)],
)
async def withdraw_consent(
    petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """已公开的随即撤下。What is public is taken back at once."""
    return changed(await handlers.withdraw_consent(petition_id, version, work), response)


@questions.get(
    "/publications", summary="可公开的问答 · What may be published", dependencies=[permit("publication", "list")]
)
async def list_publications(work: Work, cursor: Cursor = None, limit: Limit = 20) -> PublicationPage:
    """本地经本人同意公开的件。Those of one's city whose authors agree."""
    return await queries.list_publications(from_cursor(cursor), limit, work)


@questions.get(
    "/publications/{petition_id}",
    summary="查看可公开的问答 · Show what may be published",
    dependencies=[permit("publication", "read"), PURPOSE_OF_USE],
)
async def show_publication(petition_id: PetitionId, response: Response, work: Work) -> PublicationDetail:
    """原文及隐去可识别信息的建议文本，须人工核对。As written, and a masked proposal that somebody has to read."""
    publication = await queries.get_publication(petition_id, work)
    response.headers["ETag"] = etag(publication.version)
    return publication


@commands.post(
    "/publications/{petition_id}/publish",
    summary="签发公开 · Publish",
    dependencies=[permit("publication", Action.PUBLISH)],
)
async def publish(
    petition_id: PetitionId, body: PublicBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """发言人签发；仍有可识别信息的不予公开。By the spokesperson; refused while it holds something personal."""
    return changed(await handlers.publish(petition_id, version, body.public(), work), response)


@commands.post(
    "/publications/{petition_id}/unpublish",
    summary="撤下 · Take it back",
    dependencies=[permit("publication", Action.UNPUBLISH)],
)
async def unpublish(
    petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """停止公开。Nobody reads it here any more."""
    return changed(await handlers.unpublish(petition_id, version, work), response)


@for_everybody.get("/published", summary="公开问答 · Published questions and answers")
async def list_published(
    work: Work,
    cursor: Cursor = None,
    limit: Limit = 20,
    tenant: Annotated[str | None, Query(pattern="^[0-9]{6}$", description="区划代码 · Only of this city")] = None,
) -> PublishedPage:
    """无须登录；均经本人同意并隐去个人信息。No login; published with consent, without what is personal."""
    return await queries.list_published(from_cursor(cursor), limit, tenant, work)
