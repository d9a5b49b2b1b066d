"""Archived months whose term is over may be destroyed; who did it, when and why stays."""

import sqlalchemy as sa
from alembic import op

revision = "pre_0015_destroyed_months"
down_revision = "pre_0014_persons"


def upgrade() -> None:
    op.add_column("archived_month", sa.Column("destroyed_at", sa.DateTime(timezone=True)))
    op.add_column("archived_month", sa.Column("destroyed_by", sa.Text()))
    op.add_column("archived_month", sa.Column("destroy_reason", sa.Text()))
    op.create_table_comment(
        "archived_month",
        "Months of the history that lie in files, or lay there until their term was over; their "
        "hashes stay in `sealed_head`.",
        existing_comment="Months of the history that lie in files; their hashes stay in `sealed_head`.",
    )
