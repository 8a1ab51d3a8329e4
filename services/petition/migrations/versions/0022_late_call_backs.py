"""That a call-back was late; and timers for those that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

# The version of a call-back that waits already is 0, whatever its rating's sequence was: none other can come due by it.
WAITING = """
INSERT INTO timers (subject, clock, version, due_at, next_at, correlationid)
SELECT id::text, 'call-back', 0, call_back_due, call_back_due, gen_random_uuid()::text
FROM petitions WHERE call_back = 'waiting' AND call_back_due IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("petitions", sa.Column("call_back_version", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("petitions", sa.Column("call_back_late", sa.Boolean(), nullable=False, server_default="false"))
    op.create_index(
        "petitions_call_back_late", "petitions", ["tenant", "id"], postgresql_where=sa.text("call_back_late")
    )
    op.execute(WAITING)
