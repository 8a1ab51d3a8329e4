"""Petitions that are alike: links between them, and sketches by which they are found."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0022"


def upgrade() -> None:
    for column in (
        sa.Column("linked_to", sa.ARRAY(sa.String()), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("links_keyid", sa.Text()),
        sa.Column("links", sa.Text()),
    ):
        op.add_column("petitions", column)
    op.create_index(
        "petitions_by_links_key", "petitions", ["links_keyid"], postgresql_where=sa.text("links_keyid IS NOT NULL")
    )
    op.create_table(
        "sketches",
        sa.Column("petition", sa.Uuid(), primary_key=True),
        sa.Column("tenant", sa.String(6), nullable=False),
        sa.Column("keyid", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("bands", sa.ARRAY(sa.Integer()), nullable=False),
    )
    op.create_index("sketches_by_tenant", "sketches", ["tenant", "petition"])
    op.create_index("sketches_by_key", "sketches", ["keyid"])
    op.create_index("sketches_by_band", "sketches", ["bands"], postgresql_using="gin")
