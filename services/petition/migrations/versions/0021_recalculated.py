"""When time limits of offices began, and what a deadline was before a new calendar moved it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0017"


def upgrade() -> None:
    # Nobody noted when those began that run already: no calendar moves them.
    for name in ("internal_since", "call_back_since", "moved_from"):
        op.add_column("petitions", sa.Column(name, sa.DateTime(timezone=True)))
