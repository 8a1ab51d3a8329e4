"""What leaves the service over HTTP about the library, and about replies that come out of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Self

from casework.content import Access
from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from petition.petition import Petition
from petition.replies.answer import Answer, Version
from petition.replies.difference import Part


class Basis(View):
    """A provision, and where its text was read."""

    provision: str
    source: str


class AnswerVersion(View):
    """What a version says."""

    number: int = Field(description="第几版 · Number of the version")
    variants: tuple[str, ...] = Field(description="问法 · Questions that it answers")
    text: str
    basis: tuple[Basis, ...] = Field(description="法律依据 · Legal basis")
    effective_from: date
    effective_until: date | None

    @classmethod
    def of(cls, version: Version) -> Self:
        """Show it."""
        return cls(**_version(version))


class AnswerChanged(View):
    """An answer, and where it stands."""

    id: str
    tenant: str
    state: str = Field(description="最新一版的状态 · Where the newest version stands")
    version: int = Field(description="版本号，与 ETag 相同 · Version, the same as the ETag")
    overrides: str | None = Field(description="所覆盖的省级口径 · The province's answer that it overrides")

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Show it."""
        return cls(**_standing(answer))


class AnswerSummary(AnswerChanged):
    """An answer in a list."""

    question: str = Field(description="首个问法 · The first of its questions")
    newest: int
    published: int | None = Field(description="已发布第几版 · Which version is published")
    effective_until: date | None = Field(description="已发布版本的最后一天 · Last day of the published version")

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Show it."""
        published = answer.published
        return cls(
            **_standing(answer),
            question=answer.newest.content.variants[0],
            newest=answer.newest.number,
            published=published.number if published else None,
            effective_until=published.content.effective_until if published else None,
        )


class AnswerPage(View):
    """One page of answers, newest first."""

    items: tuple[AnswerSummary, ...]
    next: Next


class AnswerDetail(AnswerChanged):
    """An answer: the version that is worked on or was last, and the one that petitions are answered with."""

    newest: AnswerVersion
    published: AnswerVersion | None

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Show it."""
        return cls(
            **_standing(answer),
            newest=AnswerVersion.of(answer.newest),
            published=AnswerVersion.of(answer.published) if answer.published else None,
        )


class FoundAnswer(AnswerVersion):
    """A published version that resembles a question."""

    id: str
    tenant: str
    score: float = Field(description="相似度，0 至 1 · How alike they are, 0 to 1")

    @classmethod
    def of(cls, answer: Answer, version: Version, score: float) -> Self:  # type: ignore[override]
        """Show it."""
        return cls(**_version(version), id=answer.id, tenant=answer.tenant, score=score)


class FoundAnswers(View):
    """What was found, the nearest first."""

    answers: tuple[FoundAnswer, ...]


class DraftSummary(View):
    """A reply that waits for a signature."""

    id: str = Field(description="诉求的 id · Id of the petition")
    number: str
    tenant: str
    version: int = Field(description="版本号，与 ETag 相同 · Version of the petition, the same as the ETag")
    department: str | None
    answer: str | None = Field(description="所据口径 · The answer that was edited")
    answer_version: int | None

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Show it."""
        return cls(**_draft(petition))


class DraftPage(View):
    """One page of them, newest petition first."""

    items: tuple[DraftSummary, ...]
    next: Next


class DraftPart(View):
    """Sentences that stand together."""

    change: str = Field(description="kept 未改，removed 删去，added 新增 · What became of them")
    text: str


class DraftDetail(DraftSummary):
    """It with the petition, the published answer, and what was changed."""

    access: Access = Field(description="内容：可见、已删除 · Content: open or erased")
    title: str | None
    text: str | None
    draft: str | None
    published: str
    difference: tuple[DraftPart, ...] = Field(description="与已发布口径的逐句对照 · Sentence by sentence")

    @classmethod
    def of(  # type: ignore[override]
        cls,
        petition: Petition,
        access: Access,
        content: Mapping[str, str | None],
        published: str,
        difference: Sequence[Part],
    ) -> Self:
        """Put the opened content beside it."""
        return cls(
            **_draft(petition),
            access=access,
            title=content.get("title"),
            text=content.get("text"),
            draft=content.get("draft"),
            published=published,
            difference=tuple(DraftPart(change=part.change, text=part.text) for part in difference),
        )


def _standing(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "tenant": answer.tenant,
        "state": answer.state,
        "version": answer.sequence,
        "overrides": answer.overrides,
    }


def _version(version: Version) -> dict[str, Any]:
    content = version.content
    return {
        "number": version.number,
        "variants": content.variants,
        "text": content.text,
        "basis": tuple(Basis(provision=each.provision, source=each.source) for each in content.basis),
        "effective_from": content.effective_from,
        "effective_until": content.effective_until,
    }


def _draft(petition: Petition) -> dict[str, Any]:
    return {
        "id": petition.id,
        "number": petition.number,
        "tenant": petition.tenant,
        "version": petition.sequence,
        "department": petition.department,
        "answer": petition.answer,
        "answer_version": petition.answer_version,
    }
