"""What leaves the service over HTTP about samples: never who wrote, who handled, where it came in, or a moment."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Self

from casework.content import Access
from chassis.api.models import View
from chassis.api.pages import Next
from masking.text import mask
from pydantic import Field

from petition.petition import Petition
from petition.publishing.views import PublicText
from petition.samples.draw import Draw, Sample


class SampleText(PublicText):
    """Question and answer of somebody who agrees that they are published."""

    @classmethod
    def of(cls, petition: Petition, content: Mapping[str, str]) -> Self:
        """Show them as everybody may read them, or, until a spokesperson has signed that, without what is personal."""
        if petition.publication.published_at is not None and "publication" in content:
            return cls.model_validate_json(content["publication"])
        correction = content.get("correction") if petition.publication.corrected else None
        return cls(
            title=mask(content.get("title", "")),
            question=mask(content.get("text", "")),
            answer=mask(content.get("reply", "")),
            correction=mask(correction) if correction else None,
        )


class SampleView(View):
    """A sample; what too few others share is null."""

    id: str = Field(description="样本的 id，与诉求无关 · Of the sample, by chance; it leads to no petition")
    kind: str | None = Field(description="类别 · Kind")
    matter: str | None = Field(description="事项大类 · What it is about")
    topic: str | None = Field(description="主题 · Topic")
    days_at_most: int | None = Field(description="用时不超过的工作日数 · It took at most so many working days")
    in_time: bool | None = Field(description="按期 · In time")
    transfers: int | None = Field(description="转办次数 · How often a department got it")
    returns: int | None = Field(description="退回次数 · How often one gave it back")
    outcome: str | None = Field(description="结果 · How it ended")
    satisfaction: str | None = Field(description="满意度，未评价为 unrated · How the answer was rated")
    access: Access = Field(
        description="问答：可见、不可见 · Question and answer: open or withheld, whatever the reason"
    )
    text: SampleText | None = Field(description="本人同意公开的问答，已隐去个人信息 · Only with consent")

    @classmethod
    def of(cls, sample: Sample, text: SampleText | None) -> Self:
        """Show it with its text, if there is one to read."""
        named = (name for name in cls.model_fields if name not in {"id", "access", "text"})
        access = Access.OPEN if text else Access.WITHHELD
        return cls(id=sample.id, access=access, text=text, **{name: sample.told.get(name) for name in named})


class SamplePage(View):
    """A page of the samples of one working day."""

    day: date | None = Field(description="抽样日（工作日），尚未抽样为空 · When they were drawn; null: never yet")
    pool: int = Field(description="从多少件中抽取 · From among so many")
    items: tuple[SampleView, ...]
    next: Next

    @classmethod
    def of(cls, draw: Draw, samples: Sequence[Sample], texts: Mapping[str, SampleText], following: str | None) -> Self:
        """Show some of a draw."""
        items = tuple(SampleView.of(each, texts.get(each.petition)) for each in samples)
        return cls(day=draw.day, pool=draw.pool, items=items, next=following)

    @classmethod
    def none(cls) -> Self:
        """Show that nothing was drawn yet."""
        return cls(day=None, pool=0, items=(), next=None)
