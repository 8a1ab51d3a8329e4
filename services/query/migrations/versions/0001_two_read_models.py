"""The read model, twice: blue and green have the same tables. Readers see the active one, through views."""

from alembic import op
from chassis import schema

revision = "0001"
down_revision = None

COLOURS = ("blue", "green")

# One row. `epoch` grows with each switch, so that whoever follows the changes sees that they are others now.
MODEL = """
CREATE TABLE model (
    id integer PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    active text NOT NULL CHECK (active IN ('blue', 'green')),
    building text CHECK (building IN ('blue', 'green') AND building <> active),
    epoch bigint NOT NULL DEFAULT 1,
    switched_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO model (active) VALUES ('blue');
"""

TABLES = """
CREATE SCHEMA {colour};
CREATE TABLE {colour}.matters (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    tenant text NOT NULL,
    number text,
    owner text,
    item text,
    opened_at timestamptz,
    due_at timestamptz,
    updated_at timestamptz NOT NULL,
    own_subject text NOT NULL,
    own_sequence bigint NOT NULL,
    own_stage text,
    review_subject text NOT NULL,
    review_sequence bigint NOT NULL,
    review_stage text
);
CREATE INDEX matters_number ON {colour}.matters (number);
CREATE INDEX matters_owner ON {colour}.matters (owner, id);
-- `change` is in the order of commits: the batches of a model take turns.
CREATE TABLE {colour}.timeline (
    subject uuid NOT NULL,
    sequence bigint NOT NULL,
    matter uuid NOT NULL,
    topic text NOT NULL,
    type text NOT NULL,
    time timestamptz NOT NULL,
    wording text NOT NULL,
    unit text,
    change bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (subject, sequence)
);
CREATE INDEX timeline_matter ON {colour}.timeline (matter);
CREATE UNIQUE INDEX timeline_change ON {colour}.timeline (change);
"""

# The planner sees that one of the two has nothing to give before it reads a row of it.
VIEW = """
CREATE VIEW {table} AS
    SELECT * FROM blue.{table} WHERE (SELECT active FROM model) = 'blue'
    UNION ALL
    SELECT * FROM green.{table} WHERE (SELECT active FROM model) = 'green';
"""


def upgrade() -> None:
    schema.upgrade_v1(op)
    op.execute(MODEL)
    for colour in COLOURS:
        op.execute(TABLES.format(colour=colour))
    for table in ("matters", "timeline"):
        op.execute(VIEW.format(table=table))
