"""What was answered or closed may be taken up again for some days."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for column in (
        sa.Column("reopenable_until", sa.DateTime(timezone=True)),
        sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("objection_keyid", sa.Text()),
        sa.Column("objection", sa.Text()),
    ):
        op.add_column("petitions", column)
    op.create_index(
        "petitions_by_objection_key",
        "petitions",
        ["objection_keyid"],
        postgresql_where=sa.text("objection_keyid IS NOT NULL"),
    )
