"""What comes into the service over HTTP about the library, and about replies that come out of it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.api.models import VISIBLE, Body
from fastapi import Path, Query
from pydantic import BeforeValidator, Field

from contracts.events import LegalBasis
from petition.replies.answer import Content


def _day(value: object) -> object:
    """Let only a day be one: pydantic would take seconds since 1970, too."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    if value is None or isinstance(value, date):
        return value
    raise ValueError("a day is written as YYYY-MM-DD")


PetitionId = Annotated[UUID, Path(description="诉求的 id，不是办件编号 · The petition's id, not its number")]
Line = Annotated[str, Field(min_length=1, max_length=500, pattern=VISIBLE)]
Text = Annotated[str, Field(min_length=1, max_length=20_000, pattern=VISIBLE)]
Day = Annotated[date, BeforeValidator(_day), Field(ge=date(1949, 10, 1), le=date(2999, 12, 31))]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Contributed = Annotated[
    frozenset[Number],
    Field(max_length=10, description="采纳的协办意见（邀请编号）· Invitations whose opinions it rests on"),
]
Most = Annotated[int, Query(ge=1, le=20, description="最多几条 · How many at most")]


class BasisBody(Body):
    """A provision, and where its text was read."""

    provision: Annotated[Line, Field(description="条款 · Law and article")]
    source: Annotated[
        str, Field(min_length=1, max_length=2_000, pattern=VISIBLE, description="出处 · Where its text was read")
    ]


class ContentBody(Body):
    """What a version says; nothing personal."""

    variants: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50, description="问法 · Questions it answers")]
    text: Annotated[Text, Field(description="答复 · What is answered")]
    basis: Annotated[tuple[BasisBody, ...], Field(min_length=1, max_length=20, description="法律依据 · Legal basis")]
    effective_from: Annotated[Day, Field(description="第一天（北京时间）· First day, in China")]
    effective_until: Annotated[Day | None, Field(description="最后一天，无则省略 · Last day, if there is one")] = None

    def content(self) -> Content:
        """Give it as decisions see it."""
        return Content(
            variants=self.variants,
            text=self.text,
            basis=tuple(LegalBasis(provision=each.provision, source=each.source) for each in self.basis),
            effective_from=self.effective_from,
            effective_until=self.effective_until,
        )


class NewAnswerBody(ContentBody):
    """An answer that isn't there yet."""

    overrides: Annotated[
        UUID | None, Field(description="地市覆盖的省级口径 · The province's answer that this city gives differently")
    ] = None


class ReasonBody(Body):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=1_000, pattern=VISIBLE, description="理由 · Why")]


class AnswerBody(Body):
    """Which version answers."""

    answer: Annotated[UUID, Field(description="口径的 id · Id of the answer")]
    answer_version: Annotated[Number, Field(description="所看的已发布版本 · The published version that was looked at")]


class DraftBody(AnswerBody):
    """In which other words."""

    text: Annotated[Text, Field(description="改动后的答复 · The reply in other words")]


class DraftReplyBody(DraftBody):
    """In which other words, and on whose opinions they rest."""

    contributed: Contributed = frozenset()
