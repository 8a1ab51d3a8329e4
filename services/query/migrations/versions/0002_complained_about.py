"""Who is complained about in a petition: what they may not know of is kept from them here, too."""

from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = "ADD COLUMN accused text[] NOT NULL DEFAULT '{}', ADD COLUMN named text[] NOT NULL DEFAULT '{}'"
VIEW = """
CREATE OR REPLACE VIEW matters AS
    SELECT * FROM blue.matters WHERE (SELECT active FROM model) = 'blue'
    UNION ALL
    SELECT * FROM green.matters WHERE (SELECT active FROM model) = 'green';
"""


def upgrade() -> None:
    for colour in ("blue", "green"):
        op.execute(f"ALTER TABLE {colour}.matters {COLUMNS}")
    op.execute(VIEW)
