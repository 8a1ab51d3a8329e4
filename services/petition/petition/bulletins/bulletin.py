"""What a bulletin is, and what each event makes of it. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from contracts.events import (
    BulletinDiscarded,
    BulletinDrafted,
    BulletinPublished,
    BulletinRevised,
    BulletinWithdrawn,
    BulletinWritten,
)
from petition.bulletins.workflow import State

BulletinEvent = (
    BulletinDrafted | BulletinWritten | BulletinRevised | BulletinDiscarded | BulletinPublished | BulletinWithdrawn
)


class Category(StrEnum):
    """What it is to those who read it."""

    WARNING = "warning"
    """预警: of something that goes on, such as a wave of fraud."""
    NOTICE = "notice"
    """通告: of what applies or will be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What it says. It holds no personal data.

    Attributes:
        category: Warning or notice.
        matter: Which field of police work it is about; an open list.
        title: In a line.
        text: All of it.
        effective_until: Last day, Asia/Shanghai; None: until it is withdrawn.
    """

    category: Category
    matter: str
    title: str
    text: str
    effective_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """A bulletin of one tenant.

    Attributes:
        id: UUIDv7; the subject of its events.
        tenant: GB/T 2260 code of whose bulletin it is.
        sequence: Of its last event.
        state: Where it stands.
        content: As it reads now.
        drafted_at: As its id has it, to the millisecond.
        makers: Pseudonyms of all who wrote on it; nobody's while only the alert has spoken.
        alert: Id of the alert that it answers, if one led to it.
        kind: What came in so often, if an alert led to it (咨询, 建议, 投诉, 举报, 求助).
        publication: UUIDv7 of when it was published, by which published ones are in order.
        published_at: When it was.
        withdrawn_at: When it was.
        reason: Why it was discarded or withdrawn.
    """

    id: str
    tenant: str
    sequence: int
    state: State
    content: Content
    drafted_at: datetime
    makers: frozenset[str] = frozenset()
    alert: str | None = None
    kind: str | None = None
    publication: str | None = None
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    reason: str | None = None

    def over(self, day: date) -> bool:
        """Tell whether its last day lies before this one."""
        return self.content.effective_until is not None and self.content.effective_until < day


def begin(event: BulletinDrafted | BulletinWritten, *, id: str, tenant: str) -> Bulletin:  # noqa: A002
    """Give the bulletin that its first event makes."""
    begun = Bulletin(
        id=id, tenant=tenant, sequence=1, state=State.DRAFTED, content=_content(event), drafted_at=_made_at(id)
    )
    if isinstance(event, BulletinDrafted):
        return replace(begun, alert=event.alert, kind=event.kind)
    return replace(begun, makers=frozenset({event.by}))


def replay(bulletin: Bulletin, event: BulletinEvent) -> Bulletin:
    """Give the bulletin after its next event. Whether it was allowed was asked when it was decided.

    Raises:
        ValueError: A bulletin begins only once.
    """
    after = replace(bulletin, sequence=bulletin.sequence + 1)
    match event:
        case BulletinRevised():
            return replace(after, content=_content(event), makers=bulletin.makers | {event.by})
        case BulletinDiscarded():
            return replace(after, state=State.DISCARDED, reason=event.reason)
        case BulletinPublished():
            return replace(after, state=State.PUBLISHED, publication=event.publication, published_at=event.published_at)
        case BulletinWithdrawn():
            return replace(after, state=State.WITHDRAWN, withdrawn_at=event.withdrawn_at, reason=event.reason)
        case _:
            raise ValueError("a bulletin begins only once")


def _content(event: BulletinDrafted | BulletinWritten | BulletinRevised) -> Content:
    if isinstance(event, BulletinDrafted):
        return Content(category=Category.WARNING, matter=event.matter, title=event.title, text=event.text)
    until = event.effective_until
    return Content(
        category=Category(event.category),
        matter=event.matter,
        title=event.title,
        text=event.text,
        effective_until=date.fromisoformat(until) if until else None,
    )


def _made_at(id_: str) -> datetime:
    """Read the moment off a UUIDv7: its first 48 bits are milliseconds (RFC 9562)."""
    return datetime.fromtimestamp((UUID(id_).int >> 80) / 1000, UTC)
