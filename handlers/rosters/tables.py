"""Rosters, the persons on them, and which roster counts whom."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Numeric, Table, Text, Uuid

from engine.tables import metadata, moment

roster = Table(
    "roster",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("policy_id", ForeignKey("policy.id"), nullable=False),
    moment("given_at", nullable=False),
    Column("given_by", Text, nullable=False, comment="account id"),
    moment("erased_at", comment="when names and numbers were erased"),
    comment="The persons that an application counts.",
)

roster_person = Table(
    "roster_person",
    metadata,
    Column("roster_id", ForeignKey("roster.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, comment="row as the firm sees it, from 1"),
    Column("kind", Text, nullable=False, comment="of document, see handlers/rosters/identity.py"),
    Column("number_hash", LargeBinary, nullable=False, comment="HMAC-SHA-256 with a derived key"),
    Column("identity_encrypted", LargeBinary, comment="name and number; null once erased"),
    Column("name_masked", Text, nullable=False),
    Column("number_masked", Text, nullable=False),
    Column("basis", Numeric(12, 2), comment="what this person counts for, such as years"),
    moment("struck_at", comment="when a reviewer struck this person off"),
    Column("struck_by", Text, comment="account id"),
    Column("struck_reason", Text, nullable=False, server_default=""),
)

person_claim = Table(
    "person_claim",
    metadata,
    Column("policy_id", ForeignKey("policy.id"), primary_key=True),
    Column("period", Text, primary_key=True, comment="year of the event, or ever"),
    Column("number_hash", LargeBinary, primary_key=True),
    Column("roster_id", ForeignKey("roster.id"), nullable=False, index=True),
    comment="A person counts once for a policy and period: for the roster of a case that is being "
    "handled or was paid.",
)

roster_reading = Table(
    "roster_reading",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("roster_id", ForeignKey("roster.id"), nullable=False, index=True),
    moment("at", nullable=False),
    Column("account", Text, nullable=False),
    Column("reason", Text, nullable=False),
    comment="Who has read the full numbers of a roster, and why.",
)
