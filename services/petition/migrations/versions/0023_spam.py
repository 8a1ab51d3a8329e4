"""Spam is closed by two people: who has proposed it lies in the row."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0018"


def upgrade() -> None:
    for name in ("spam_proposed_by", "spam_reason_keyid", "spam_reason"):
        op.add_column("petitions", sa.Column(name, sa.Text()))
    given = sa.text("spam_reason_keyid IS NOT NULL")
    op.create_index("petitions_by_spam_reason_key", "petitions", ["spam_reason_keyid"], postgresql_where=given)
