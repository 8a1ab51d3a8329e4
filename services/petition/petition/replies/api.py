"""Translates HTTP into commands and queries about the library, and replies that come out of it. Nothing else."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final, Literal
from uuid import UUID

from casework.access import permit
from chassis.api.models import VISIBLE
from chassis.api.pages import Cursor, Limit, from_cursor
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import CommandRoute, QueryRoute, Work
from chassis.api.versions import ExpectedVersion, etag
from fastapi import APIRouter, Path, Query, Response

from petition.replies import handlers, queries
from petition.replies.answer import Answer
from petition.replies.bodies import (
    AnswerBody,
    ContentBody,
    Day,
    DraftReplyBody,
    Most,
    NewAnswerBody,
    Number,
    PetitionId,
    ReasonBody,
)
from petition.replies.handlers import AnswerPetition
from petition.replies.library import Library
from petition.replies.queries import ListAnswers
from petition.replies.views import (
    AnswerChanged,
    AnswerDetail,
    AnswerPage,
    AnswerVersion,
    DraftDetail,
    DraftPage,
    FoundAnswers,
)
from petition.replies.workflow import Action, State
from petition.views import PetitionChanged, changed
from petition.workflow import Action as PetitionAction

AnswerId = Annotated[UUID, Path(description="口径的 id · Id of the answer")]
CHANGES: Final = {
    Action.ABANDON: "放弃修订 · Give the next version up",
    Action.SUBMIT: "送审 · Have the draft reviewed",
    Action.PUBLISH: "发布 · Publish",
    Action.KEEP: "恢复使用 · Use it on",
    Action.RETIRE: "停用 · Retire",
}


def routers(library: Library) -> Sequence[APIRouter]:
    """Make the endpoints.

    Args:
        library: Finds answers.
    """
    return (_questions(library), _work_on_answers(), _questions_of_petitions(library), _work_on_replies())


def _questions(library: Library) -> APIRouter:
    questions = APIRouter(prefix="/v1", route_class=QueryRoute)

    @questions.get("/answers", summary="口径列表 · List answers", dependencies=[permit("answer", "list")])
    async def list_answers(
        work: Work,
        cursor: Cursor = None,
        limit: Limit = 20,
        state: Annotated[State | None, Query(description="状态，in-review 为待审 · State")] = None,
        last_day: Annotated[Day | None, Query(description="此日前到期，须复审 · Ends on this day or before")] = None,
        review: Annotated[
            Literal["unsolved"] | None, Query(description="须复审：常被评为未解决 · Often doesn't solve the matter")
        ] = None,
    ) -> AnswerPage:
        """本地及省级口径，新的在前。Those of one's city and the province's, newest first."""
        wanted = ListAnswers(from_cursor(cursor), limit, state, last_day, unsolved=review is not None)
        return await queries.list_answers(wanted, work)

    @questions.get("/answers/search", summary="检索口径 · Search answers", dependencies=[permit("answer", "search")])
    async def search_answers(
        work: Work,
        question: Annotated[str, Query(min_length=1, max_length=1_000, pattern=VISIBLE, description="问题 · Question")],
        limit: Most = 10,
    ) -> FoundAnswers:
        """今日有效的口径，最相近的在前。Those in force today, the nearest first."""
        return await queries.search(question, limit, library, work)

    @questions.get("/answers/{answer_id}", summary="查看口径 · Show an answer", dependencies=[permit("answer", "read")])
    async def show_answer(answer_id: AnswerId, response: Response, work: Work) -> AnswerDetail:
        """最新一版与已发布的版本。The newest version and the published one."""
        answer = await queries.get_answer(answer_id, work)
        response.headers["ETag"] = etag(answer.version)
        return answer

    @questions.get(
        "/answers/{answer_id}/version",
        summary="查看已发布过的版本 · Show a version that was published",
        dependencies=[permit("answer", "read")],
    )
    async def show_version(
        answer_id: AnswerId, work: Work, number: Annotated[Number, Query(description="第几版 · Which version")] = 1
    ) -> AnswerVersion:
        """答复曾引用的版本，永久可查。What a petition was answered with can be read for ever."""
        return await queries.get_version(answer_id, number, work)

    return questions


def _work_on_answers() -> APIRouter:
    commands = APIRouter(prefix="/v1", route_class=CommandRoute)

    @commands.post(
        "/answers", status_code=201, summary="起草口径 · Draft an answer", dependencies=[permit("answer", Action.DRAFT)]
    )
    async def draft_answer(body: NewAnswerBody, response: Response, work: Work) -> AnswerChanged:
        """为本地起草；地市可覆盖省级口径。For one's own city; a city may override the province's."""
        answer = await handlers.draft_answer(body.content(), body.overrides, work)
        response.headers["Location"] = f"/v1/answers/{answer.id}"
        return _answer(answer, response)

    @commands.post(
        "/answers/{answer_id}/revise", summary="修订 · Revise", dependencies=[permit("answer", Action.REVISE)]
    )
    async def revise_answer(
        answer_id: AnswerId, body: ContentBody, version: ExpectedVersion, response: Response, work: Work
    ) -> AnswerChanged:
        """修改草稿，或起草下一版；已发布的版本照常使用。Change the draft or begin the next; the published stays."""
        return _answer(await handlers.revise_answer(answer_id, version, body.content(), work), response)

    @commands.post(
        "/answers/{answer_id}/reject", summary="退回修改 · Reject", dependencies=[permit("answer", Action.REJECT)]
    )
    async def reject_answer(
        answer_id: AnswerId, body: ReasonBody, version: ExpectedVersion, response: Response, work: Work
    ) -> AnswerChanged:
        """审核不通过。The review gives it back."""
        return _answer(await handlers.reject_answer(answer_id, version, body.reason, work), response)

    @commands.post(
        "/answers/{answer_id}/propose-retirement",
        summary="停用待核 · Propose retirement",
        dependencies=[permit("answer", Action.PROPOSE_RETIREMENT)],
    )
    async def propose_retirement(
        answer_id: AnswerId, body: ReasonBody, version: ExpectedVersion, response: Response, work: Work
    ) -> AnswerChanged:
        """立即停用，由他人决定是否恢复。Out of use at once; somebody else decides whether for good."""
        return _answer(await handlers.propose_retirement(answer_id, version, body.reason, work), response)

    for action, summary in CHANGES.items():
        commands.post(
            f"/answers/{{answer_id}}/{action}",
            name=f"{action}_answer",
            summary=summary,
            dependencies=[permit("answer", action)],
        )(_changing(action))
    return commands


def _changing(action: Action) -> Callable[..., Awaitable[AnswerChanged]]:
    async def change(answer_id: AnswerId, version: ExpectedVersion, response: Response, work: Work) -> AnswerChanged:
        """起草与审核须为两人。Whoever made or proposed it can't be the one who checks it."""
        return _answer(await handlers.change_answer(answer_id, version, action, work), response)

    return change


def _questions_of_petitions(library: Library) -> APIRouter:
    questions = APIRouter(prefix="/v1", route_class=QueryRoute)

    @questions.get(
        "/petitions/{petition_id}/suggested-answers",
        summary="推荐口径 · Suggest answers",
        dependencies=[permit("suggestion", "read")],
    )
    async def suggest_answers(petition_id: PetitionId, work: Work, limit: Most = 5) -> FoundAnswers:
        """可用以答复该件的口径，最相近的在前。What answers it today, the nearest first."""
        return await queries.suggest(petition_id, limit, library, work)

    @questions.get("/drafts", summary="待签发的答复 · Replies to sign", dependencies=[permit("draft", "list")])
    async def list_drafts(work: Work, cursor: Cursor = None, limit: Limit = 20) -> DraftPage:
        """本地待签发的答复。Those of one's city that wait for a signature."""
        return await queries.list_drafts(from_cursor(cursor), limit, work)

    @questions.get(
        "/drafts/{petition_id}",
        summary="查看待签发的答复 · Show a reply to sign",
        dependencies=[permit("draft", "read"), PURPOSE_OF_USE],
    )
    async def show_draft(petition_id: PetitionId, response: Response, work: Work) -> DraftDetail:
        """拟稿与已发布口径的逐句对照。The draft, and what it says otherwise than the published answer."""
        draft = await queries.get_draft(petition_id, work)
        response.headers["ETag"] = etag(draft.version)
        return draft

    return questions


def _work_on_replies() -> APIRouter:
    commands = APIRouter(prefix="/v1", route_class=CommandRoute)

    @commands.post(
        "/petitions/{petition_id}/answer",
        summary="用口径答复 · Answer from the library",
        dependencies=[permit("petition", PetitionAction.ANSWER)],
    )
    async def answer_petition(
        petition_id: PetitionId, body: AnswerBody, version: ExpectedVersion, response: Response, work: Work
    ) -> PetitionChanged:
        """已发布口径的原文即答，一人即可。At once, word for word; one officer is enough."""
        command = AnswerPetition(petition_id, version, body.answer, body.answer_version)
        return changed(await handlers.answer_petition(command, work), response)

    @commands.post(
        "/petitions/{petition_id}/draft-reply",
        summary="改动口径送签 · Have an edited answer signed",
        dependencies=[permit("petition", PetitionAction.DRAFT_REPLY)],
    )
    async def draft_reply(
        petition_id: PetitionId, body: DraftReplyBody, version: ExpectedVersion, response: Response, work: Work
    ) -> PetitionChanged:
        """发言人签发后答复。In other words; once the spokesperson has signed, the citizen is answered."""
        command = AnswerPetition(petition_id, version, body.answer, body.answer_version, body.contributed)
        return changed(await handlers.draft_reply(command, body.text, work), response)

    @commands.post(
        "/drafts/{petition_id}/sign", summary="签发 · Sign", dependencies=[permit("draft", PetitionAction.SIGN)]
    )
    async def sign_reply(
        petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work
    ) -> PetitionChanged:
        """发言人签发，答复市民。The spokesperson signs, and the citizen is answered."""
        return changed(await handlers.sign_reply(petition_id, version, work), response)

    @commands.post(
        "/drafts/{petition_id}/reject",
        summary="退回拟稿 · Reject",
        dependencies=[permit("draft", PetitionAction.REJECT)],
    )
    async def reject_reply(
        petition_id: PetitionId, body: ReasonBody, version: ExpectedVersion, response: Response, work: Work
    ) -> PetitionChanged:
        """退回承办部门。Back to its department."""
        return changed(await handlers.reject_reply(petition_id, version, body.reason, work), response)

    return commands


def _answer(answer: Answer, response: Response) -> AnswerChanged:
    response.headers["ETag"] = etag(answer.sequence)
    return AnswerChanged.of(answer)
