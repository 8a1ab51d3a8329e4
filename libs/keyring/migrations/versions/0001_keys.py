"""Keys of persons: nothing else lies in this database."""

from alembic import op

revision = "0001"
down_revision = None

KEYS = """
CREATE TABLE keys (
    keyid text PRIMARY KEY,
    person bytea NOT NULL,              -- keyed hash
    kek text,                           -- which key-encryption key wraps it
    wrapped bytea,                      -- none once the key is destroyed
    created_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL)),
    CHECK ((wrapped IS NULL) = (kek IS NULL))
);
CREATE UNIQUE INDEX keys_in_use ON keys (person) WHERE wrapped IS NOT NULL;
CREATE INDEX keys_of_person ON keys (person);
CREATE INDEX keys_by_kek ON keys (kek) WHERE wrapped IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(KEYS)
