"""What leaves the service over HTTP."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self

from casework.content import Access, Content
from chassis.api.models import View
from chassis.api.pages import Next
from chassis.api.versions import etag
from fastapi import Response
from pydantic import Field

from petition.attachments.attachment import read
from petition.attachments.views import AttachmentView, shown
from petition.channels.versions import as_it_reads_now
from petition.departments import DEPARTMENTS
from petition.handling.views import CourseView, LimitView
from petition.kinds import CALL_FIRST_EN, CALL_FIRST_ZH
from petition.petition import Petition
from petition.review.views import NextReviewView, ReviewView


class EmergencyView(View):
    """Danger first: whom to call before anything else, on every way in (先拨 110、96110)."""

    numbers: tuple[str, ...] = ("110", "96110")
    zh: str = CALL_FIRST_ZH
    en: str = CALL_FIRST_EN


class PetitionReceipt(View):
    """What the sender gets at once."""

    emergency: EmergencyView = Field(default_factory=EmergencyView, description="紧急情况先拨打 · Call first")
    id: str
    number: str = Field(description="办件编号 · Number for people; it can't be guessed")
    query_code: str = Field(description="查询码，仅此一次告知 · Query code, told only here")
    state: str
    received_at: datetime
    due_at: datetime | None = Field(description="答复期限 · By when you get an answer; null for a report")
    provisional: bool = Field(description="期限暂定 · The deadline is provisional")
    confidential: bool = Field(description="保密办理：仅限指定人员 · Handled in confidence, by named people only")


class PetitionSummary(View):
    """A petition in a list."""

    id: str
    number: str
    tenant: str
    channel: str
    state: str
    hidden: str | None = Field(description="保密办理的缘由 · Why only a small circle may know of it")
    version: int = Field(description="版本号，与 ETag 相同 · Version, the same as the ETag")
    kind: str | None
    matter: str | None
    topic: str | None = Field(description="主题，两级 · Topic, on two levels")
    danger: str | None = Field(description="紧急情形 · What can't wait")
    confidence: float | None
    reasons: tuple[str, ...]
    department: str | None
    department_name: str | None
    spam_proposed: bool = Field(description="已提议按垃圾信息办结，待他人确认 · Taken for spam; somebody has to agree")
    outcome: str | None
    received_at: datetime
    course: CourseView | None = Field(description="办理期限，不向举报人公开 · By when; not for whoever sent a report")
    access: Access = Field(description="内容：可见、无权查看、已删除 · Content: open, withheld or erased")
    title: str | None


class ReasonView(View):
    """Why: a rule by its name, the model, or a place; and the words of the message that decided."""

    name: str
    because: str
    words: tuple[str, ...]


class OtherView(View):
    """What else it might be."""

    value: str
    confidence: float


class SuggestedView(View):
    """One suggestion; staff decide."""

    value: str | None
    confidence: float
    reasons: tuple[ReasonView, ...]
    others: tuple[OtherView, ...]


class SuggestionView(View):
    """What rules and model made of the message when it came in."""

    model: int | None = Field(description="模型版本 · Version of the model")
    kind: SuggestedView
    topic: SuggestedView
    danger: SuggestedView
    department: SuggestedView
    tenant: SuggestedView


class OriginalView(View):
    """A message as it first came in."""

    title: str | None
    text: str | None


class ReplyToView(View):
    """Where a message lies in its channel, and where to answer."""

    source: str | None = Field(description="来源 · A forum's zone, an account, a group")
    message: str | None = Field(description="来源处的编号 · Its id there")
    address: str | None = Field(description="回复地址 · Where to answer, in the channel's own terms")


class PetitionDetail(PetitionSummary):
    """A petition with all that was written about it."""

    author: str = Field(description="化名 · Pseudonym")
    text: str | None
    reply: str | None
    answer: str | None = Field(description="所用答复口径 · Answer of the library that it was answered with")
    answer_version: int | None
    automatic: bool = Field(
        description="自动答复，未经人工，可转人工 · The reply is automatic; a person may be asked for"
    )
    reopenable_until: datetime | None = Field(
        description="可要求重新办理的期限 · Until when its author may have it taken up again"
    )
    reopened: int = Field(description="已重新办理几次 · How often it was taken up again")
    review: ReviewView | None = Field(description="复查、复核 · The last review of the answer")
    next_review: NextReviewView | None = Field(description="本人可请求的复查、复核 · What its author may ask for next")
    spam_reason: str | None = Field(description="提议的理由，仅工作人员可见 · Why it is taken for spam; for officers")
    correction: str | None = Field(description="对答复的更正，原答复保留 · How the reply was corrected; both stay")
    consent: bool = Field(description="本人同意公开 · Its author agrees that it is published")
    published_at: datetime | None = Field(description="公开时间 · Since when everybody may read it")
    objection: str | None = Field(description="要求重新办理的理由 · What was found still open")
    handle: str | None = Field(description="来源处的名称 · Name on the channel")
    reply_to: ReplyToView | None
    posted_at: datetime | None
    revision: int = Field(description="原帖修改次数 · How often it was edited where it was posted")
    original: OriginalView | None = Field(description="修改前的原文 · As it first came in, if it was edited since")
    suggestion: SuggestionView | None = Field(description="分类建议 · What it was taken for, and why")
    linked: str | None = Field(description="由此件转来，或转往此件 · What it came from, or goes on as")
    attachments: tuple[AttachmentView, ...] = Field(description="附件 · Files that came with it")
    supplement_request: str | None = Field(description="需补充的内容 · What its sender was asked for")
    supplement: str | None = Field(description="补充内容 · What they sent")
    supplement_attachments: tuple[AttachmentView, ...] = Field(description="补充的附件 · Files that came with that")
    original_supplement: str | None = Field(description="修改前的补充内容 · As they first sent it, if edited since")
    limit: LimitView | None = Field(description="期限说明 · How the deadline came about")

    @classmethod
    def of(
        cls,
        petition: Petition,
        access: Access,
        content: Mapping[str, str | None],
        *,
        posted_at: datetime | None,
        sender: bool,
    ) -> Self:
        """Put the opened content beside the petition, for its sender or for an officer."""
        now, edited = as_it_reads_now(content), "revised_text" in content
        suggestion, reply_to = now.get("suggestion"), content.get("reply_to")
        files, later = read(content.get("attachments")), read(content.get("supplement_attachments"))
        return cls(
            **_summary(petition, access, content) | (_for_sender(petition) if sender else {}),
            spam_reason=content.get("spam_reason") if petition.spam_proposed_by and not sender else None,
            limit=LimitView.of(petition, sender=sender),
            author=petition.author,
            text=now.get("text"),
            reply_to=ReplyToView.model_validate_json(reply_to) if reply_to else None,
            revision=petition.revision,
            original=OriginalView(title=content.get("title"), text=content.get("text")) if edited else None,
            reply=content.get("reply"),
            answer=petition.answer,
            answer_version=petition.answer_version,
            automatic=petition.automatic,
            reopenable_until=petition.reopenable_until,
            reopened=petition.reopened,
            review=ReviewView.of(petition, content, sender=sender),
            next_review=NextReviewView.of(petition) if sender else None,
            correction=content.get("correction") if petition.publication.corrected else None,
            consent=petition.publication.consent,
            published_at=petition.publication.published_at,
            objection=content.get("objection"),
            handle=content.get("handle"),
            posted_at=posted_at,
            linked=content.get("linked"),
            attachments=shown(files),
            supplement_request=content.get("supplement_request"),
            supplement=now.get("supplement"),
            supplement_attachments=shown(later, len(files) + 1),
            original_supplement=content.get("supplement") if "revised_supplement" in content else None,
            suggestion=SuggestionView.model_validate_json(suggestion) if suggestion else None,
        )


class PetitionPage(View):
    """One page of petitions."""

    items: tuple[PetitionSummary, ...]
    next: Next


class PetitionChanged(View):
    """A petition after an officer's change."""

    id: str
    number: str
    state: str
    version: int
    department: str | None
    outcome: str | None

    @classmethod
    def of(cls, petition: Petition) -> Self:
        """Tell where it stands now."""
        return cls(
            id=petition.id,
            number=petition.number,
            state=petition.state,
            version=petition.sequence,
            department=petition.department,
            outcome=petition.outcome,
        )


def changed(petition: Petition, response: Response) -> PetitionChanged:
    """Answer a change with the petition, and with its version as the ETag."""
    response.headers["ETag"] = etag(petition.sequence)
    return PetitionChanged.of(petition)


class PetitionMoved(PetitionChanged):
    """A petition that ended because it goes on elsewhere."""

    continued: str = Field(description="新件的 id · The id of what goes on")


def page_of(shown: Iterable[Petition], contents: Iterable[Content], following: str | None) -> PetitionPage:
    """Show a page of petitions, each with what opened of it, and where the next page begins."""
    return PetitionPage(
        items=tuple(
            PetitionSummary(**_summary(petition, access, content))
            for petition, (access, content) in zip(shown, contents, strict=True)
        ),
        next=following,
    )


def _for_sender(petition: Petition) -> dict[str, object]:
    return {"course": CourseView.for_sender(petition), "spam_proposed": False}


def _summary(petition: Petition, access: Access, content: Mapping[str, str | None]) -> dict[str, object]:
    department = DEPARTMENTS.get(petition.department or "")
    return {
        "id": petition.id,
        "number": petition.number,
        "tenant": petition.tenant,
        "channel": petition.channel,
        "state": petition.state,
        "hidden": petition.hidden,
        "version": petition.sequence,
        "kind": petition.kind,
        "matter": petition.matter,
        "topic": petition.topic,
        "danger": petition.danger,
        "confidence": petition.confidence,
        "reasons": petition.reasons,
        "department": petition.department,
        "department_name": department.name_zh if department else None,
        "outcome": petition.outcome,
        "spam_proposed": petition.spam_proposed_by is not None,
        "received_at": petition.received_at,
        "course": CourseView.of(petition),
        "access": access,
        "title": as_it_reads_now(content).get("title"),
    }
