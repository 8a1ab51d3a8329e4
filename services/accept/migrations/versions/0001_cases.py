"""Cases, on the chassis' own tables."""

import sqlalchemy as sa
from alembic import op
from chassis import schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    schema.upgrade_v1(op)
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("number", sa.String(40), nullable=False, unique=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("applicant", sa.String(64), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True)),
        sa.Column("workdays", sa.Integer()),
        sa.Column("reasons", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("review", sa.Uuid()),
        sa.Column("keyid", sa.Text()),
        sa.Column("form", sa.Text()),
        sa.Column("notice_keyid", sa.Text()),
        sa.Column("notice", sa.Text()),
        sa.CheckConstraint("sequence >= 1", name="cases_sequence"),
    )
    op.create_index("cases_by_tenant", "cases", ["tenant", "id"])
    op.create_index("cases_by_state", "cases", ["tenant", "state", "id"])
    op.create_index("cases_by_item", "cases", ["tenant", "item", "id"])
    op.create_index("cases_by_applicant", "cases", ["applicant", "id"])
