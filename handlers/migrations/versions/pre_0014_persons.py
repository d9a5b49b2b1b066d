"""Rosters of the lines of a list; persons that a reviewer has struck off."""

import sqlalchemy as sa
from alembic import op

revision = "pre_0014_persons"
down_revision = "pre_0013_sheet_facts"


def upgrade() -> None:
    op.add_column(
        "eligibility_line",
        sa.Column("roster_id", sa.Uuid(), nullable=True, comment="the persons it counts"),
    )
    op.create_unique_constraint(
        op.f("uq_eligibility_line_roster_id"), "eligibility_line", ["roster_id"]
    )
    op.create_foreign_key(
        op.f("fk_eligibility_line_roster_id"), "eligibility_line", "roster", ["roster_id"], ["id"]
    )
    op.add_column(
        "roster_person",
        sa.Column(
            "struck_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a reviewer struck this person off",
        ),
    )
    op.add_column(
        "roster_person", sa.Column("struck_by", sa.Text(), nullable=True, comment="account id")
    )
    op.add_column(
        "roster_person",
        sa.Column("struck_reason", sa.Text(), server_default="", nullable=False),
    )
