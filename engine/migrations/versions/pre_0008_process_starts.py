"""Processes may be started by a timer or a condition."""

import sqlalchemy as sa
from alembic import op

revision = "pre_0008_process_starts"
down_revision = "pre_0007_trials"


def upgrade() -> None:
    op.create_table(
        "process_start",
        sa.Column("process_id", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it starts, or looks, next; null: never again",
        ),
        sa.Column(
            "times_left", sa.Integer(), nullable=True, comment="of a cycle; null: without end"
        ),
        sa.Column(
            "held",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="at the last look",
        ),
        sa.Column(
            "deferred_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a job was last asked for it",
        ),
        sa.CheckConstraint(
            "kind in ('date', 'duration', 'cycle', 'condition')",
            name=op.f("ck_process_start_kind_known"),
        ),
        sa.PrimaryKeyConstraint("process_id", "element", name=op.f("pk_process_start")),
        comment="The timers and conditions that start processes of the release in force.",
    )
    op.create_index(op.f("ix_process_start_due_at"), "process_start", ["due_at"], unique=False)
