"""Who is complained about in a petition, and to whom it is entrusted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for name in ("accused", "named", "handlers"):
        op.add_column(
            "petitions", sa.Column(name, sa.ARRAY(sa.String(128)), nullable=False, server_default=sa.text("'{}'"))
        )
