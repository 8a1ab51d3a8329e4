"""Whether answers of the library solve what they answer, as those say who were answered with them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "answer_feedback",
        sa.Column("answer", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), primary_key=True),
        sa.Column("petition", sa.Uuid(), primary_key=True),
        sa.Column("solved", sa.Boolean(), nullable=False),
    )
