"""Answers questions. The policy is part of each: which rows come, and for whom their content opens."""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final
from uuid import UUID

from casework.export import Part, part
from chassis.unit import Unit

from petition.access import asker
from petition.channels.versions import REVISED
from petition.petition import Petition
from petition.store import PETITIONS
from petition.views import PetitionDetail, PetitionPage, page_of
from petition.workflow import State

SHOWN = REVISED | {
    *("title", "text", "handle", "suggestion", "linked", "reply_to", "attachments", "reply", "objection", "correction"),
    *(
        "spam_reason",
        "supplement_request",
        "supplement",
        "revised_supplement",
        "supplement_attachments",
        "review_objection",
        "review_reasons",
        "review_reply",
    ),
}
"""Content that a petition shows; a draft is for whoever signs it."""
EXPORTED: Final = MappingProxyType(
    {
        "id": "标识 id",
        "number": "编号 number",
        "tenant": "区划 tenant",
        "channel": "渠道 channel",
        "received_at": "收件时间 received_at",
        "kind": "类别 kind",
        "matter": "事由 matter",
        "topic": "主题 topic",
        "danger": "紧急情形 danger",
        "state": "状态 state",
        "department": "承办部门 department",
        "outcome": "办结结果 outcome",
    }
)
"""Columns of the exported table."""


@dataclass(frozen=True, slots=True)
class ListPetitions:
    """A page of petitions; ``after`` is the last id of the page before."""

    after: UUID | None
    limit: int
    state: State | None = None
    department: str | None = None


async def get_petition(id_: UUID, unit: Unit) -> PetitionDetail:
    """Show one petition.

    Raises:
        Problem: 404, also for what isn't the asker's to see.
    """
    who = asker(unit)
    stored = await PETITIONS.get(unit, id_, who)
    ((access, content),) = await PETITIONS.contents(unit, [stored], reader=who, only=SHOWN)
    petition = stored.case
    if petition.hidden and petition.author in who.owners:
        petition, content = _as_its_sender_knows_it(petition), content | {"suggestion": "", "revised_suggestion": ""}
    sender = petition.author in who.owners
    return PetitionDetail.of(petition, access, content, posted_at=stored.row.posted_at, sender=sender)


async def list_petitions(query: ListPetitions, unit: Unit) -> PetitionPage:
    """Show a page of them, newest first."""
    who = asker(unit)
    shown, following = await PETITIONS.page(
        unit, who, after=query.after, limit=query.limit, state=query.state, department=query.department
    )
    contents = await PETITIONS.contents(unit, shown, reader=who, only={"title", "revised_title"})
    return page_of((stored.case for stored in shown), contents, following)


async def export_petitions(after: UUID | None, limit: int, unit: Unit) -> Part:
    """Show a part of them as a table, newest first."""
    found, following = await PETITIONS.part(unit, asker(unit), after=after, limit=limit)
    return part("petitions", EXPORTED, found, following)


def _as_its_sender_knows_it(petition: Petition) -> Petition:
    """Leave out what is said about a report in its circle: received, handed over, filed or not is enough."""
    told = State.RECEIVED if petition.state is State.CLASSIFIED else petition.state
    return replace(
        petition, state=told, kind=None, matter=None, topic=None, danger=None, confidence=None, department=None
    )
