"""What goes out to whoever wrote in; how each source is reached is kept beside how far it was read."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("petition", sa.Uuid(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("way", sa.String(16)),
        sa.Column("reason", sa.String(64)),
        sa.Column("code_until", MOMENT),
        sa.Column("code_taken", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("attempts", sa.BigInteger()),
        sa.Column("since", MOMENT),
        sa.Column("next_at", MOMENT),
    )
    op.create_index("deliveries_by_petition", "deliveries", ["petition", "told"])
    waiting, parked = sa.text("state = 'waiting'"), sa.text("state = 'parked'")
    op.create_index("deliveries_waiting", "deliveries", ["channel", "source", "since"], postgresql_where=waiting)
    op.create_index("deliveries_parked", "deliveries", ["id"], postgresql_where=parked)
    direction = sa.Column("direction", sa.String(3), nullable=False, server_default=sa.text("'in'"))
    op.add_column("channel_cursors", direction)
    op.drop_constraint("channel_cursors_pkey", "channel_cursors")
    op.create_primary_key("channel_cursors_pkey", "channel_cursors", ["channel", "source", "direction"])
