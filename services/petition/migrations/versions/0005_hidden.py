"""What is kept in a small circle, who sent it, and what it goes on with."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("petitions", sa.Column("hidden", sa.String(16)))
    for name in ("sender", "linked"):
        op.add_column("petitions", sa.Column(name, sa.Text()))
