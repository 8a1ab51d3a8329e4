"""Answers are rated, and whoever rates one badly is called back."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for column in (
        sa.Column("repliers", sa.ARRAY(sa.String(128)), nullable=False, server_default="{}"),
        sa.Column("rating", sa.String(32)),
        sa.Column("solved", sa.Boolean()),
        sa.Column("call_back", sa.String(16)),
        sa.Column("call_back_due", sa.DateTime(timezone=True)),
        sa.Column("comment_keyid", sa.Text()),
        sa.Column("comment", sa.Text()),
        sa.Column("note_keyid", sa.Text()),
        sa.Column("note", sa.Text()),
    ):
        op.add_column("petitions", column)
    op.create_index(
        "petitions_by_comment_key",
        "petitions",
        ["comment_keyid"],
        postgresql_where=sa.text("comment_keyid IS NOT NULL"),
    )
    op.create_index(
        "petitions_by_note_key", "petitions", ["note_keyid"], postgresql_where=sa.text("note_keyid IS NOT NULL")
    )
    op.create_index("petitions_rated", "petitions", ["tenant", "id"], postgresql_where=sa.text("rating IS NOT NULL"))
