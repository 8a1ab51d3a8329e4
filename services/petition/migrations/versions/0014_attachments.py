"""Files that came with petitions, and files that wait for theirs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("petitions", sa.Column("attachments", sa.Text()))
    op.add_column("petitions", sa.Column("files", ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.create_index(
        "petitions_by_file", "petitions", ["files"], postgresql_using="gin", postgresql_where=sa.text("files <> '{}'")
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("keyid", sa.Text(), nullable=False),
        sa.Column("attachment", sa.Text(), nullable=False),
    )
    op.create_index("uploads_by_owner", "uploads", ["owner", "uploaded_at"])
    op.create_index("uploads_by_time", "uploads", ["uploaded_at"])
    op.create_index("uploads_by_file", "uploads", ["file"])
