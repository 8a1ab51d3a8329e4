"""Answers questions about what is alike. The policy is part of each: nothing is counted that may not be read."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from casework.access import Asker, columns_of
from casework.content import Access, Content
from casework.repository import Stored
from chassis.api.errors import NOT_FOUND, Problem
from chassis.unit import Unit
from sqlalchemy import Select, inspect, select
from sqlmodel import col

from petition.access import asker
from petition.alike import store
from petition.alike.link import links_in
from petition.alike.matter import HotMatter, Member, hottest, matter_of
from petition.alike.sketch import ALIKE
from petition.alike.tables import sketches
from petition.alike.views import AlikeFound, AlikeView, HotMatters, HotMatterView, LinkView
from petition.channels.versions import REVISED, as_it_reads_now
from petition.petition import Petition
from petition.store import PETITIONS
from petition.tables import PetitionRow

SHOWN: Final = {"title", "text", *REVISED}
MOST_COMPARED: Final = 100
"""The nearest that are looked at; those of them that one may read are shown."""
MOST_IN_VIEW: Final = 2_000
"""The newest petitions among which groups are looked for."""
MOST_MATTERS: Final = 20
READ: Final = 6
"""So many of a group are read for what they have in common."""
DIGITS: Final = 3

Found = Stored[PetitionRow, Petition]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which groups.

    Attributes:
        days: Among those that came in since so many days.
        least: Of so many petitions at least.
        waiting: Only among those that wait for an answer.
        samples: So many of each are named.
    """

    days: int
    least: int
    waiting: bool
    samples: int


async def find_alike(petition: UUID, limit: int, unit: Unit) -> AlikeFound:
    """Show what is alike a petition, the nearest first, and what it is linked to.

    Raises:
        Problem: 404; 400: they have to say what for.
    """
    who = asker(unit)
    found = await PETITIONS.fetch(unit.session, _visible(who).where(col(PetitionRow.id) == petition))
    if not found:
        raise Problem(NOT_FOUND)
    (asked,) = found
    sketched = await store.of(unit.session, petition)
    near = await _near(petition, *sketched, unit) if sketched else {}
    others = await _fetched(unit, who, near)
    others.sort(key=lambda stored: (-near[stored.row.id], stored.case.id))
    linked = await _fetched(unit, who, [UUID(other) for other in asked.case.linked_to])
    shown = others[:limit]
    contents = await PETITIONS.contents(unit, [asked, *shown], reader=who, only={*SHOWN, "links"})
    links = {link.to: link for link in links_in(contents[0][1].get("links"))}
    views = await asyncio.to_thread(_views, asked, shown, contents, near)
    return AlikeFound(
        version=asked.case.sequence,
        ready=sketched is not None,
        alike=tuple(views),
        links=tuple(LinkView.of(each.case, links.get(each.case.id)) for each in linked),
    )


async def hot_matters(wanted: Wanted, unit: Unit) -> HotMatters:
    """Show the groups of petitions about one matter, among those that somebody may read.

    Raises:
        Problem: 400: they have to say what for.
    """
    who = asker(unit)
    since = unit.now - timedelta(days=wanted.days)
    members, words = await _in_view(who, wanted, unit)
    groups = await asyncio.to_thread(_groups, words)
    matters = hottest(
        [
            matter_of([members[place] for place in places], now=unit.now, days=wanted.days)
            for places in groups
            if len(places) >= wanted.least
        ]
    )[:MOST_MATTERS]
    read = [UUID(member.id) for matter in matters for member in matter.members[:READ]]
    found = await _fetched(unit, who, read)
    contents = await PETITIONS.contents(unit, found, reader=who, only=SHOWN)
    opened = {stored.case.id: content for stored, content in zip(found, contents, strict=True)}
    items = await asyncio.to_thread(_told, matters, opened, wanted.samples)
    oldest = min((member.received_at for member in members), default=since)
    return HotMatters(matters=tuple(items), looked_at=len(members), since=oldest)


def _visible(who: Asker) -> Select[Any]:
    return PETITIONS.within(who.reach("alike", "read"), who.reach("petition", "expand"))


async def _fetched(unit: Unit, who: Asker, ids: "Sequence[UUID] | dict[UUID, float]") -> list[Found]:
    if not ids:
        return []
    return await PETITIONS.fetch(unit.session, _visible(who).where(col(PetitionRow.id).in_(list(ids))))


async def _near(petition: UUID, tenant: str, made: Any, unit: Unit) -> dict[UUID, float]:
    """Give the nearest of those that may be, with their likeness."""
    candidates = await store.near(unit.session, petition, tenant, made)
    if not candidates:
        return {}
    ids = list(candidates)
    likeness = await asyncio.to_thread(_compared, made.words, [candidates[each] for each in ids])
    alike = [(found, id_) for found, id_ in zip(likeness, ids, strict=True) if found >= ALIKE]
    return {id_: found for found, id_ in sorted(alike, key=lambda each: (-each[0], each[1]))[:MOST_COMPARED]}


async def _in_view(who: Asker, wanted: Wanted, unit: Unit) -> tuple[list[Member], list[bytes]]:
    """Give the newest petitions that somebody may read, without content, and the words of their sketches."""
    names = ("id", "number", "sequence", "state", "author", "channel", "topic", "department", "received_at", "open")
    table = inspect(PetitionRow).local_table
    statement = (
        select(*(table.c[name] for name in names), sketches.c.words)
        .join_from(table, sketches, sketches.c.petition == table.c.id)
        .where(
            who.reach("alike", "read").where(columns_of(table, owner="author")),
            table.c.id >= store.first_of(unit.now - timedelta(days=wanted.days)),
        )
        .order_by(table.c.id.desc())
        .limit(MOST_IN_VIEW)
    )
    if wanted.waiting:
        statement = statement.where(table.c.open)
    rows = (await (await unit.session.connection()).execute(statement)).all()
    members = [
        Member(**{name: getattr(row, name) for name in names[4:]}, id=str(row.id), number=row.number,
               version=row.sequence, state=row.state)
        for row in rows
    ]  # fmt: skip
    return members, [row.words for row in rows]


def _compared(words: bytes, others: list[bytes]) -> list[float]:
    from petition.alike.likeness import Sketches  # noqa: PLC0415 - scipy is for whoever asks, not for every process

    return [round(float(each), DIGITS) for each in Sketches(others).near(words)]


def _groups(words: list[bytes]) -> list[list[int]]:
    from petition.alike.likeness import Sketches  # noqa: PLC0415

    return Sketches(words).groups()


def _views(
    asked: Found, others: Sequence[Found], contents: Sequence[Content], near: dict[UUID, float]
) -> list[AlikeView]:
    from petition.alike import reasons  # noqa: PLC0415

    own, *theirs = (as_it_reads_now(content) for _, content in contents)
    mine = reasons.read(own.get("title") or "", own.get("text") or "")
    views = []
    for stored, content, (access, _) in zip(others, theirs, contents[1:], strict=True):
        it = reasons.read(content.get("title") or "", content.get("text") or "")
        case = stored.case
        views.append(
            AlikeView(
                id=case.id,
                number=case.number,
                state=case.state,
                version=case.sequence,
                channel=case.channel,
                topic=case.topic,
                danger=case.danger,
                department=case.department,
                received_at=case.received_at,
                access=access,
                title=content.get("title"),
                likeness=near[stored.row.id],
                words=reasons.shared_words(mine, it),
                passage=reasons.shared_passage(mine, it),
                places=tuple(sorted(mine.places & it.places)),
                same_topic=case.topic == asked.case.topic,
                same_sender=case.author == asked.case.author,
            )
        )
    return views


def _told(matters: Sequence[HotMatter], opened: dict[str, Content], samples: int) -> list[HotMatterView]:
    from petition.alike import reasons  # noqa: PLC0415

    told = []
    for matter in matters:
        known = [opened[each.id] for each in matter.members[:READ] if each.id in opened]
        access = next((each for each, _ in known if each is Access.OPEN), known[0][0] if known else Access.WITHHELD)
        contents = (as_it_reads_now(content) for _, content in known)
        read = [reasons.read(each.get("title") or "", each["text"] or "") for each in contents if each.get("text")]
        words, places = (reasons.common_words(read), reasons.common_places(read)) if read else ((), ())
        told.append(HotMatterView.of(matter, access, words=words, places=places, most=samples))
    return told
