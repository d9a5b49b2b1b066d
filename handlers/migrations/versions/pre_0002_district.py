"""pre_0002_district"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "pre_0002_district"
down_revision = "pre_0001_engine"


def upgrade() -> None:
    for name in ("case_number_sequence", "list_number_sequence", "batch_number_sequence"):
        op.execute(f"create sequence {name}")
    op.create_table(
        "administration_event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_administration_event")),
        comment="What administrators did; one hash chain.",
    )
    op.create_table(
        "department",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_department")),
    )
    op.create_table(
        "enterprise",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False, comment="统一社会信用代码, GB 32100-2015"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_representative", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column(
            "search",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="bigrams and pinyin initials",
        ),
        sa.CheckConstraint(
            "status in ('active', 'moved', 'closed')", name=op.f("ck_enterprise_status_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("uscc", name=op.f("uq_enterprise_uscc")),
    )
    op.create_table(
        "payment_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("checker", sa.Text(), nullable=True),
        sa.Column("releaser", sa.Text(), nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('checking', 'releasing', 'sending', 'waiting', 'settled', 'rejected')",
            name=op.f("ck_payment_batch_status_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_batch_number")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
        comment="For the rate limit; rows older than a day may go.",
    )
    op.create_index(
        "ix_sign_in_failure_address_at", "sign_in_failure", ["address", "at"], unique=False
    )
    op.create_index("ix_sign_in_failure_login_at", "sign_in_failure", ["login", "at"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id"),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "must_change_password", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("session_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_account_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_index(op.f("ix_account_enterprise_id"), "account", ["enterprise_id"], unique=False)
    op.create_table(
        "bank_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("cnaps", sa.Text(), nullable=False, comment="联行号, 12 digits"),
        sa.Column("number_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("number_tail", sa.Text(), nullable=False, comment="last four digits"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('declared', 'confirmed', 'closed')", name=op.f("ck_bank_account_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_bank_account_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
    )
    op.create_index(
        op.f("ix_bank_account_enterprise_id"), "bank_account", ["enterprise_id"], unique=False
    )
    op.create_index(
        "uq_bank_account_in_use",
        "bank_account",
        ["enterprise_id"],
        unique=True,
        postgresql_where=sa.text("state = 'confirmed'"),
    )
    op.create_table(
        "enterprise_fact",
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column(
            "value",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="tagged JSON, see engine/values.py",
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_fact_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", "name", "as_of", name=op.f("pk_enterprise_fact")),
    )
    op.create_table(
        "indicator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column(
            "budget",
            sa.Numeric(precision=16, scale=2),
            server_default="0",
            nullable=False,
            comment="incl. adjustments",
        ),
        sa.Column(
            "available", sa.Numeric(precision=16, scale=2), server_default="0", nullable=False
        ),
        sa.Column("frozen", sa.Numeric(precision=16, scale=2), server_default="0", nullable=False),
        sa.Column("ordered", sa.Numeric(precision=16, scale=2), server_default="0", nullable=False),
        sa.Column("cleared", sa.Numeric(precision=16, scale=2), server_default="0", nullable=False),
        sa.Column(
            "sequence",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="of the last entry",
        ),
        sa.Column(
            "hash", sa.Text(), server_default="", nullable=False, comment="of the last entry"
        ),
        sa.CheckConstraint(
            "available >= 0 and frozen >= 0 and ordered >= 0",
            name=op.f("ck_indicator_never_negative"),
        ),
        sa.CheckConstraint(
            "budget = available + frozen + ordered + cleared", name=op.f("ck_indicator_balanced")
        ),
        sa.ForeignKeyConstraint(
            ["department"], ["department.code"], name=op.f("fk_indicator_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("code", "year", name=op.f("uq_indicator_code_year")),
    )
    op.create_table(
        "negative_listing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False, comment="such as 严重失信主体名单"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_negative_listing_enterprise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negative_listing")),
    )
    op.create_index(
        op.f("ix_negative_listing_enterprise_id"),
        "negative_listing",
        ["enterprise_id"],
        unique=False,
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Text(), nullable=False, comment="such as GZ-01"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False, comment="owner department"),
        sa.Column(
            "search",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="bigrams and pinyin initials",
        ),
        sa.Column("sort_key", sa.Text(), server_default="", nullable=False, comment="pinyin"),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["department.code"], name=op.f("fk_policy_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "transfer_id",
            sa.Uuid(),
            nullable=False,
            comment="the entries of one transfer sum to zero",
        ),
        sa.Column("indicator_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False, comment="signed"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entitlement_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "account in ('budget', 'available', 'frozen', 'ordered', 'cleared')",
            name=op.f("ck_ledger_entry_account_known"),
        ),
        sa.CheckConstraint(
            "kind in ('allot', 'freeze', 'release', 'order', 'unorder', 'clear', 'return')",
            name=op.f("ck_ledger_entry_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_ledger_entry_indicator_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint(
            "indicator_id", "sequence", name=op.f("uq_ledger_entry_indicator_id_sequence")
        ),
        comment="Append-only; one hash chain for each indicator.",
    )
    op.create_index(
        op.f("ix_ledger_entry_entitlement_id"), "ledger_entry", ["entitlement_id"], unique=False
    )
    op.create_index("ix_ledger_entry_transfer_id", "ledger_entry", ["transfer_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "unit", sa.Text(), nullable=False, comment="a department's code, or enterprise:<id>"
        ),
        sa.Column("role", sa.Text(), nullable=False, comment="see handlers/accounts/roles.py"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_membership_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_account_id", "membership", ["account_id"], unique=False)
    op.create_index("ix_membership_unit_role", "membership", ["unit", "role"], unique=False)
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Text(), nullable=False, comment="such as GZ-01@1"),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="first event date it covers"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last event date it covers"),
        sa.Column("conditions_decision", sa.Text(), nullable=False, comment="id of a DMN decision"),
        sa.Column(
            "amount_decision",
            sa.Text(),
            nullable=False,
            comment="empty: the review decides (评审核定)",
        ),
        sa.Column("limit_days", sa.Integer(), nullable=False, comment="working days of the review"),
        sa.Column("expert_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("site_survey", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "notice_days",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="公示, working days",
        ),
        sa.Column("confirm_account", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("indicator_code", sa.Text(), nullable=False),
        sa.Column(
            "exclusivity",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column(
            "inputs",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
            comment="what the applicant states",
        ),
        sa.Column(
            "guide",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the elements of the 办事指南",
        ),
        sa.Column(
            "source",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="issuing body, title, number, state, address",
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "mode in ('automatic', 'instant', 'promised')",
            name=op.f("ck_policy_version_mode_known"),
        ),
        sa.CheckConstraint(
            "status in ('draft', 'published', 'superseded', 'expired', 'suspended')",
            name=op.f("ck_policy_version_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_policy_version_policy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    op.create_index(
        op.f("ix_policy_version_policy_id"), "policy_version", ["policy_id"], unique=False
    )
    op.create_index(
        "uq_policy_version_policy_id_number", "policy_version", ["policy_id", "number"], unique=True
    )
    op.create_table(
        "application_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("policy_version_id", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column(
            "typed",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what was typed, checked or not",
        ),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "channel in ('portal', 'window')", name=op.f("ck_application_draft_channel_known")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_application_draft_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_application_draft_policy_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_draft")),
        sa.UniqueConstraint(
            "enterprise_id",
            "policy_version_id",
            "channel",
            name=op.f("uq_application_draft_enterprise_id_policy_version_id_channel"),
        ),
        comment="An application being prepared; whoever acts for the enterprise may go on with it.",
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("policy_version_id", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False, comment="department that decides"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("applicant", sa.Text(), nullable=False, comment="account id, or system"),
        sa.Column(
            "registered_by", sa.Text(), nullable=False, comment="account id of who entered it"
        ),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="true time of receipt",
        ),
        sa.Column("event_date", sa.Date(), nullable=False, comment="picks the rule version"),
        sa.Column("event_key", sa.Text(), nullable=False, comment="one entitlement for each event"),
        sa.Column(
            "application",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what the applicant stated",
        ),
        sa.Column(
            "check_result",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="the last eligibility answer",
        ),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("opinion", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "refusal",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="reason, failed conditions, explanation, remedies",
        ),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.Column("list_line_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "channel in ('portal', 'window', 'list')", name=op.f("ck_case_file_channel_known")
        ),
        sa.CheckConstraint(
            "mode in ('automatic', 'instant', 'promised')", name=op.f("ck_case_file_mode_known")
        ),
        sa.CheckConstraint(
            "status in ('received', 'supplementing', 'not_accepted', 'reviewing', 'surveying', 'public_notice', 'approved', 'refused', 'withdrawn', 'paying', 'paid', 'payment_failed', 'returned')",
            name=op.f("ck_case_file_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_case_file_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_case_file_policy_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("number", name=op.f("uq_case_file_number")),
    )
    op.create_index(
        "ix_case_file_enterprise_id_received_at",
        "case_file",
        ["enterprise_id", "received_at"],
        unique=False,
    )
    op.create_index(op.f("ix_case_file_instance_id"), "case_file", ["instance_id"], unique=False)
    op.create_index("ix_case_file_owner_status", "case_file", ["owner", "status"], unique=False)
    op.create_index(
        op.f("ix_case_file_policy_version_id"), "case_file", ["policy_version_id"], unique=False
    )
    op.create_table(
        "eligibility_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("policy_version_id", sa.Text(), nullable=False),
        sa.Column("event_date", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("instance_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status in ('proposed', 'signed', 'cancelled')",
            name=op.f("ck_eligibility_list_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_eligibility_list_policy_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_list")),
        sa.UniqueConstraint("number", name=op.f("uq_eligibility_list_number")),
    )
    op.create_table(
        "required_document",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("policy_version_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "obtained", sa.Text(), nullable=False, comment="upload, shared (by data) or confirmed"
        ),
        sa.Column("required", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("from_source", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "obtained in ('upload', 'shared', 'confirmed')",
            name=op.f("ck_required_document_obtained_known"),
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_required_document_policy_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_required_document")),
    )
    op.create_index(
        op.f("ix_required_document_policy_version_id"),
        "required_document",
        ["policy_version_id"],
        unique=False,
    )
    op.create_table(
        "decision_trace",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False, comment="why it was evaluated"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_decision_trace_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_trace")),
    )
    op.create_index(op.f("ix_decision_trace_case_id"), "decision_trace", ["case_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="of the required document it answers"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_document_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_case_id"), "document", ["case_id"], unique=False)
    op.create_table(
        "draft_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="of the required document it answers"),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["application_draft.id"],
            name=op.f("fk_draft_document_draft_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_document")),
    )
    op.create_index(
        op.f("ix_draft_document_draft_id"), "draft_document", ["draft_id"], unique=False
    )
    op.create_table(
        "eligibility_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "reasons",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
            comment="every reason, as sentences",
        ),
        sa.Column(
            "result",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="the eligibility answer",
        ),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status in ('proposed', 'returned', 'opened', 'left_out')",
            name=op.f("ck_eligibility_line_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_eligibility_line_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_eligibility_line_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["eligibility_list.id"], name=op.f("fk_eligibility_line_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_line")),
    )
    op.create_index(
        "ix_eligibility_line_list_id_position",
        "eligibility_line",
        ["list_id", "position"],
        unique=False,
    )
    op.create_table(
        "entitlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("policy_version_id", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), server_default="1", nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("indicator_id", sa.Uuid(), nullable=True),
        sa.Column(
            "reason", sa.Text(), server_default="", nullable=False, comment="why it is not paid"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('computed', 'frozen', 'queued', 'ordered', 'paid', 'failed', 'cancelled')",
            name=op.f("ck_entitlement_status_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_entitlement_case_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_entitlement_enterprise_id")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_entitlement_indicator_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_entitlement_policy_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"],
            ["policy_version.id"],
            name=op.f("fk_entitlement_policy_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        comment="One amount owed to one enterprise for one event; paid once.",
    )
    op.create_index(op.f("ix_entitlement_case_id"), "entitlement", ["case_id"], unique=False)
    op.create_index(
        "uq_entitlement_event",
        "entitlement",
        ["policy_id", "enterprise_id", "event_key", "stage"],
        unique=True,
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "unit", sa.Text(), nullable=False, comment="a department's code, or enterprise:<id>"
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="see handlers/notices/send.py"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="plain text, paragraphs by newline"),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_notice_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_case_id"), "notice", ["case_id"], unique=False)
    op.create_index("ix_notice_unit_sent_at", "notice", ["unit", "sent_at"], unique=False)
    op.create_table(
        "public_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("policy_name", sa.Text(), nullable=False),
        sa.Column("enterprise_name", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("objection", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "status in ('running', 'ended', 'objected')", name=op.f("ck_public_notice_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_public_notice_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_notice")),
        sa.UniqueConstraint("case_id", name=op.f("uq_public_notice_case_id")),
    )
    op.create_table(
        "review_score",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("expert", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True, comment="0-100; null until given"),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("conflict", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_review_score_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_score")),
    )
    op.create_index(op.f("ix_review_score_case_id"), "review_score", ["case_id"], unique=False)
    op.create_table(
        "payment_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entitlement_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("bank_serial", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('due', 'batched', 'sent', 'success', 'failed', 'unknown', 'cancelled')",
            name=op.f("ck_payment_order_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["bank_account.id"], name=op.f("fk_payment_order_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payment_batch.id"], name=op.f("fk_payment_order_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"], ["entitlement.id"], name=op.f("fk_payment_order_entitlement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_order")),
        sa.UniqueConstraint(
            "entitlement_id", "attempt", name=op.f("uq_payment_order_entitlement_id_attempt")
        ),
    )
    op.create_index(op.f("ix_payment_order_batch_id"), "payment_order", ["batch_id"], unique=False)
    op.create_index(
        "ix_payment_order_due",
        "payment_order",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'due'"),
    )
    op.create_table(
        "bank_answer",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raw", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "result in ('success', 'failed', 'unknown')", name=op.f("ck_bank_answer_result_known")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["payment_batch.id"], name=op.f("fk_bank_answer_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["payment_order.id"], name=op.f("fk_bank_answer_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_answer")),
    )
    op.create_index(op.f("ix_bank_answer_batch_id"), "bank_answer", ["batch_id"], unique=False)
    op.create_index(op.f("ix_bank_answer_order_id"), "bank_answer", ["order_id"], unique=False)
