"""What matching found: runs, and one row for each run and enterprise."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "pre_0006_matching"
down_revision = "pre_0005_history_by_month"


def upgrade() -> None:
    op.create_table(
        "match_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("event_date", sa.Date(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column(
            "versions",
            postgresql.JSONB(),
            nullable=False,
            comment="ids of policy versions, in order",
        ),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("firms", sa.Integer(), nullable=False, comment="how many are to be matched"),
        sa.Column("matched", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "reached",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="last credit code matched",
        ),
        sa.Column(
            "one_by_one",
            postgresql.JSONB(),
            server_default="{}",
            nullable=False,
            comment="version → why its table was not asked by SQL",
        ),
        sa.CheckConstraint(
            "status in ('waiting', 'running', 'done', 'stopped')",
            name=op.f("ck_match_run_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_match_run_release_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
        comment="Asking every active enterprise about these policy versions.",
    )
    op.create_index("ix_match_run_created_at", "match_run", ["created_at"])
    op.create_table(
        "match_row",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column(
            "codes",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="for each version of the run: 0 holds, else bits of what fails and is unknown",
        ),
        sa.Column(
            "rules",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="bits of the amount's rows, if it holds",
        ),
        sa.Column(
            "amounts",
            postgresql.ARRAY(sa.Numeric()),
            nullable=False,
            comment="yuan, if it holds",
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_match_row_enterprise_id"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["match_run.id"],
            name=op.f("fk_match_row_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "enterprise_id", name=op.f("pk_match_row")),
    )
