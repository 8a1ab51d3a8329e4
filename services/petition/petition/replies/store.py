"""Where the reply library lies."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import orjson
from casework.repository import Repository
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from pydantic import TypeAdapter
from sqlalchemy import JSON, BigInteger, ColumnElement, cast, exists, func, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events import AnswerKept, AnswerPublished, AnswerRetirementProposed
from petition.petition import Petition
from petition.replies.answer import Answer, Version, begin, replay
from petition.replies.tables import AnswerRow, AnswerVersionRow, answer_feedback, reply_library
from petition.replies.workflow import State

CHANGES: Final = frozenset({AnswerPublished.TYPE, AnswerRetirementProposed.TYPE, AnswerKept.TYPE})
"""What changes what is in force."""
OFTEN: Final = 3
"""So many say that it isn't solved, and at least as many as say that it is."""
VERSIONS: Final = TypeAdapter(Version)


async def overriding(unit: Unit, answer: Answer) -> list[Answer]:
    """Give the cities' answers that override one of the province's."""
    statement = ANSWERS.within(EVERYTHING, EVERYTHING).where(col(AnswerRow.overrides) == UUID(answer.id))
    return [stored.case for stored in await ANSWERS.fetch(unit.session, statement)]


async def version_of(session: AsyncSession, answer: UUID, number: int) -> Version | None:
    """Give a version that was published, whatever has become of it since."""
    row = await session.get(AnswerVersionRow, (answer, number))
    return VERSIONS.validate_json(row.version) if row else None


async def follow(session: AsyncSession, answer: Answer, types: Collection[str]) -> None:
    """Keep, beside the answer's row, what comes of its events: the published version, and that the library changed.

    Args:
        session: Of the transaction that keeps the row.
        answer: As it is since.
        types: Of the events.
    """
    connection = await session.connection()
    if AnswerPublished.TYPE in types and (version := answer.published):
        values = {"answer": UUID(answer.id), "number": version.number, "version": _json(version)}
        await connection.execute(insert_or_skip(AnswerVersionRow).values(values).on_conflict_do_nothing())
    if not CHANGES.isdisjoint(types):  # whoever changes it waits for whoever did before, so a revision skips nobody
        await connection.execute(reply_library.update().values(revision=reply_library.c.revision + 1))


async def heard(session: AsyncSession, petition: Petition) -> None:
    """Keep, beside the library, whether an answer of it solved the matter; silence leaves no trace."""
    rating = petition.rating
    if petition.answer is None or petition.answer_version is None or rating is None or rating.solved is None:
        return
    values = {
        "answer": UUID(petition.answer),
        "version": petition.answer_version,
        "petition": UUID(petition.id),
        "solved": rating.solved,
    }
    statement = insert_or_skip(answer_feedback).values(values)
    newest = statement.on_conflict_do_update(constraint=answer_feedback.primary_key, set_={"solved": rating.solved})
    await (await session.connection()).execute(newest)


def often_unsolved() -> ColumnElement[bool]:
    """Give, as part of a query for answers, those whose published version often doesn't solve the matter."""
    said = answer_feedback.c
    number = cast(func.json_extract_path_text(cast(col(AnswerRow.published), JSON), "number"), BigInteger)
    unsolved = func.count().filter(~said.solved)
    return exists(
        select(unsolved)
        .where(said.answer == col(AnswerRow.id), said.version == number)
        .having(unsolved >= OFTEN, unsolved * 2 >= func.count())
    )


def _json(version: Version) -> str:
    plain = VERSIONS.dump_python(version, mode="json")
    return orjson.dumps(plain | {"makers": sorted(version.makers)}).decode()


def _write(answer: Answer) -> dict[str, Any]:
    published = answer.published
    return {
        "id": UUID(answer.id),
        "tenant": answer.tenant,
        "sequence": answer.sequence,
        "state": answer.state.value,
        "overrides": UUID(answer.overrides) if answer.overrides else None,
        "proposed_by": answer.proposed_by,
        "makers": sorted(answer.newest.makers),
        "newest": _json(answer.newest),
        "published": _json(published) if published else None,
        "last_day": published.content.effective_until if published else None,
    }


def _read(row: AnswerRow) -> Answer:
    return Answer(
        id=str(row.id),
        tenant=row.tenant,
        sequence=row.sequence,
        state=State(row.state),
        newest=VERSIONS.validate_json(row.newest),
        published=VERSIONS.validate_json(row.published) if row.published else None,
        overrides=str(row.overrides) if row.overrides else None,
        proposed_by=row.proposed_by,
    )


ANSWERS = Repository(AnswerRow, resource="answer", read=_read, write=_write, begin=begin, replay=replay)
