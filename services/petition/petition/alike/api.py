"""Translates HTTP into commands and queries about petitions that are alike. Nothing else."""

from typing import Annotated, Final
from uuid import UUID

from casework.access import permit
from chassis.api.models import Body
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Query, Response
from pydantic import Field

from petition.alike import handlers, queries
from petition.alike.handlers import Chosen, LinkPetitions
from petition.alike.link import Basis
from petition.alike.queries import Wanted
from petition.alike.views import AlikeChanged, AlikeFound, HotMatters, LinkedView
from petition.petition import Petition
from petition.replies.bodies import AnswerBody, DraftBody, Most, PetitionId
from petition.replies.handlers import AnswerPetition
from petition.views import PetitionChanged
from petition.workflow import Action

MOST_AT_ONCE: Final = 50
"""So many are answered or signed on one confirmation, beside the one that was read."""
VERSIONS: Final = 2**53


class ChosenBody(Body):
    """One of several, as it was looked at."""

    id: UUID
    version: Annotated[int, Field(ge=1, le=VERSIONS, description="所看的版本 · The version that was looked at")]


Others = Annotated[
    tuple[ChosenBody, ...],
    Field(min_length=1, max_length=MOST_AT_ONCE, description="一并办理的其他件 · The others"),
]


class AnswerAlikeBody(AnswerBody):
    """Which version answers, and which others it answers, too."""

    others: Others


class DraftAlikeBody(DraftBody):
    """In which other words, and for which others, too."""

    others: Others


class SignAlikeBody(Body):
    """Which other drafts say the same."""

    others: Others


class UnlinkBody(Body):
    """The other petition."""

    other: UUID
    version: Annotated[int, Field(ge=1, le=VERSIONS, description="所看的另一件的版本 · The other's version")]


class LinkBody(UnlinkBody):
    """The other petition, and why the two belong together."""

    basis: Annotated[
        Basis, Field(description="同一来信人、同一事项、重复来信 · The same sender, the same matter, the same words")
    ]


questions = APIRouter(prefix="/v1", route_class=QueryRoute)
commands = APIRouter(prefix="/v1", route_class=CommandRoute)
ROUTERS: Final = (questions, commands)


@questions.get(
    "/petitions/{petition_id}/alike",
    summary="同类件与关联件 · What is alike, and linked",
    dependencies=[permit("alike", "read"), PURPOSE_OF_USE],
)
async def find_alike(petition_id: PetitionId, response: Response, work: Work, limit: Most = 10) -> AlikeFound:
    """本地内容相近的件及其理由，相近的在前；仅限可查看的件。Of those that one may read, with reasons; nearest first."""
    found = await queries.find_alike(petition_id, limit, work)
    response.headers["ETag"] = etag(found.version)
    return found


@questions.get(
    "/hot-matters",
    summary="热点与重复 · Hot matters and duplicates",
    dependencies=[permit("hot-matter", "list"), PURPOSE_OF_USE],
)
async def hot_matters(
    work: Work,
    days: Annotated[int, Query(ge=1, le=30, description="近几天 · Since so many days")] = 7,
    least: Annotated[int, Query(ge=2, le=1_000, description="至少几件 · Of so many at least")] = 3,
    waiting: Annotated[  # noqa: FBT002  as it is asked
        bool, Query(description="只看待答复的 · Only among what waits for an answer")
    ] = False,
    samples: Annotated[int, Query(ge=1, le=MOST_AT_ONCE, description="每组列几件 · So many of each are named")] = 5,
) -> HotMatters:
    """可查看的件中反映同一事项的各组，增长快的在前。Groups about one matter, among what one may read."""
    return await queries.hot_matters(Wanted(days=days, least=least, waiting=waiting, samples=samples), work)


@commands.post(
    "/petitions/{petition_id}/answer-alike",
    summary="用口径一并答复同类件 · Answer those that are alike",
    dependencies=[permit("petition", Action.ANSWER)],
)
async def answer_alike(
    petition_id: PetitionId, body: AnswerAlikeBody, version: ExpectedVersion, response: Response, work: Work
) -> AlikeChanged:
    """一次确认，逐件答复：各自的版本、期限和渠道；未成的逐件说明。One confirmation; each is answered for itself."""
    command = AnswerPetition(petition_id, version, body.answer, body.answer_version)
    return _changed(*await handlers.answer_alike(command, _chosen(body.others), work), response)


@commands.post(
    "/petitions/{petition_id}/draft-alike",
    summary="同类件改动口径送签 · Have an edited answer signed for all",
    dependencies=[permit("petition", Action.DRAFT_REPLY)],
)
async def draft_alike(
    petition_id: PetitionId, body: DraftAlikeBody, version: ExpectedVersion, response: Response, work: Work
) -> AlikeChanged:
    """同一改动逐件送签。The same other words for each; each waits for a signature."""
    command = AnswerPetition(petition_id, version, body.answer, body.answer_version)
    return _changed(*await handlers.answer_alike(command, _chosen(body.others), work, body.text), response)


@commands.post(
    "/drafts/{petition_id}/sign-alike",
    summary="一并签发同类件 · Sign those that say the same",
    dependencies=[permit("draft", Action.SIGN)],
)
async def sign_alike(
    petition_id: PetitionId, body: SignAlikeBody, version: ExpectedVersion, response: Response, work: Work
) -> AlikeChanged:
    """拟稿与所阅完全相同的一并签发，逐件记录。One look stands for those in the same words; each is signed."""
    read = Chosen(petition_id, version)
    return _changed(*await handlers.sign_alike(read, _chosen(body.others), work), response)


@commands.post(
    "/petitions/{petition_id}/link",
    summary="关联 · Link",
    dependencies=[permit("petition", Action.LINK)],
)
async def link(
    petition_id: PetitionId, body: LinkBody, version: ExpectedVersion, response: Response, work: Work
) -> LinkedView:
    """两件各自办理、各自计时，来信人看不到关联。Each stays one of its own; no sender sees it."""
    command = LinkPetitions(Chosen(petition_id, version), Chosen(body.other, body.version), body.basis)
    return _linked(*await handlers.link_petitions(command, work), response)


@commands.post(
    "/petitions/{petition_id}/unlink",
    summary="取消关联 · Take a link back",
    dependencies=[permit("petition", Action.UNLINK)],
)
async def unlink(
    petition_id: PetitionId, body: UnlinkBody, version: ExpectedVersion, response: Response, work: Work
) -> LinkedView:
    """两件都记录。Both tell of it."""
    command = LinkPetitions(Chosen(petition_id, version), Chosen(body.other, body.version))
    return _linked(*await handlers.unlink_petitions(command, work), response)


def _chosen(others: tuple[ChosenBody, ...]) -> list[Chosen]:
    return [Chosen(each.id, each.version) for each in others]


def _changed(petition: Petition, outcomes: list[handlers.Outcome], response: Response) -> AlikeChanged:
    response.headers["ETag"] = etag(petition.sequence)
    return AlikeChanged.with_others(petition, outcomes)


def _linked(one: Petition, other: Petition, response: Response) -> LinkedView:
    response.headers["ETag"] = etag(one.sequence)
    return LinkedView(**PetitionChanged.of(one).model_dump(), other=PetitionChanged.of(other))
