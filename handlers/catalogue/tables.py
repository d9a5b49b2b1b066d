"""Policies and their versions. The event date of a case picks the version."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from engine.tables import metadata, moment, one_of

policy = Table(
    "policy",
    metadata,
    Column("id", Text, primary_key=True, comment="such as GZ-01"),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("owner", ForeignKey("department.code"), nullable=False, comment="owner department"),
    Column(
        "search", Text, nullable=False, server_default="", comment="bigrams and pinyin initials"
    ),
    Column("sort_key", Text, nullable=False, server_default="", comment="pinyin"),
    Column("sample", Boolean, nullable=False, server_default=text("false")),
)

policy_version = Table(
    "policy_version",
    metadata,
    Column("id", Text, primary_key=True, comment="such as GZ-01@1"),
    Column("policy_id", ForeignKey("policy.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("document_number", Text, nullable=False),
    Column("valid_from", Date, nullable=False, comment="first event date it covers"),
    Column("valid_to", Date, comment="last event date it covers"),
    Column("conditions_decision", Text, nullable=False, comment="id of a DMN decision"),
    Column("amount_decision", Text, nullable=False, comment="empty: the review decides (评审核定)"),
    Column("limit_days", Integer, nullable=False, comment="working days of the review"),
    Column("expert_count", Integer, nullable=False, server_default="0"),
    Column("site_survey", Boolean, nullable=False, server_default=text("false")),
    Column(
        "notice_days", Integer, nullable=False, server_default="0", comment="公示, working days"
    ),
    Column("confirm_account", Boolean, nullable=False, server_default=text("false")),
    Column("indicator_code", Text, nullable=False),
    Column("exclusivity", JSONB, nullable=False, server_default="{}"),
    Column(
        "inputs", JSONB, nullable=False, server_default="[]", comment="what the applicant states"
    ),
    Column("guide", JSONB, nullable=False, comment="the elements of the 办事指南"),
    Column("source", JSONB, nullable=False, comment="issuing body, title, number, state, address"),
    moment("published_at"),
    one_of("status", "draft", "published", "superseded", "expired", "suspended"),
    one_of("mode", "automatic", "instant", "promised"),
    Index("uq_policy_version_policy_id_number", "policy_id", "number", unique=True),
)

required_document = Table(
    "required_document",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("policy_version_id", ForeignKey("policy_version.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column(
        "obtained", Text, nullable=False, comment="upload, shared (by data), confirmed or roster"
    ),
    Column("required", Boolean, nullable=False, server_default=text("true")),
    Column("from_source", Boolean, nullable=False, server_default=text("false")),
    one_of("obtained", "upload", "shared", "confirmed", "roster"),
)
