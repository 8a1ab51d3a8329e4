"""The reply library, and drafts of replies that wait for a signature."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("overrides", sa.Uuid()),
        sa.Column("proposed_by", sa.String(128)),
        sa.Column("makers", sa.ARRAY(sa.String(128)), nullable=False),
        sa.Column("newest", sa.Text(), nullable=False),
        sa.Column("published", sa.Text()),
        sa.Column("last_day", sa.Date()),
        sa.CheckConstraint("sequence >= 1", name="answers_sequence"),
    )
    op.create_index("answers_by_tenant", "answers", ["tenant", "id"])
    op.create_index("answers_by_last_day", "answers", ["last_day"], postgresql_where=sa.text("last_day IS NOT NULL"))
    op.create_index("answers_overriding", "answers", ["overrides"], postgresql_where=sa.text("overrides IS NOT NULL"))
    op.create_table(
        "answer_versions",
        sa.Column("answer", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("version", sa.Text(), nullable=False),
    )
    library = op.create_table("reply_library", sa.Column("revision", sa.BigInteger(), nullable=False))
    op.bulk_insert(library, [{"revision": 0}])
    for column in (
        sa.Column("answer", sa.String(36)),
        sa.Column("answer_version", sa.BigInteger()),
        sa.Column("drafted_by", sa.String(128)),
        sa.Column("draft_keyid", sa.Text()),
        sa.Column("draft", sa.Text()),
    ):
        op.add_column("petitions", column)
    op.create_index(
        "petitions_by_draft_key", "petitions", ["draft_keyid"], postgresql_where=sa.text("draft_keyid IS NOT NULL")
    )
