"""Answers are corrected, and published with their authors' consent."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    for column in (
        sa.Column("consent", sa.String(16)),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("corrected", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("outdated", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("correction_keyid", sa.Text()),
        sa.Column("correction", sa.Text()),
        sa.Column("publication_keyid", sa.Text()),
        sa.Column("publication", sa.Text()),
    ):
        op.add_column("petitions", column)
    for index, keyid in (("correction", "correction_keyid"), ("public", "publication_keyid")):
        op.create_index(
            f"petitions_by_{index}_key", "petitions", [keyid], postgresql_where=sa.text(f"{keyid} IS NOT NULL")
        )
    op.create_index(
        "petitions_consented", "petitions", ["tenant", "id"], postgresql_where=sa.text("consent IS NOT NULL")
    )
    op.create_index("petitions_published", "petitions", ["id"], postgresql_where=sa.text("published_at IS NOT NULL"))
