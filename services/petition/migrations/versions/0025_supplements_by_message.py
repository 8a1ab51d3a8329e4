"""By which message of its channel a supplement came, its files, and its last version beside the first."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    added: tuple[sa.Column[Any], ...] = (
        sa.Column("supplement_attachments", sa.Text()),
        sa.Column("supplement_origin", sa.String(64)),
        sa.Column("supplement_revision", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("revised_supplement_keyid", sa.Text()),
        sa.Column("revised_supplement", sa.Text()),
    )
    for each in added:
        op.add_column("petitions", each)
    for name, column, unique in (
        ("petitions_by_supplement_origin", "supplement_origin", True),
        ("petitions_by_revised_supplement_key", "revised_supplement_keyid", False),
    ):
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "petitions", [column], unique=unique, postgresql_where=given)
