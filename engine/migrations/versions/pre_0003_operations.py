"""One operation on many instances; drafts that were deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "pre_0003_operations"
down_revision = "pre_0002_district"


def upgrade() -> None:
    op.create_table(
        "discarded_draft",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("authors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discarded_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discarded_draft")),
        comment="Drafts that were deleted, with who, when and why; the content can be brought back.",
    )
    op.create_table(
        "operation_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "stopped_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when no further instance is taken",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_batch")),
        comment="One operation asked for on many instances; jobs do it in pieces.",
    )
    op.create_table(
        "operation_item",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column(
            "text", sa.Text(), server_default="", nullable=False, comment="why it was refused"
        ),
        sa.Column("english", sa.Text(), server_default="", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('waiting', 'done', 'refused')", name=op.f("ck_operation_item_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["operation_batch.id"], name=op.f("fk_operation_item_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_operation_item_instance_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "instance_id", name=op.f("pk_operation_item")),
    )
    op.create_index(
        op.f("ix_operation_item_instance_id"), "operation_item", ["instance_id"], unique=False
    )
    op.create_index(
        "ix_operation_item_status", "operation_item", ["batch_id", "status"], unique=False
    )
