"""Samples for volunteer supervisors: when a petition was settled, how often it was transferred, and what was drawn."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """When what is there already was settled, its row doesn't say, so nothing of it is drawn."""
    op.add_column("petitions", sa.Column("transfers", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("petitions", sa.Column("done_on", sa.Date()))
    settled = sa.text("done_on IS NOT NULL")
    op.create_index("petitions_done", "petitions", ["tenant", "done_on", "id"], postgresql_where=settled)
    op.create_table(
        "sample_draws",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("pool", sa.BigInteger(), nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=False),
        sa.Column("keyid", sa.Text()),
        sa.Column("samples", sa.Text()),
    )
    op.create_index("sample_draws_by_day", "sample_draws", ["tenant", "day"], unique=True)
