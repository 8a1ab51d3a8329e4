"""Petitions and bulletins, on the chassis' own tables."""

import sqlalchemy as sa
from alembic import op
from chassis import schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    schema.upgrade_v1(op)
    op.create_table(
        "petitions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("number", sa.String(40), nullable=False, unique=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True)),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16)),
        sa.Column("matter", sa.String(32)),
        sa.Column("confidence", sa.Float()),
        sa.Column("reasons", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("department", sa.String(32)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("keyid", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("handle", sa.Text()),
        sa.Column("reply_keyid", sa.Text()),
        sa.Column("reply", sa.Text()),
        sa.CheckConstraint("sequence >= 1", name="petitions_sequence"),
    )
    op.create_index("petitions_by_tenant", "petitions", ["tenant", "id"])
    op.create_index("petitions_by_state", "petitions", ["tenant", "state", "id"])
    op.create_table(
        "bulletins",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("alert", sa.Uuid(), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("matter", sa.String(32), nullable=False),
    )
    op.create_index("bulletins_by_tenant", "bulletins", ["tenant", "id"])
