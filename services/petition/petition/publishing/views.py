"""What leaves the service over HTTP about what is public, or may become so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from casework.content import Access
from chassis.api.models import View
from chassis.api.pages import Next
from masking.text import mask
from pydantic import Field

from petition.departments import DEPARTMENTS
from petition.petition import Petition


class PublicText(View):
    """Question and answer, as everybody may read them."""

    title: str
    question: str
    answer: str = Field(description="最初的答复 · The answer as it was first given")
    correction: str | None = Field(description="更正 · How it was corrected since")


class PublishedView(PublicText):
    """A question with its answer, in the public zone."""

    id: str
    tenant: str
    department: str | None = Field(description="答复单位 · Who answered")
    published_at: datetime
    outdated: bool = Field(description="答复已更正，待重新发布 · It was corrected since; the correction isn't here yet")

    @classmethod
    def of(cls, petition: Petition, publication: str) -> Self:
        """Put the published texts beside it."""
        department = DEPARTMENTS.get(petition.department or "")
        public = PublicText.model_validate_json(publication)
        return cls(
            **public.model_dump(),
            id=petition.id,
            tenant=petition.tenant,
            department=department.name_zh if department else None,
            published_at=petition.publication.published_at,
            outdated=petition.publication.outdated,
        )


class PublishedPage(View):
    """One page of them, newest petition first."""

    items: tuple[PublishedView, ...]
    next: Next


class PublicationSummary(View):
    """What its author agrees to have published."""

    id: str = Field(description="诉求的 id · Id of the petition")
    number: str
    tenant: str
    version: int = Field(description="版本号，与 ETag 相同 · Version of the petition, the same as the ETag")
    department: str | None
    published_at: datetime | None
    corrected: bool
    outdated: bool = Field(description="更正待发布 · The correction has to be published")

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Show it."""
        return cls(**_summary(petition))


class PublicationPage(View):
    """One page of them, newest petition first."""

    items: tuple[PublicationSummary, ...]
    next: Next


class PublicationDetail(PublicationSummary):
    """It as it was written, and a masked proposal of what everybody may read; names and addresses remain."""

    access: Access = Field(description="内容：可见、已删除 · Content: open or erased")
    title: str | None
    text: str | None
    reply: str | None
    correction: str | None
    proposal: PublicText | None = Field(description="建议公开的文本，姓名、地址须人工核对 · Read it before signing")

    @classmethod
    def of(cls, petition: Petition, access: Access, content: Mapping[str, str | None]) -> Self:  # type: ignore[override]
        """Put the opened content beside it."""
        texts = {name: content.get(name) for name in ("title", "text", "reply")}
        correction = content.get("correction") if petition.publication.corrected else None
        proposal = None
        if access is Access.OPEN:
            proposal = PublicText(
                title=mask(texts["title"] or ""),
                question=mask(texts["text"] or ""),
                answer=mask(texts["reply"] or ""),
                correction=mask(correction) if correction else None,
            )
        return cls(**_summary(petition), **texts, correction=correction, access=access, proposal=proposal)


def _summary(petition: Petition) -> dict[str, Any]:
    return {
        "id": petition.id,
        "number": petition.number,
        "tenant": petition.tenant,
        "version": petition.sequence,
        "department": petition.department,
        "published_at": petition.publication.published_at,
        "corrected": petition.publication.corrected,
        "outdated": petition.publication.outdated,
    }
