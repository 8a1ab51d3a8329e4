"""Several departments on one petition: who is invited to help, and what they said."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("petitions", sa.Column("invitations", sa.Text(), nullable=False, server_default="[]"))
    op.add_column(
        "petitions", sa.Column("invited", sa.ARRAY(sa.String(128)), nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column(
        "petitions", sa.Column("contribution_late", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.add_column("petitions", sa.Column("collaboration_keyid", sa.Text()))
    op.add_column("petitions", sa.Column("collaboration", sa.Text()))
    op.create_index(
        "petitions_by_collaboration_key",
        "petitions",
        ["collaboration_keyid"],
        postgresql_where=sa.text("collaboration_keyid IS NOT NULL"),
    )
    op.create_index(
        "petitions_invited",
        "petitions",
        ["invited"],
        postgresql_using="gin",
        postgresql_where=sa.text("invited <> '{}'"),
    )
    op.create_index(
        "petitions_contribution_late", "petitions", ["tenant", "id"], postgresql_where=sa.text("contribution_late")
    )
