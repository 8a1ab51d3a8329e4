"""Answers are reviewed up the tiers, each review by a clock of its own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0020"

SEALED = ("review_objection", "review_reasons", "review_reply")


def upgrade() -> None:
    columns: list[sa.Column[Any]] = [
        sa.Column("clock", sa.String(16), nullable=False, server_default="answer"),
        sa.Column("review", sa.String(8)),
        sa.Column("review_authority", sa.String(6)),
        sa.Column("review_result", sa.String(16)),
        sa.Column("reviewable_until", sa.DateTime(timezone=True)),
        *(sa.Column(f"{name}{part}", sa.Text()) for name in SEALED for part in ("_keyid", "")),
    ]
    for column in columns:
        op.add_column("petitions", column)
    for name in SEALED:
        given = sa.text(f"{name}_keyid IS NOT NULL")
        op.create_index(f"petitions_by_{name}_key", "petitions", [f"{name}_keyid"], postgresql_where=given)
    reviewed = sa.text("review IS NOT NULL")
    op.create_index("petitions_reviewed", "petitions", ["review_authority", "due_at", "id"], postgresql_where=reviewed)
