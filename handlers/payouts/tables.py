"""What is owed, how it is paid, and what the bank said."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
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

batch_number = Sequence("batch_number_sequence", metadata=metadata)

entitlement = Table(
    "entitlement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False, index=True),
    Column("policy_id", ForeignKey("policy.id"), nullable=False),
    Column("policy_version_id", ForeignKey("policy_version.id"), nullable=False),
    Column("enterprise_id", ForeignKey("enterprise.id"), nullable=False),
    Column("event_key", Text, nullable=False),
    Column("stage", Integer, nullable=False, server_default="1"),
    Column("amount", Numeric(16, 2), nullable=False),
    Column("status", Text, nullable=False),
    Column("indicator_id", ForeignKey("indicator.id")),
    Column("reason", Text, nullable=False, server_default="", comment="why it is not paid"),
    moment("created_at", nullable=False),
    moment("paid_at"),
    one_of("status", "computed", "frozen", "queued", "ordered", "paid", "failed", "cancelled"),
    Index(
        "uq_entitlement_event",
        "policy_id",
        "enterprise_id",
        "event_key",
        "stage",
        unique=True,
        postgresql_where=text("status <> 'cancelled'"),
    ),
    comment="One amount owed to one enterprise for one event; paid once.",
)

payment_order = Table(
    "payment_order",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("entitlement_id", ForeignKey("entitlement.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("account_id", ForeignKey("bank_account.id"), nullable=False),
    Column("amount", Numeric(16, 2), nullable=False),
    Column("status", Text, nullable=False),
    Column("batch_id", ForeignKey("payment_batch.id"), index=True),
    Column("reason", Text, nullable=False, server_default=""),
    Column("bank_serial", Text, nullable=False, server_default=""),
    moment("created_at", nullable=False),
    moment("due_at", nullable=False),
    moment("settled_at"),
    one_of("status", "due", "batched", "sent", "success", "failed", "unknown", "cancelled"),
    UniqueConstraint("entitlement_id", "attempt"),
    Index("ix_payment_order_due", "due_at", "id", postgresql_where=text("status = 'due'")),
)

payment_batch = Table(
    "payment_batch",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("maker", Text, nullable=False),
    Column("checker", Text),
    Column("releaser", Text),
    Column("lines", Integer, nullable=False),
    Column("total", Numeric(16, 2), nullable=False),
    Column("instance_id", Uuid),
    moment("created_at", nullable=False),
    moment("sent_at"),
    moment("settled_at"),
    one_of("status", "checking", "releasing", "sending", "waiting", "settled", "rejected"),
)

bank_answer = Table(
    "bank_answer",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("batch_id", ForeignKey("payment_batch.id"), nullable=False, index=True),
    Column("order_id", ForeignKey("payment_order.id"), nullable=False, index=True),
    Column("result", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("raw", JSONB, nullable=False),
    moment("received_at", nullable=False),
    one_of("result", "success", "failed", "unknown"),
)
