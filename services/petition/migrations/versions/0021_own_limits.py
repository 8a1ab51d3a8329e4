"""When time limits of offices began, what a deadline was before a new calendar moved it, what triage is late with."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0017"


def upgrade() -> None:
    # Nobody noted when those began that run already: no calendar moves them.
    for name in ("internal_since", "call_back_since", "moved_from"):
        op.add_column("petitions", sa.Column(name, sa.DateTime(timezone=True)))
    op.execute("UPDATE petitions SET internal_by = NULL, late = false WHERE state IN ('replied', 'closed')")
    op.create_index("petitions_late", "petitions", ["tenant", "id"], postgresql_where=sa.text("open AND late"))
