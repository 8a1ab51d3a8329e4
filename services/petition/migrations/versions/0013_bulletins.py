"""Bulletins are written by officers, too, published by a second person, and withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.alter_column("bulletins", "alert", nullable=True)
    op.alter_column("bulletins", "kind", nullable=True)
    for column in (
        sa.Column("category", sa.String(16), nullable=False, server_default="warning"),
        sa.Column("makers", sa.ARRAY(sa.String(128)), nullable=False, server_default="{}"),
        sa.Column("last_day", sa.Date()),
        sa.Column("publication", sa.Uuid()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text()),
    ):
        op.add_column("bulletins", column)
    op.create_index(
        "bulletins_published",
        "bulletins",
        ["tenant", "publication"],
        postgresql_where=sa.text("publication IS NOT NULL"),
    )
