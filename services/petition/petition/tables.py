"""The rows in which petitions and bulletins lie. Content is sealed here, too: a copy of the database tells nothing."""

from datetime import datetime
from uuid import UUID

from casework.rows import Row
from sqlalchemy import ARRAY, DateTime, Index, String, text
from sqlmodel import Field


class PetitionRow(Row, table=True):
    """A petition. From ``title`` to ``reply_to``, ``revised_…``, ``reply``, ``draft``: sealed by the author's key."""

    __tablename__ = "petitions"
    __table_args__ = (
        Index("petitions_by_tenant", "tenant", "id"),
        Index("petitions_by_state", "tenant", "state", "id"),
        Index("petitions_by_key", "keyid", postgresql_where=text("keyid IS NOT NULL")),
        Index("petitions_by_origin", "origin", unique=True, postgresql_where=text("origin IS NOT NULL")),
        Index("petitions_by_revision_key", "revision_keyid", postgresql_where=text("revision_keyid IS NOT NULL")),
        Index("petitions_by_reply_key", "reply_keyid", postgresql_where=text("reply_keyid IS NOT NULL")),
        Index("petitions_by_draft_key", "draft_keyid", postgresql_where=text("draft_keyid IS NOT NULL")),
    )

    number: str = Field(unique=True)
    channel: str
    author: str
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    posted_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    state: str
    hidden: str | None
    kind: str | None
    matter: str | None
    topic: str | None
    danger: str | None
    confidence: float | None
    reasons: list[str] = Field(sa_type=ARRAY(String))
    department: str | None
    accused: list[str] = Field(sa_type=ARRAY(String))
    named: list[str] = Field(sa_type=ARRAY(String))
    handlers: list[str] = Field(sa_type=ARRAY(String))
    outcome: str | None
    keyid: str | None
    title: str | None
    text: str | None
    handle: str | None
    suggestion: str | None
    sender: str | None
    linked: str | None
    reply_to: str | None
    origin: str | None
    revision: int
    revision_keyid: str | None
    revised_title: str | None
    revised_text: str | None
    revised_suggestion: str | None
    reply_keyid: str | None
    reply: str | None
    answer: str | None
    answer_version: int | None
    automatic: bool
    drafted_by: str | None
    draft_keyid: str | None
    draft: str | None


class BulletinRow(Row, table=True):
    """A bulletin draft; one an alert, whatever is delivered how often."""

    __tablename__ = "bulletins"
    __table_args__ = (Index("bulletins_by_tenant", "tenant", "id"),)

    alert: UUID = Field(unique=True)
    state: str
    drafted_at: datetime = Field(sa_type=DateTime(timezone=True))
    title: str
    text: str
    kind: str
    matter: str
