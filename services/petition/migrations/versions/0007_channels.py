"""By what a message of a channel is known again, its last version beside the original, and how far sources are read."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for column in (
        sa.Column("reply_to", sa.Text()),
        sa.Column("origin", sa.String(64)),
        sa.Column("revision", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("revision_keyid", sa.Text()),
        sa.Column("revised_title", sa.Text()),
        sa.Column("revised_text", sa.Text()),
        sa.Column("revised_suggestion", sa.Text()),
    ):
        op.add_column("petitions", column)
    op.create_index(
        "petitions_by_origin", "petitions", ["origin"], unique=True, postgresql_where=sa.text("origin IS NOT NULL")
    )
    op.create_index(
        "petitions_by_revision_key",
        "petitions",
        ["revision_keyid"],
        postgresql_where=sa.text("revision_keyid IS NOT NULL"),
    )
    op.create_table(
        "channel_cursors",
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("cursor", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("failures", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
