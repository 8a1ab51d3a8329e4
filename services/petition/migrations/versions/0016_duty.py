"""Pages: who was paged about what can't wait, and who has taken it. Rosters, and the register of spokespersons."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

MOMENT = sa.DateTime(timezone=True)
EMPTY = (
    ("alarm", sa.String(16)),
    ("alarm_raised_at", MOMENT),
    ("alarm_page", sa.BigInteger()),
    ("alarm_rung", sa.String(64)),
    ("alarm_paged_at", MOMENT),
    ("alarm_answer_by", MOMENT),
    ("taken_by", sa.String(128)),
    ("taken_at", MOMENT),
)
"""Nobody was ever paged about what is there already: danger keeps its place in the queue as before."""


def upgrade() -> None:
    pages()
    rosters()


def pages() -> None:
    for name in ("alarm_waiting", "alarm_over"):
        op.add_column("petitions", sa.Column(name, sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("petitions", sa.Column("alarm_to", sa.ARRAY(sa.String()), nullable=False, server_default="{}"))
    for name, type_ in EMPTY:
        op.add_column("petitions", sa.Column(name, type_))
    op.create_index("petitions_alarmed", "petitions", ["alarm_raised_at"], postgresql_where=sa.text("alarm_waiting"))
    op.create_table(
        "pages",
        sa.Column("petition", sa.Uuid(), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("rung", sa.String(64), nullable=False),
        sa.Column("paged_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("delivered_at", MOMENT),
        sa.Column("trouble", sa.String(64)),
    )
    op.create_index("pages_due", "pages", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL"))


def rosters() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("post", sa.String(64), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("officer", sa.String(128), nullable=False),
        sa.Column("deputy", sa.String(128), nullable=False),
        sa.Column("added_by", sa.String(128), nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("keyid", sa.Text()),
        sa.Column("officer_account", sa.Text()),
        sa.Column("deputy_account", sa.Text()),
    )
    op.create_index("shifts_by_roster", "shifts", ["tenant", "post", "ends_at"])
    op.create_table(
        "spokespersons",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("channels", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("hours", sa.Text()),
        sa.Column("registered_by", sa.String(128), nullable=False),
        sa.Column("registered_at", MOMENT, nullable=False),
    )
    op.create_index("spokespersons_by_tenant", "spokespersons", ["tenant"], unique=True)
