"""The mirror, its checkpoints, and the first projections.

Revision ID: 0001
Revises:
"""

from alembic import op
from chassis import schema

revision = "0001"
down_revision = None

MIRROR = """
CREATE TABLE mirror_logs (
    log integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    topic_uuid uuid NOT NULL,
    partition integer NOT NULL,
    base_offset bigint NOT NULL,
    size bigint NOT NULL,
    frontier bytea NOT NULL,
    UNIQUE (topic_uuid, partition)
) WITH (fillfactor = 50);
-- No foreign key and no check here: both cost each row of each COPY, and `verify` looks harder than they could.
CREATE TABLE mirror_records (
    log integer NOT NULL,
    "offset" bigint NOT NULL,
    event_id uuid,
    status text NOT NULL,
    timestamp_ms bigint NOT NULL,
    key bytea,
    headers bytea NOT NULL,
    value bytea,
    leaf_hash bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log, "offset")
);
CREATE INDEX mirror_records_event_id ON mirror_records (event_id) WHERE event_id IS NOT NULL;
CREATE TABLE mirror_arrivals (
    ordinal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    log integer NOT NULL,
    first_offset bigint NOT NULL,
    records integer NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mirror_arrivals_place ON mirror_arrivals (log, first_offset);
CREATE TABLE checkpoints (
    ordinal bigint PRIMARY KEY,
    body bytea NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL,
    signed_at timestamptz NOT NULL
);
CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    rule text NOT NULL,
    tenant text NOT NULL,
    kind text NOT NULL,
    matter text NOT NULL,
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    count integer NOT NULL,
    threshold integer NOT NULL,
    evidence jsonb NOT NULL,
    raised_at timestamptz NOT NULL
);
CREATE INDEX alerts_raised_at ON alerts (raised_at, id);
CREATE INDEX alerts_window ON alerts (rule, tenant, kind, matter, window_start);
"""

PROJECTIONS = """
CREATE SCHEMA projections;
CREATE TABLE projections.progress (
    id integer PRIMARY KEY CHECK (id = 1),
    ordinal bigint NOT NULL
);
INSERT INTO projections.progress VALUES (1, 0);
CREATE TABLE projections.counts (
    tenant text NOT NULL,
    kind text NOT NULL,
    day date NOT NULL,
    total integer NOT NULL,
    PRIMARY KEY (tenant, kind, day)
);
CREATE TABLE projections.entries (
    log integer NOT NULL,
    "offset" bigint NOT NULL,
    topic text NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    tenant text NOT NULL,
    time timestamptz NOT NULL,
    status text NOT NULL,
    PRIMARY KEY (log, "offset")
);
CREATE INDEX entries_subject ON projections.entries (subject, sequence);
CREATE INDEX entries_event_id ON projections.entries (event_id);
CREATE TABLE projections.invalid (
    log integer NOT NULL,
    "offset" bigint NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    tenant text,
    reason text NOT NULL,
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (log, "offset")
);
CREATE INDEX invalid_stored_at ON projections.invalid (stored_at, log, "offset");
CREATE TABLE projections.classifications (
    subject text PRIMARY KEY,
    sequence bigint NOT NULL,
    tenant text NOT NULL,
    kind text NOT NULL,
    matter text NOT NULL,
    day date NOT NULL,
    log integer NOT NULL,
    "offset" bigint NOT NULL
);
CREATE TABLE projections.burst_events (
    rule text NOT NULL,
    tenant text NOT NULL,
    kind text NOT NULL,
    matter text NOT NULL,
    time timestamptz NOT NULL,
    log integer NOT NULL,
    "offset" bigint NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (rule, tenant, kind, matter, time, log, "offset")
);
CREATE TABLE projections.burst_windows (
    rule text NOT NULL,
    tenant text NOT NULL,
    kind text NOT NULL,
    matter text NOT NULL,
    window_start timestamptz NOT NULL,
    window_end timestamptz NOT NULL,
    count integer NOT NULL,
    PRIMARY KEY (rule, tenant, kind, matter, window_start)
);
"""


def upgrade() -> None:
    schema.upgrade_v1(op)
    op.execute(MIRROR)
    op.execute(PROJECTIONS)


def downgrade() -> None:
    raise RuntimeError("the first migration of a mirror isn't taken back: restore a backup, or drop the database")
