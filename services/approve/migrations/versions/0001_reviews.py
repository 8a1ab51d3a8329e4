"""Reviews, on the chassis' own tables, with timers."""

import sqlalchemy as sa
from alembic import op
from chassis import schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    schema.upgrade_v1(op)
    schema.upgrade_timers_v1(op)
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False, unique=True),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("applicant", sa.String(128)),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(128)),
        sa.Column("examiner", sa.String(128)),
        sa.Column("recommendation", sa.String(64)),
        sa.Column("decider", sa.String(128)),
        sa.Column("reasons", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("breached", sa.Boolean(), nullable=False),
        sa.Column("keyid", sa.Text()),
        sa.Column("form", sa.Text()),
        sa.Column("opinion_keyid", sa.Text()),
        sa.Column("opinion", sa.Text()),
        sa.Column("notice_keyid", sa.Text()),
        sa.Column("notice", sa.Text()),
        sa.CheckConstraint("sequence >= 1", name="reviews_sequence"),
    )
    # What an officer's queue shows is what isn't decided yet; the rest grows for ever.
    for name, columns in (
        ("reviews_queue", ["tenant", "due_at", "id"]),
        ("reviews_queue_of_all", ["due_at", "id"]),
        ("reviews_held", ["holder", "due_at", "id"]),
    ):
        op.create_index(name, "reviews", columns, postgresql_where=sa.text("open"))
    op.create_index("reviews_by_state", "reviews", ["tenant", "state", "due_at", "id"])
