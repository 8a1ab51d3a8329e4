"""For whom the topic is that something came from: what came from a restricted one is shown to few, and only counted."""

from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = """
ALTER TABLE projections.entries ADD COLUMN audience text NOT NULL DEFAULT 'service';
ALTER TABLE projections.counts ADD COLUMN audience text NOT NULL DEFAULT 'service';
ALTER TABLE projections.counts DROP CONSTRAINT counts_pkey;
ALTER TABLE projections.counts ADD PRIMARY KEY (tenant, kind, day, audience);
"""


def upgrade() -> None:
    op.execute(COLUMNS)
