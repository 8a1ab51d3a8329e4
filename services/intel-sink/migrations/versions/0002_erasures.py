"""Erasures that were ordered."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("CREATE TABLE erasures (keyid text PRIMARY KEY, ordered_at timestamptz NOT NULL)")
