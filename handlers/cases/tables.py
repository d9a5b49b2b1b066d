"""Cases, their papers, lists and what was decided on."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.tables import metadata, moment, one_of

case_number = Sequence("case_number_sequence", metadata=metadata)
list_number = Sequence("list_number_sequence", metadata=metadata)

STATUSES = (
    "received", "supplementing", "not_accepted", "reviewing", "surveying", "public_notice",
    "approved", "refused", "withdrawn", "paying", "paid", "payment_failed", "returned",
    "terminated",
)  # fmt: skip

case_file = Table(
    "case_file",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("policy_version_id", ForeignKey("policy_version.id"), nullable=False, index=True),
    Column("enterprise_id", ForeignKey("enterprise.id"), nullable=False),
    Column("mode", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("owner", Text, nullable=False, comment="department that decides"),
    Column("status", Text, nullable=False),
    Column("applicant", Text, nullable=False, comment="account id, or system"),
    Column("registered_by", Text, nullable=False, comment="account id of who entered it"),
    moment("received_at", nullable=False, comment="true time of receipt"),
    Column("event_date", Date, nullable=False, comment="picks the rule version"),
    Column("event_key", Text, nullable=False, comment="one entitlement for each event"),
    Column("application", JSONB, nullable=False, comment="what the applicant stated"),
    Column("check_result", JSONB, comment="the last eligibility answer"),
    Column("amount", Numeric(16, 2)),
    Column("opinion", Text, nullable=False, server_default=""),
    Column("refusal", JSONB, comment="reason, failed conditions, explanation, remedies"),
    moment("accepted_at"),
    moment("decided_at"),
    Column("decided_by", Text),
    moment("ended_at"),
    Column("instance_id", Uuid, index=True),
    Column("list_line_id", Uuid),
    Column("roster_id", ForeignKey("roster.id"), comment="the persons it counts"),
    one_of("mode", "automatic", "instant", "promised"),
    one_of("channel", "portal", "window", "list"),
    one_of("status", *STATUSES),
    Index("ix_case_file_enterprise_id_received_at", "enterprise_id", "received_at"),
    Index("ix_case_file_owner_status", "owner", "status"),
    Index(
        "uq_case_file_roster_id",
        "roster_id",
        unique=True,
        postgresql_where=text("roster_id is not null"),
    ),
)

document = Table(
    "document",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("name", Text, nullable=False, comment="of the required document it answers"),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    moment("uploaded_at", nullable=False),
    Column("uploaded_by", Text, nullable=False),
)

decision_trace = Table(
    "decision_trace",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("occasion", Text, nullable=False, comment="why it was evaluated"),
    moment("at", nullable=False),
    Column("result", JSONB, nullable=False),
)

review_score = Table(
    "review_score",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("expert", Text, nullable=False),
    Column("score", Integer, comment="0-100; null until given"),
    Column("comment", Text, nullable=False, server_default=""),
    Column("conflict", Boolean, nullable=False, server_default=text("false")),
    moment("given_at"),
)

eligibility_list = Table(
    "eligibility_list",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("policy_version_id", ForeignKey("policy_version.id"), nullable=False),
    Column("event_date", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    moment("created_at", nullable=False),
    Column("signed_by", Text),
    moment("signed_at"),
    Column("instance_id", Uuid),
    one_of("status", "proposed", "signed", "cancelled"),
)

eligibility_line = Table(
    "eligibility_line",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("list_id", ForeignKey("eligibility_list.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("enterprise_id", ForeignKey("enterprise.id")),
    Column("amount", Numeric(16, 2)),
    Column("event_key", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column(
        "reasons", JSONB, nullable=False, server_default="[]", comment="every reason, as sentences"
    ),
    Column("result", JSONB, comment="the eligibility answer"),
    Column("case_id", ForeignKey("case_file.id")),
    Column("roster_id", ForeignKey("roster.id"), unique=True, comment="the persons it counts"),
    one_of("status", "proposed", "returned", "opened", "left_out"),
    Index("ix_eligibility_line_list_id_position", "list_id", "position"),
)

application_draft = Table(
    "application_draft",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("policy_version_id", ForeignKey("policy_version.id"), nullable=False),
    Column("enterprise_id", ForeignKey("enterprise.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("typed", JSONB, nullable=False, comment="what was typed, checked or not"),
    Column("roster_id", ForeignKey("roster.id"), unique=True, comment="the persons it counts"),
    moment("saved_at", nullable=False),
    Column("saved_by", Text, nullable=False),
    one_of("channel", "portal", "window"),
    UniqueConstraint("enterprise_id", "policy_version_id", "channel"),
    comment="An application being prepared; whoever acts for the enterprise may go on with it.",
)

draft_document = Table(
    "draft_document",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column(
        "draft_id",
        ForeignKey("application_draft.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("name", Text, nullable=False, comment="of the required document it answers"),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    moment("uploaded_at", nullable=False),
    Column("uploaded_by", Text, nullable=False),
)
