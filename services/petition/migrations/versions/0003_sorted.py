"""What a petition is about in two levels, what can't wait, and why it was taken for that."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("topic", "danger", "suggestion"):
        op.add_column("petitions", sa.Column(name, sa.Text()))
