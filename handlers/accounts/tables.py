"""Accounts, departments, memberships."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text

from engine.tables import metadata, moment

department = Table(
    "department",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False, comment="argon2id"),
    Column("enterprise_id", ForeignKey("enterprise.id"), index=True),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("must_change_password", Boolean, nullable=False, server_default=text("false")),
    Column("session_version", Integer, nullable=False, server_default="1"),
    moment("created_at", nullable=False),
)

membership = Table(
    "membership",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("unit", Text, nullable=False, comment="a department's code, or enterprise:<id>"),
    Column("role", Text, nullable=False, comment="see handlers/accounts/roles.py"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Index("ix_membership_account_id", "account_id"),
    Index("ix_membership_unit_role", "unit", "role"),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", Text, nullable=False),
    Column("address", Text, nullable=False),
    moment("at", nullable=False),
    Index("ix_sign_in_failure_login_at", "login", "at"),
    Index("ix_sign_in_failure_address_at", "address", "at"),
    comment="For the rate limit; rows older than a day may go.",
)

administration_event = Table(
    "administration_event",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    moment("at", nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    comment="What administrators did; one hash chain.",
)
