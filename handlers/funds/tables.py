"""Indicators (预算指标) and ledger entries. Money is NUMERIC(16, 2) yuan."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from engine.tables import metadata, moment, one_of

indicator = Table(
    "indicator",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("department", ForeignKey("department.code"), nullable=False),
    Column(
        "budget", Numeric(16, 2), nullable=False, server_default="0", comment="incl. adjustments"
    ),
    Column("available", Numeric(16, 2), nullable=False, server_default="0"),
    Column("frozen", Numeric(16, 2), nullable=False, server_default="0"),
    Column("ordered", Numeric(16, 2), nullable=False, server_default="0"),
    Column("cleared", Numeric(16, 2), nullable=False, server_default="0"),
    Column("sequence", Integer, nullable=False, server_default="0", comment="of the last entry"),
    Column("hash", Text, nullable=False, server_default="", comment="of the last entry"),
    UniqueConstraint("code", "year"),
    CheckConstraint("available >= 0 and frozen >= 0 and ordered >= 0", name="never_negative"),
    CheckConstraint("budget = available + frozen + ordered + cleared", name="balanced"),
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("transfer_id", Uuid, nullable=False, comment="the entries of one transfer sum to zero"),
    Column("indicator_id", ForeignKey("indicator.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("account", Text, nullable=False),
    Column("amount", Numeric(16, 2), nullable=False, comment="signed"),
    Column("kind", Text, nullable=False),
    Column("entitlement_id", Uuid, index=True),
    moment("at", nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    one_of("account", "budget", "available", "frozen", "ordered", "cleared"),
    one_of("kind", "allot", "freeze", "release", "order", "unorder", "clear", "return"),
    UniqueConstraint("indicator_id", "sequence"),
    Index("ix_ledger_entry_transfer_id", "transfer_id"),
    comment="Append-only; one hash chain for each indicator.",
)
