"""The engine's tables. Everything beside `instance.state` is derived from it in the same commit."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def moment(name: str, **options: object) -> Column[object]:
    """A column that holds an instant, stored in UTC."""
    return Column(name, DateTime(timezone=True), **options)  # type: ignore[arg-type]


def one_of(name: str, *values: str) -> CheckConstraint:
    """A check that a text column holds one of the listed words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} in ({listed})", name=f"{name}_known")


# -- definitions

artifact = Table(
    "artifact",
    metadata,
    Column("hash", Text, primary_key=True, comment="SHA-256 of the content, hexadecimal"),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    one_of("kind", "diagram", "decision", "form"),
    comment="A published file, once for each content; never changed.",
)

release = Table(
    "release",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    moment("published_at", nullable=False),
    Column("published_by", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    comment="Diagrams, decisions and forms published together; never changed.",
)

release_file = Table(
    "release_file",
    metadata,
    Column("release_id", ForeignKey("release.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("artifact_hash", ForeignKey("artifact.hash"), nullable=False),
)

definition = Table(
    "definition",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("release_id", ForeignKey("release.id"), nullable=False),
    Column("process_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    UniqueConstraint("release_id", "process_id"),
    Index("ix_definition_process_id_release_id", "process_id", "release_id"),
    comment="A process of a release.",
)

draft = Table(
    "draft",
    metadata,
    Column("path", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("based_on", Text, comment="hash of the published content it started from"),
    Column("lock_version", Integer, nullable=False, server_default="1"),
    moment("saved_at", nullable=False),
    Column("saved_by", Text, nullable=False),
    Column(
        "authors", JSONB, nullable=False, comment="everybody who has saved it; none may publish it"
    ),
    one_of("kind", "diagram", "decision", "form"),
)

# -- running

instance = Table(
    "instance",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("definition_id", ForeignKey("definition.id"), nullable=False, index=True),
    Column("business_key", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False),
    Column("lock_version", Integer, nullable=False, server_default="1"),
    Column("state", LargeBinary, comment="see engine/spiff/codec.py; null once ended"),
    Column("outcome", JSONB),
    Column("sequence", Integer, nullable=False, server_default="0", comment="of the last event"),
    Column("hash", Text, nullable=False, server_default="", comment="of the last event"),
    moment("started_at", nullable=False),
    moment("ended_at"),
    one_of("status", "running", "suspended", "completed", "cancelled"),
    Index("ix_instance_business_key", "business_key"),
    Index("ix_instance_started_at_id", "started_at", "id"),
    # A step's new row lies beside the old one, and the indexes stay as they are.
    postgresql_with={"fillfactor": 70},
)

user_task = Table(
    "user_task",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("instance_id", ForeignKey("instance.id"), nullable=False, index=True),
    Column("element", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("department", Text, nullable=False, server_default=""),
    Column("form", Text, nullable=False, server_default="", comment="path in the release"),
    Column("instructions", Text, nullable=False, server_default=""),
    Column("assignee", Text),
    Column("status", Text, nullable=False, server_default="open"),
    moment("due_at"),
    Column("due_provisional", Boolean, nullable=False, server_default=text("false")),
    Column("moved_by", Interval, nullable=False, server_default="0", comment="by paused clocks"),
    moment("created_at", nullable=False),
    moment("ended_at"),
    Column("ended_by", Text),
    Column("answer", JSONB),
    Column("saved_answer", JSONB, comment="what the person has typed so far"),
    one_of("status", "open", "completed", "cancelled"),
    Index(
        "ix_user_task_open",
        "role",
        "department",
        "due_at",
        "id",
        postgresql_where=text("status = 'open'"),
    ),
    Index(
        "ix_user_task_assignee",
        "assignee",
        "due_at",
        "id",
        postgresql_where=text("status = 'open'"),
    ),
)

timer = Table(
    "timer",
    metadata,
    Column("task_id", Uuid, primary_key=True),
    Column("element", Text, primary_key=True),
    Column("instance_id", ForeignKey("instance.id"), nullable=False, index=True),
    moment("due_at", nullable=False, index=True),
    Column("due_provisional", Boolean, nullable=False, server_default=text("false")),
    moment("armed_at", nullable=False),
    Column("moved_by", Interval, nullable=False, server_default="0", comment="by paused clocks"),
    moment("deferred_at", comment="when a job was last asked to fire it"),
    moment("held_at", comment="since when it stands still with a paused clock"),
    comment="`due_at` is the truth; the engine's state follows it.",
)

process_start = Table(
    "process_start",
    metadata,
    Column("process_id", Text, primary_key=True),
    Column("element", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("expression", Text, nullable=False),
    moment("due_at", index=True, comment="when it starts, or looks, next; null: never again"),
    Column("times_left", Integer, comment="of a cycle; null: without end"),
    Column(
        "held", Boolean, nullable=False, server_default=text("false"), comment="at the last look"
    ),
    moment("deferred_at", comment="when a job was last asked for it"),
    one_of("kind", "date", "duration", "cycle", "condition"),
    comment="The timers and conditions that start processes of the release in force.",
)

message_wait = Table(
    "message_wait",
    metadata,
    Column("task_id", Uuid, primary_key=True),
    Column("element", Text, primary_key=True),
    Column("instance_id", ForeignKey("instance.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Index("ix_message_wait_name_key", "name", "key"),
)

message = Table(
    "message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column(
        "business_key", Text, comment="for the instance of this business key, in place of the key"
    ),
    Column("guard", Text, unique=True, comment="two messages with one guard are one message"),
    moment("sent_at", nullable=False),
    moment("expires_at"),
    moment("delivered_at"),
    Column("instance_id", ForeignKey("instance.id")),
    Index("ix_message_waiting", "name", "key", postgresql_where=text("delivered_at is null")),
    Index(
        "ix_message_waiting_business_key",
        "name",
        "business_key",
        postgresql_where=text("delivered_at is null and business_key is not null"),
    ),
    Index("ix_message_expires_at", "expires_at", postgresql_where=text("delivered_at is null")),
)

outside_call = Table(
    "outside_call",
    metadata,
    Column("task_id", Uuid, primary_key=True),
    Column("instance_id", ForeignKey("instance.id"), nullable=False, index=True),
    Column("element", Text, nullable=False),
    Column("handler", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("answer", JSONB),
    moment("created_at", nullable=False),
    one_of("status", "waiting", "answered", "cancelled"),
    comment="A call to the outside that a step has asked for and a job makes.",
)

incident = Table(
    "incident",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("instance_id", ForeignKey("instance.id"), nullable=False, index=True),
    Column("task_id", Uuid, nullable=False),
    Column("element", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("status", Text, nullable=False),
    moment("created_at", nullable=False),
    moment("resolved_at"),
    Column("resolved_by", Text),
    one_of("status", "retrying", "open", "resolved"),
    Index(
        "uq_incident_live_task",
        "task_id",
        unique=True,
        postgresql_where=text("status <> 'resolved'"),
    ),
    Index("ix_incident_open", "created_at", postgresql_where=text("status = 'open'")),
)

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, nullable=False, server_default=text("nextval('event_number')")),
    Column("instance_id", Uuid, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    moment("at", primary_key=True),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("element", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False, server_default=""),
    Column("task_id", Uuid),
    Column("data", JSONB, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("algorithm", Text, nullable=False, server_default="sha256"),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    comment="Append-only history, a partition a month; one hash chain for each instance.",
    postgresql_partition_by="range (at)",
)

operation_batch = Table(
    "operation_batch",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("operation", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    moment("created_at", nullable=False),
    Column("created_by", Text, nullable=False),
    moment("ended_at"),
    moment("stopped_at", comment="since when no further instance is taken"),
    Column("dry", Boolean, nullable=False, server_default=text("false"), comment="only a trial"),
    comment="One operation asked for on many instances; jobs do it in pieces.",
)

operation_item = Table(
    "operation_item",
    metadata,
    Column("batch_id", ForeignKey("operation_batch.id"), primary_key=True),
    Column("instance_id", ForeignKey("instance.id"), primary_key=True, index=True),
    Column("status", Text, nullable=False, server_default="waiting"),
    Column("text", Text, nullable=False, server_default="", comment="why it was refused"),
    Column("english", Text, nullable=False, server_default=""),
    moment("done_at"),
    one_of("status", "waiting", "done", "refused"),
    Index("ix_operation_item_status", "batch_id", "status"),
)

discarded_draft = Table(
    "discarded_draft",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("authors", JSONB, nullable=False),
    moment("discarded_at", nullable=False),
    Column("discarded_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    comment="Drafts that were deleted, with who, when and why; the content can be brought back.",
)

# -- time

clock = Table(
    "clock",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject", Text, nullable=False, unique=True, comment="what the clock measures"),
    Column("limit_days", Integer, nullable=False, comment="working days"),
    moment("started_at", nullable=False),
    moment("due_at", nullable=False),
    Column("due_provisional", Boolean, nullable=False, server_default=text("false")),
    moment("stopped_at"),
)

clock_segment = Table(
    "clock_segment",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("clock_id", ForeignKey("clock.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False, comment="why the clock stands still"),
    Column("reason", Text, nullable=False),
    Column("document", Text, nullable=False, server_default=""),
    Column("approver", Text, nullable=False, server_default=""),
    moment("started_at", nullable=False),
    moment("ended_at"),
    comment="A time during which a clock stands still.",
)

calendar_day = Table(
    "calendar_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("working", Boolean, nullable=False),
    Column("kind", Text, nullable=False, comment="notice: the State Council's; local: a closure"),
    Column("reason", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    moment("entered_at", nullable=False),
    one_of("kind", "notice", "local"),
    comment="Overrides the built-in calendar: the yearly notice, local closures.",
)

seal = Table(
    "seal",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    moment("sealed_at", nullable=False),
    Column("chains", Integer, nullable=False),
    Column("algorithm", Text, nullable=False, server_default="sha256"),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    comment="A hash over the heads of all chains, which a third party can hold.",
)

sealed_head = Table(
    "sealed_head",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("seal_id", ForeignKey("seal.id"), nullable=False, index=True),
    comment="What a seal covers: the last hash of each chain that had grown.",
)

archived_month = Table(
    "archived_month",
    metadata,
    Column("month", Date, primary_key=True),
    Column("file", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="SHA-256 of the file"),
    Column("events", Integer, nullable=False),
    Column("seal_id", ForeignKey("seal.id"), nullable=False),
    moment("archived_at", nullable=False),
    Column("archived_by", Text, nullable=False),
    moment("destroyed_at"),
    Column("destroyed_by", Text),
    Column("destroy_reason", Text),
    comment="Months of the history that lie in files, or lay there until their term was over; their "
    "hashes stay in `sealed_head`.",
)

request_key = Table(
    "request_key",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False, comment="SHA-256 of what was asked"),
    Column("answer", JSONB),
    moment("at", nullable=False, index=True),
    comment="Requests that were answered, by the key their sender gave them.",
)

job_schema = Table(
    "job_schema",
    metadata,
    Column("version", Text, primary_key=True),
    comment="The version of procrastinate whose schema is installed.",
)

database_mark = Table(
    "database_mark",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, nullable=False, server_default=""),
    comment="What this database is: `sample` marks one with sample accounts.",
)
