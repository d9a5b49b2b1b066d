"""Notices and public notices."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Numeric, Table, Text, Uuid

from engine.tables import metadata, moment, one_of

notice = Table(
    "notice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit", Text, nullable=False, comment="a department's code, or enterprise:<id>"),
    Column("kind", Text, nullable=False, comment="see handlers/notices/send.py"),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False, comment="plain text, paragraphs by newline"),
    Column("case_id", ForeignKey("case_file.id"), index=True),
    moment("sent_at", nullable=False),
    moment("read_at"),
    Index("ix_notice_unit_sent_at", "unit", "sent_at"),
)

public_notice = Table(
    "public_notice",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, unique=True),
    Column("policy_name", Text, nullable=False),
    Column("enterprise_name", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("amount", Numeric(16, 2), nullable=False),
    moment("published_at", nullable=False),
    moment("ends_at", nullable=False),
    Column("status", Text, nullable=False),
    Column("objection", Text, nullable=False, server_default=""),
    one_of("status", "running", "ended", "objected"),
)
