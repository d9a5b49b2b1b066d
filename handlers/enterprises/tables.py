"""Enterprises, their facts, bank accounts and negative listings."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from engine.tables import metadata, moment, one_of

enterprise = Table(
    "enterprise",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("uscc", Text, nullable=False, unique=True, comment="统一社会信用代码, GB 32100-2015"),
    Column("name", Text, nullable=False),
    Column("legal_representative", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("registered_on", Date, nullable=False),
    Column("industry", Text, nullable=False),
    Column("town", Text, nullable=False),
    Column(
        "search", Text, nullable=False, server_default="", comment="bigrams and pinyin initials"
    ),
    one_of("status", "active", "moved", "closed"),
)

enterprise_fact = Table(
    "enterprise_fact",
    metadata,
    Column("enterprise_id", ForeignKey("enterprise.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("as_of", Date, primary_key=True),
    Column("value", JSONB, nullable=False, comment="tagged JSON, see engine/values.py"),
    Column("source", Text, nullable=False),
    Index("ix_enterprise_fact_as_of", "as_of"),
)

bank_account = Table(
    "bank_account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("enterprise_id", ForeignKey("enterprise.id"), nullable=False, index=True),
    Column("holder", Text, nullable=False),
    Column("bank", Text, nullable=False),
    Column("cnaps", Text, nullable=False, comment="联行号, 12 digits"),
    Column("number_encrypted", LargeBinary, nullable=False),
    Column("number_tail", Text, nullable=False, comment="last four digits"),
    Column("state", Text, nullable=False),
    moment("confirmed_at"),
    Column("confirmed_by", Text),
    one_of("state", "declared", "confirmed", "closed"),
    Index(
        "uq_bank_account_in_use",
        "enterprise_id",
        unique=True,
        postgresql_where=text("state = 'confirmed'"),
    ),
)

negative_listing = Table(
    "negative_listing",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("enterprise_id", ForeignKey("enterprise.id"), nullable=False, index=True),
    Column("list_name", Text, nullable=False, comment="such as 严重失信主体名单"),
    Column("reason", Text, nullable=False),
    Column("listed_on", Date, nullable=False),
    Column("removed_on", Date),
    Column("source", Text, nullable=False),
)
