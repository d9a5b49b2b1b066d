"""Rosters of persons, and who counts whom."""

import sqlalchemy as sa
from alembic import op

revision = "pre_0009_rosters"
down_revision = "pre_0008_process_starts"


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False, comment="account id"),
        sa.Column(
            "erased_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when names and numbers were erased",
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_roster_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        comment="The persons that an application counts.",
    )
    op.create_table(
        "person_claim",
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False, comment="year of the event, or ever"),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_person_claim_policy_id")
        ),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["roster.id"], name=op.f("fk_person_claim_roster_id")
        ),
        sa.PrimaryKeyConstraint("policy_id", "period", "number_hash", name=op.f("pk_person_claim")),
        comment="A person counts once for a policy and period: for the roster of a case that is being handled or was paid.",
    )
    op.create_index(op.f("ix_person_claim_roster_id"), "person_claim", ["roster_id"], unique=False)
    op.create_table(
        "roster_person",
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="row as the firm sees it, from 1"
        ),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="of document, see handlers/rosters/identity.py",
        ),
        sa.Column(
            "number_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="HMAC-SHA-256 with a derived key",
        ),
        sa.Column(
            "identity_encrypted",
            sa.LargeBinary(),
            nullable=True,
            comment="name and number; null once erased",
        ),
        sa.Column("name_masked", sa.Text(), nullable=False),
        sa.Column("number_masked", sa.Text(), nullable=False),
        sa.Column(
            "basis",
            sa.Numeric(precision=12, scale=2),
            nullable=True,
            comment="what this person counts for, such as years",
        ),
        sa.ForeignKeyConstraint(
            ["roster_id"],
            ["roster.id"],
            name=op.f("fk_roster_person_roster_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("roster_id", "position", name=op.f("pk_roster_person")),
    )
    op.create_table(
        "roster_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["roster.id"], name=op.f("fk_roster_reading_roster_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_reading")),
        comment="Who has read the full numbers of a roster, and why.",
    )
    op.create_index(
        op.f("ix_roster_reading_roster_id"), "roster_reading", ["roster_id"], unique=False
    )
    op.add_column(
        "application_draft",
        sa.Column("roster_id", sa.Uuid(), nullable=True, comment="the persons it counts"),
    )
    op.create_unique_constraint(
        op.f("uq_application_draft_roster_id"), "application_draft", ["roster_id"]
    )
    op.create_foreign_key(
        op.f("fk_application_draft_roster_id"), "application_draft", "roster", ["roster_id"], ["id"]
    )
    op.add_column(
        "case_file",
        sa.Column("roster_id", sa.Uuid(), nullable=True, comment="the persons it counts"),
    )
    op.create_index(
        "uq_case_file_roster_id",
        "case_file",
        ["roster_id"],
        unique=True,
        postgresql_where=sa.text("roster_id is not null"),
    )
    op.create_foreign_key(
        op.f("fk_case_file_roster_id"), "case_file", "roster", ["roster_id"], ["id"]
    )
    op.execute("alter table required_document drop constraint ck_required_document_obtained_known")
    op.execute(
        "alter table required_document add constraint ck_required_document_obtained_known "
        "check (obtained in ('upload', 'shared', 'confirmed', 'roster'))"
    )
    op.alter_column(
        "required_document",
        "obtained",
        comment="upload, shared (by data), confirmed or roster",
        existing_comment="upload, shared (by data) or confirmed",
    )
