"""Where a person's key is named, so that an erasure finds it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("cases_by_key", "cases", ["keyid"], postgresql_where=sa.text("keyid IS NOT NULL"))
    op.create_index(
        "cases_by_notice_key", "cases", ["notice_keyid"], postgresql_where=sa.text("notice_keyid IS NOT NULL")
    )
