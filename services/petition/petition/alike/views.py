"""What leaves the service over HTTP about petitions that are alike."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from casework.content import Access
from chassis.api.errors import Problem
from chassis.api.models import View
from pydantic import Field

from petition.alike.handlers import Outcome
from petition.alike.link import Link
from petition.alike.matter import HotMatter
from petition.petition import Petition
from petition.views import PetitionChanged


class AlikeView(View):
    """A petition that is alike, and why it is shown."""

    id: str
    number: str
    state: str
    version: int
    channel: str
    topic: str | None
    danger: str | None
    department: str | None
    received_at: datetime
    access: Access = Field(description="内容：可见、无权查看、已删除 · Content: open, withheld or erased")
    title: str | None
    likeness: float = Field(description="相似度，0 至 1 · Words that both have, of those that either has")
    words: tuple[str, ...] = Field(description="共同的词语 · Words that both have; empty if one may not read them")
    passage: str | None = Field(description="共同的段落 · The longest passage that stands in both")
    places: tuple[str, ...] = Field(description="共同的地点 · Places that both name")
    same_topic: bool
    same_sender: bool = Field(description="同一渠道的同一来信人 · The same sender, as far as their channel tells")


class LinkView(View):
    """A link to another petition, of those that one may see."""

    id: str
    number: str
    state: str
    version: int
    basis: str | None = Field(description="关联理由 · Why; null if one may not read it, or it was erased")
    suggested_by: str | None = Field(description="提出者：人员、系统 · Whose idea it was")
    likeness: float | None

    @classmethod
    def of(cls, other: Petition, link: Link | None) -> Self:
        """Show a link, as far as it is known."""
        return cls(
            id=other.id,
            number=other.number,
            state=other.state,
            version=other.sequence,
            basis=link and link.basis,
            suggested_by=link and link.suggested_by,
            likeness=link and link.likeness,
        )


class AlikeFound(View):
    """What is alike a petition, and what it is linked to."""

    version: int
    ready: bool = Field(description="已建索引 · Whether it was compared yet; a new one is within seconds")
    alike: tuple[AlikeView, ...]
    links: tuple[LinkView, ...]


class RefusalView(View):
    """Why one of several was refused: as its own problem document would say."""

    type: str
    status: int
    title: str
    title_en: str
    detail: str
    detail_en: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Show a problem."""
        kind = problem.type
        return cls(
            type=kind.uri,
            status=kind.status,
            title=kind.title_zh,
            title_en=kind.title_en,
            detail=problem.detail_zh,
            detail_en=problem.detail_en,
        )


class OutcomeView(View):
    """What became of one of the others."""

    id: str
    done: bool
    changed: PetitionChanged | None = Field(description="办理后的件 · The petition as it is now")
    problem: RefusalView | None = Field(description="未办理的原因，该件未变 · Why not; it is as it was")

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """Show it."""
        return cls(
            id=str(outcome.petition),
            done=outcome.after is not None,
            changed=PetitionChanged.of(outcome.after) if outcome.after else None,
            problem=RefusalView.of(outcome.problem) if outcome.problem else None,
        )


class AlikeChanged(PetitionChanged):
    """The petition that was read, after the change, and what became of the others."""

    others: tuple[OutcomeView, ...]

    @classmethod
    def with_others(cls, petition: Petition, outcomes: Sequence[Outcome]) -> Self:
        """Show all of them."""
        return cls(**PetitionChanged.of(petition).model_dump(), others=tuple(map(OutcomeView.of, outcomes)))


class LinkedView(PetitionChanged):
    """A petition after it was linked, or a link was taken back, and the other one."""

    other: PetitionChanged


class MemberView(View):
    """A petition of a group; its content is shown elsewhere."""

    id: str
    number: str
    state: str
    version: int


class HotMatterView(View):
    """A group of petitions about one matter."""

    id: str = Field(description="组内首件的 id · The id of its first petition")
    petitions: int
    waiting: int = Field(description="待答复 · How many of them wait for an answer")
    senders: int = Field(description="来信人数，以各渠道所能区分的为准 · As far as channels tell senders apart")
    one_source: bool = Field(description="同源重复 · All came from one sender")
    channels: dict[str, int]
    topics: dict[str, int]
    departments: dict[str, int]
    last_day: int = Field(description="最近 24 小时 · In the last 24 hours")
    a_day_before: float = Field(description="此前日均 · On average, on the days before")
    growth: float | None = Field(description="增长倍数 · How many times as many as before; null: nothing before")
    access: Access = Field(description="内容：可见、无权查看、已删除 · Content: open, withheld or erased")
    words: tuple[str, ...] = Field(description="共同的词语 · What makes it one; empty if one may not read it")
    places: tuple[str, ...]
    samples: tuple[MemberView, ...] = Field(description="其中的件，新的在前 · Some of them, the newest first")

    @classmethod
    def of(
        cls, matter: HotMatter, access: Access, *, words: tuple[str, ...], places: tuple[str, ...], most: int
    ) -> Self:
        """Show a matter, with what may be read of it."""
        return cls(
            id=matter.members[-1].id,
            petitions=len(matter.members),
            waiting=sum(each.open for each in matter.members),
            senders=matter.senders,
            one_source=matter.one_source,
            channels=dict(matter.channels),
            topics=dict(matter.topics),
            departments=dict(matter.departments),
            last_day=matter.last_day,
            a_day_before=matter.a_day_before,
            growth=matter.growth,
            access=access,
            words=words,
            places=places,
            samples=tuple(
                MemberView(id=each.id, number=each.number, state=each.state, version=each.version)
                for each in matter.members[:most]
            ),
        )


class HotMatters(View):
    """The groups among what was looked at."""

    matters: tuple[HotMatterView, ...]
    looked_at: int = Field(description="比对件数 · So many petitions were compared")
    since: datetime = Field(description="其中最早的收件时间 · Since when they came in")
