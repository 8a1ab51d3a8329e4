"""Where a person's key is named, so that an erasure finds it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("petitions_by_key", "petitions", ["keyid"], postgresql_where=sa.text("keyid IS NOT NULL"))
    op.create_index(
        "petitions_by_reply_key", "petitions", ["reply_keyid"], postgresql_where=sa.text("reply_keyid IS NOT NULL")
    )
