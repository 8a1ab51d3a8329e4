"""What leaves the service over HTTP about working together."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

from casework.content import Access
from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from petition.channels.versions import as_it_reads_now
from petition.collaboration.invitation import Invitation, Standing
from petition.collaboration.said import OPINION, QUESTION, Said, said_in
from petition.collaboration.store import COLUMN
from petition.departments import DEPARTMENTS
from petition.petition import Petition
from petition.views import PetitionChanged


class InvitationView(View):
    """An invitation, as whoever is in charge sees it."""

    number: int = Field(description="邀请编号，答复时在 contributed 中引用 · To be named in contributed")
    tenant: str
    department: str
    department_name: str
    standing: Standing = Field(description="邀请、已签收、已提交、已谢绝、已采纳、已撤回、已结束 · How it stands")
    contribute_by: datetime = Field(description="内部时限 · End of the internal limit")
    late: bool = Field(description="逾期 · It wasn't kept")
    escalated_to: str | None = Field(description="逾期已告知的共同上级 · The common superior that was told")
    joined_by: str | None = Field(description="签收人（化名）· Pseudonym of whoever signed for it")
    contributed_by: str | None = Field(description="提交人（化名）· Pseudonym of whoever said it last")
    times: int = Field(description="提交次数，含修改 · How often it was said")
    basis: str | None = Field(description="谢绝的依据 · On what basis they declined")
    reason: str | None
    reminded_on: date | None
    question: str | None = Field(description="所问，无权查看则为空 · What was asked; null where it stays closed")
    opinion: str | None = Field(description="意见 · What they think of it")

    @classmethod
    def of(cls, invitation: Invitation, said: Said) -> Self:
        """Put what was asked and said beside it."""
        texts = said.get(invitation.number, {})
        shown = {name: getattr(invitation, name) for name in cls.model_fields if hasattr(invitation, name)}
        return cls(
            **shown,
            department_name=_name_of(invitation.department),
            question=texts.get(QUESTION),
            opinion=texts.get(OPINION),
        )


class OpinionsView(View):
    """A petition on which others were asked."""

    id: str = Field(description="诉求的 id · Id of the petition")
    number: str
    tenant: str
    department: str | None
    version: int = Field(description="版本号，与 ETag 相同 · Version of the petition, the same as the ETag")
    invitations: tuple[InvitationView, ...]

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Show it without a word of what was asked and said."""
        return cls(**_opinions(petition, {}))


class OpinionsDetail(OpinionsView):
    """It with what was asked and said."""

    access: Access = Field(description="内容：可见、无权、已删除 · Content: open, withheld or erased")

    @classmethod
    def of(cls, petition: Petition, access: Access, text: str | None) -> Self:  # type: ignore[override]
        """Put the opened words beside it."""
        return cls(**_opinions(petition, said_in(text)), access=access)


class OpinionsPage(View):
    """One page of them, newest petition first."""

    items: tuple[OpinionsView, ...]
    next: Next


class CollaborationSummary(View):
    """What somebody is invited to help with: nothing of who wrote it, nor of what others were asked."""

    id: str = Field(description="诉求的 id · Id of the petition")
    version: int = Field(description="版本号，与 ETag 相同 · Version of the petition, the same as the ETag")
    tenant: str = Field(description="主办地区 · Whose petition it is")
    department: str | None = Field(description="主办部门 · The department in charge")
    department_name: str
    kind: str | None
    topic: str | None
    standing: Standing
    contribute_by: datetime
    late: bool
    times: int
    reminded_on: date | None

    @classmethod
    def of(cls, petition: Petition, invitation: Invitation) -> Self:
        """Show it to whoever is invited."""
        return cls(**_collaboration(petition, invitation))


class CollaborationPage(View):
    """One page of them, newest petition first."""

    items: tuple[CollaborationSummary, ...]
    next: Next


class CollaborationDetail(CollaborationSummary):
    """It with what they need: the petition as it reads now, what they are asked, and what they said."""

    access: Access = Field(description="内容：可见、已删除 · Content: open or erased")
    title: str | None
    text: str | None
    question: str | None
    opinion: str | None

    @classmethod
    def of(  # type: ignore[override]
        cls, petition: Petition, invitation: Invitation, access: Access, content: Mapping[str, str]
    ) -> Self:
        """Put the opened content beside it."""
        now, texts = as_it_reads_now(content), said_in(content.get(COLUMN)).get(invitation.number, {})
        return cls(
            **_collaboration(petition, invitation),
            access=access,
            title=now.get("title"),
            text=now.get("text"),
            question=texts.get(QUESTION),
            opinion=texts.get(OPINION),
        )


class PetitionShared(PetitionChanged):
    """A petition on which somebody else was asked."""

    invitation: int = Field(description="邀请编号 · Number of the invitation")


class CollaborationChanged(View):
    """How an invitation stands after whoever is invited did something."""

    id: str = Field(description="诉求的 id · Id of the petition")
    version: int


def _opinions(petition: Petition, said: Said) -> dict[str, Any]:
    return {
        "id": petition.id,
        "number": petition.number,
        "tenant": petition.tenant,
        "department": petition.department,
        "version": petition.sequence,
        "invitations": tuple(InvitationView.of(each, said) for each in petition.invitations),
    }


def _collaboration(petition: Petition, invitation: Invitation) -> dict[str, Any]:
    return {
        "id": petition.id,
        "version": petition.sequence,
        "tenant": petition.tenant,
        "department": petition.department,
        "department_name": _name_of(petition.department),
        "kind": petition.kind,
        "topic": petition.topic,
        "standing": invitation.standing,
        "contribute_by": invitation.contribute_by,
        "late": invitation.late,
        "times": invitation.times,
        "reminded_on": invitation.reminded_on,
    }


def _name_of(department: str | None) -> str:
    found = DEPARTMENTS.get(department or "")
    return found.name_zh if found else ""
