"""What matching found, run by run."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.tables import metadata, moment, one_of

match_run = Table(
    "match_run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("status", Text, nullable=False),
    Column("event_date", Date, nullable=False),
    Column("release_id", ForeignKey("release.id"), nullable=False),
    Column("versions", JSONB, nullable=False, comment="ids of policy versions, in order"),
    Column("created_by", Text, nullable=False),
    moment("created_at", nullable=False),
    moment("finished_at"),
    Column("firms", Integer, nullable=False, comment="how many are to be matched"),
    Column("matched", Integer, nullable=False, server_default="0"),
    Column("reached", Text, nullable=False, server_default="", comment="last credit code matched"),
    Column(
        "one_by_one",
        JSONB,
        nullable=False,
        server_default="{}",
        comment="version → why its table was not asked by SQL",
    ),
    one_of("status", "waiting", "running", "done", "stopped"),
    Index("ix_match_run_created_at", "created_at"),
    comment="Asking every active enterprise about these policy versions.",
)

match_row = Table(
    "match_row",
    metadata,
    # No foreign keys: a run writes a row for everybody in one statement, and checking each costs as
    # much as finding it. A run and its rows are written and forgotten together (runs.py); an
    # enterprise is never deleted.
    Column("run_id", Uuid, primary_key=True),
    Column("enterprise_id", Uuid, primary_key=True),
    Column(
        "codes",
        ARRAY(BigInteger),
        nullable=False,
        comment="for each version of the run: 0 holds, else bits of what fails and is unknown",
    ),
    Column(
        "rules", ARRAY(BigInteger), nullable=False, comment="bits of the amount's rows, if it holds"
    ),
    Column("amounts", ARRAY(Numeric), nullable=False, comment="yuan, if it holds"),
)

sheet_change = Table(
    "sheet_change",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("enterprise_id", Uuid, nullable=False),
    Column("name", Text, comment="the fact that changed; null if the enterprise or much of it did"),
    comment="Enterprises changed since the kept sheet was laid out; triggers write it.",
)

sheet_state = Table(
    "sheet_state",
    metadata,
    Column("event_date", Date, primary_key=True),
    Column(
        "census", JSONB, nullable=False, comment="name → kind and digits, or null if nobody has it"
    ),
    comment="What the table kept_sheet holds. Unlogged as that is: a crash empties both.",
    prefixes=["UNLOGGED"],
)
