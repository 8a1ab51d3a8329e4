"""The rows in which petitions lie. Content is sealed here, too: a copy of the database tells nothing."""

from datetime import datetime

from casework.rows import Row
from sqlalchemy import ARRAY, DateTime, Index, String, text
from sqlmodel import Field

from petition.alike.tables import LinkColumns
from petition.collaboration.tables import CollaborationColumns
from petition.handling.tables import CourseColumns
from petition.paging.tables import AlarmColumns
from petition.review.tables import ReviewColumns


class PetitionRow(LinkColumns, AlarmColumns, CollaborationColumns, CourseColumns, ReviewColumns, Row, table=True):
    """A petition; its content, whatever the store names as sealed, lies under the author's key."""

    __tablename__ = "petitions"
    __table_args__ = (
        Index("petitions_by_tenant", "tenant", "id"),
        Index("petitions_by_state", "tenant", "state", "id"),
        Index(
            "petitions_by_supplement_request_key",
            "supplement_request_keyid",
            postgresql_where=text("supplement_request_keyid IS NOT NULL"),
        ),
        Index("petitions_by_supplement_key", "supplement_keyid", postgresql_where=text("supplement_keyid IS NOT NULL")),
        Index(
            "petitions_by_supplement_origin",
            "supplement_origin",
            unique=True,
            postgresql_where=text("supplement_origin IS NOT NULL"),
        ),
        Index(
            "petitions_by_revised_supplement_key",
            "revised_supplement_keyid",
            postgresql_where=text("revised_supplement_keyid IS NOT NULL"),
        ),
        Index(
            "petitions_by_collaboration_key",
            "collaboration_keyid",
            postgresql_where=text("collaboration_keyid IS NOT NULL"),
        ),
        Index("petitions_invited", "invited", postgresql_using="gin", postgresql_where=text("invited <> '{}'")),
        Index("petitions_contribution_late", "tenant", "id", postgresql_where=text("contribution_late")),
        Index("petitions_queue", "tenant", "urgency", "due_at", "id", postgresql_where=text("open")),
        Index("petitions_queue_of_all", "urgency", "due_at", "id", postgresql_where=text("open")),
        Index("petitions_late", "tenant", "id", postgresql_where=text("open AND late")),
        Index("petitions_alarmed", "alarm_raised_at", postgresql_where=text("alarm_waiting")),
        Index("petitions_by_key", "keyid", postgresql_where=text("keyid IS NOT NULL")),
        Index("petitions_by_origin", "origin", unique=True, postgresql_where=text("origin IS NOT NULL")),
        Index("petitions_by_file", "files", postgresql_using="gin", postgresql_where=text("files <> '{}'")),
        Index("petitions_by_revision_key", "revision_keyid", postgresql_where=text("revision_keyid IS NOT NULL")),
        Index("petitions_by_reply_key", "reply_keyid", postgresql_where=text("reply_keyid IS NOT NULL")),
        Index("petitions_by_draft_key", "draft_keyid", postgresql_where=text("draft_keyid IS NOT NULL")),
        Index("petitions_by_comment_key", "comment_keyid", postgresql_where=text("comment_keyid IS NOT NULL")),
        Index("petitions_by_note_key", "note_keyid", postgresql_where=text("note_keyid IS NOT NULL")),
        Index("petitions_by_objection_key", "objection_keyid", postgresql_where=text("objection_keyid IS NOT NULL")),
        Index("petitions_by_correction_key", "correction_keyid", postgresql_where=text("correction_keyid IS NOT NULL")),
        Index("petitions_by_public_key", "publication_keyid", postgresql_where=text("publication_keyid IS NOT NULL")),
        Index("petitions_by_links_key", "links_keyid", postgresql_where=text("links_keyid IS NOT NULL")),
        *(
            Index(f"petitions_by_{name}_key", f"{name}_keyid", postgresql_where=text(f"{name}_keyid IS NOT NULL"))
            for name in ("review_objection", "review_reasons", "review_reply", "spam_reason")
        ),
        Index("petitions_reviewed", "review_authority", "due_at", "id", postgresql_where=text("review IS NOT NULL")),
        Index("petitions_consented", "tenant", "id", postgresql_where=text("consent IS NOT NULL")),
        Index("petitions_done", "tenant", "done_on", "id", postgresql_where=text("done_on IS NOT NULL")),
        Index("petitions_published", "id", postgresql_where=text("published_at IS NOT NULL")),
        Index("petitions_call_back_late", "tenant", "id", postgresql_where=text("call_back_late")),
        Index("petitions_rated", "tenant", "id", postgresql_where=text("rating IS NOT NULL")),
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
    attachments: str | None
    files: list[str] = Field(sa_type=ARRAY(String))
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
    repliers: list[str] = Field(sa_type=ARRAY(String))
    rating: str | None
    solved: bool | None
    call_back: str | None
    call_back_due: datetime | None = Field(sa_type=DateTime(timezone=True))
    call_back_since: datetime | None = Field(sa_type=DateTime(timezone=True))
    call_back_version: int
    call_back_late: bool
    comment_keyid: str | None
    comment: str | None
    note_keyid: str | None
    note: str | None
    reopenable_until: datetime | None = Field(sa_type=DateTime(timezone=True))
    reopened: int
    objection_keyid: str | None
    objection: str | None
    consent: str | None
    published_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    corrected: bool
    outdated: bool
    correction_keyid: str | None
    correction: str | None
    spam_proposed_by: str | None
    spam_reason_keyid: str | None
    spam_reason: str | None
    publication_keyid: str | None
    publication: str | None
