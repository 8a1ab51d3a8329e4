"""Replies that the service gave itself are marked as such."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("petitions", sa.Column("automatic", sa.Boolean(), nullable=False, server_default=sa.false()))
