"""Answers questions about the library, and finds in it what answers a petition."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from casework.rows import newest
from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.pages import cut
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from contracts.tenants import PROVINCE
from sqlalchemy import Select
from sqlmodel import col
from workdays.counting import day_of

from petition.access import asker
from petition.channels.versions import REVISED, as_it_reads_now
from petition.replies import store
from petition.replies.difference import difference
from petition.replies.library import Library
from petition.replies.store import ANSWERS
from petition.replies.tables import AnswerRow
from petition.replies.views import (
    AnswerDetail,
    AnswerPage,
    AnswerSummary,
    AnswerVersion,
    DraftDetail,
    DraftPage,
    DraftSummary,
    FoundAnswer,
    FoundAnswers,
)
from petition.replies.workflow import State
from petition.store import DRAFTS, PETITIONS
from petition.tables import PetitionRow


@dataclass(frozen=True, slots=True)
class ListAnswers:
    """A page of answers.

    Attributes:
        after: The last id of the page before.
        limit: At most so many.
        state: Where they stand.
        last_day: They end on this day or before (到期复审); None: whether and whenever they end.
        unsolved: Only those that often don't solve the matter (复审).
    """

    after: UUID | None
    limit: int
    state: State | None = None
    last_day: date | None = None
    unsolved: bool = False


async def list_answers(query: ListAnswers, unit: Unit) -> AnswerPage:
    """Show a page of them, newest first."""
    statement = ANSWERS.visible(asker(unit), "list")
    if query.state is not None:
        statement = statement.where(col(AnswerRow.state) == query.state.value)
    if query.last_day is not None:
        out_of_use = (State.RETIRING.value, State.RETIRED.value)
        statement = statement.where(col(AnswerRow.last_day) <= query.last_day, col(AnswerRow.state).not_in(out_of_use))
    if query.unsolved:
        statement = statement.where(store.often_unsolved())
    page = newest(statement, col(AnswerRow.id), after=query.after, limit=query.limit + 1)
    shown, following = cut(await ANSWERS.fetch(unit.session, page), query.limit, lambda stored: stored.case.id)
    return AnswerPage(items=tuple(AnswerSummary.of(stored.case) for stored in shown), next=following)


async def get_answer(id_: UUID, unit: Unit) -> AnswerDetail:
    """Show one answer.

    Raises:
        Problem: 404, also for what isn't the asker's to see.
    """
    return AnswerDetail.of((await ANSWERS.get(unit, id_, asker(unit))).case)


async def get_version(id_: UUID, number: int, unit: Unit) -> AnswerVersion:
    """Show a version that was published, whatever has become of it since.

    Raises:
        Problem: 404.
    """
    await ANSWERS.get(unit, id_, asker(unit))
    version = await store.version_of(unit.session, id_, number)
    if version is None:
        raise Problem(NOT_FOUND)
    return AnswerVersion.of(version)


async def search(question: str, limit: int, library: Library, unit: Unit) -> FoundAnswers:
    """Find what answers a question in the asker's city today, the nearest first."""
    who = asker(unit)
    reach = who.reach("answer", "search")  # asks for nothing but the tenant
    return await _found(
        question, who.tenant, lambda tenant: reach.admits(lambda _: tenant), ANSWERS.visible(who, "search"),
        limit, library, unit,
    )  # fmt: skip


async def suggest(petition: UUID, limit: int, library: Library, unit: Unit) -> FoundAnswers:
    """Find what answers a petition in its city today, the nearest first; nothing if its content was erased.

    Raises:
        Problem: 404.
    """
    who = asker(unit)
    theirs = PETITIONS.within(who.reach("suggestion", "read"), EVERYTHING).where(col(PetitionRow.id) == petition)
    found = await PETITIONS.fetch(unit.session, theirs)
    if not found:
        raise Problem(NOT_FOUND)
    ((_, content),) = await PETITIONS.contents(unit, found, reader=None, only={"title", "text", *REVISED})
    now = as_it_reads_now(content)
    question = "\n".join(filter(None, (now.get("title"), now.get("text"))))
    tenant = found[0].case.tenant
    return await _found(
        question, tenant, lambda whose: whose in {PROVINCE, tenant}, ANSWERS.visible(who, "search"),
        limit, library, unit,
    )  # fmt: skip


async def list_drafts(after: UUID | None, limit: int, unit: Unit) -> DraftPage:
    """Show a page of the replies that wait for a signature, newest petition first."""
    shown, following = await DRAFTS.page(unit, asker(unit), after=after, limit=limit)
    return DraftPage(items=tuple(DraftSummary.of(stored.case) for stored in shown), next=following)


async def get_draft(petition: UUID, unit: Unit) -> DraftDetail:
    """Show a reply that waits for a signature, and what it says otherwise than the library.

    Raises:
        Problem: 404, also for what isn't the asker's to sign; 400: they have to say what for.
    """
    who = asker(unit)
    stored = await DRAFTS.get(unit, petition, who)
    ((access, content),) = await DRAFTS.contents(unit, [stored], reader=who, only={"title", "text", "draft", *REVISED})
    case = stored.case
    version = await store.version_of(unit.session, UUID(case.answer), case.answer_version or 0)
    published = version.content.text if version else ""
    return DraftDetail.of(
        case, access, as_it_reads_now(content), published, difference(published, content.get("draft") or "")
    )


async def _found(
    question: str,
    tenant: str,
    admits: Callable[[str], bool],
    visible: Select[Any],
    limit: int,
    library: Library,
    unit: Unit,
) -> FoundAnswers:
    """Show what the library finds, as it stands in the database by now and as far as it may be seen."""
    on = day_of(unit.now)
    hits = await library.find(question, tenant=tenant, on=on, admits=admits, limit=limit)
    wanted = visible.where(col(AnswerRow.id).in_([UUID(hit.id) for hit in hits]))
    answers = {stored.case.id: stored.case for stored in await ANSWERS.fetch(unit.session, wanted)} if hits else {}
    return FoundAnswers(
        answers=tuple(
            FoundAnswer.of(answer, version, hit.likeness)
            for hit in hits
            if (answer := answers.get(hit.id)) and (version := answer.in_force(on))
        )
    )
