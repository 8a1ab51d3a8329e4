"""What leaves the service over HTTP about bulletins: to officers, and to everybody."""

from datetime import date, datetime
from typing import Any, Literal, Self

from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from petition.bulletins.bulletin import Bulletin
from petition.bulletins.workflow import State


class BulletinView(View):
    """A bulletin, as officers see it."""

    id: str
    tenant: str
    version: int = Field(description="版本号，与 ETag 相同 · Version, the same as the ETag")
    alert: str | None = Field(description="所回应的预警 · The alert that it answers")
    state: str
    category: str = Field(description="warning 预警，notice 通告 · Warning or notice")
    drafted_at: datetime
    title: str
    text: str
    kind: str | None = Field(description="预警所涉件的类别 · What came in so often, if an alert led to it")
    matter: str
    effective_until: date | None = Field(description="最后一天 · Last day")
    published_at: datetime | None
    withdrawn_at: datetime | None
    reason: str | None = Field(description="弃用、撤回的理由 · Why it was discarded or withdrawn")

    @classmethod
    def of(cls, bulletin: Bulletin) -> Self:
        """Show it."""
        content = bulletin.content
        return cls(
            id=bulletin.id,
            tenant=bulletin.tenant,
            version=bulletin.sequence,
            alert=bulletin.alert,
            state=bulletin.state,
            category=content.category,
            drafted_at=bulletin.drafted_at,
            title=content.title,
            text=content.text,
            kind=bulletin.kind,
            matter=content.matter,
            effective_until=content.effective_until,
            published_at=bulletin.published_at,
            withdrawn_at=bulletin.withdrawn_at,
            reason=bulletin.reason,
        )


class BulletinPage(View):
    """One page of bulletins, newest first."""

    items: tuple[BulletinView, ...]
    next: Next


class PublishedBulletinSummary(View):
    """A published bulletin in the public's list."""

    id: str
    tenant: str
    state: Literal["published", "expired", "withdrawn"] = Field(
        description="published 有效，expired 已过期，withdrawn 已撤回 · In force, over, or taken back"
    )
    category: str = Field(description="warning 预警，notice 通告 · Warning or notice")
    matter: str
    title: str
    published_at: datetime | None
    effective_until: date | None = Field(description="最后一天 · Last day")
    withdrawn_at: datetime | None
    reason: str | None = Field(description="撤回的理由 · Why it was withdrawn")

    @classmethod
    def of(cls, bulletin: Bulletin, on: date) -> Self:
        """Show it as it stands on a day, in China."""
        return cls(**_published(bulletin, on))


class PublishedBulletinPage(View):
    """One page of published bulletins, newest first."""

    items: tuple[PublishedBulletinSummary, ...]
    next: Next


class PublishedBulletin(PublishedBulletinSummary):
    """A published bulletin."""

    text: str

    @classmethod
    def of(cls, bulletin: Bulletin, on: date) -> Self:
        """Show it as it stands on a day, in China."""
        return cls(**_published(bulletin, on), text=bulletin.content.text)


def _published(bulletin: Bulletin, on: date) -> dict[str, Any]:
    content = bulletin.content
    withdrawn = bulletin.state is State.WITHDRAWN
    return {
        "id": bulletin.id,
        "tenant": bulletin.tenant,
        "state": "withdrawn" if withdrawn else "expired" if bulletin.over(on) else "published",
        "category": content.category,
        "matter": content.matter,
        "title": content.title,
        "published_at": bulletin.published_at,
        "effective_until": content.effective_until,
        "withdrawn_at": bulletin.withdrawn_at,
        "reason": bulletin.reason,
    }
