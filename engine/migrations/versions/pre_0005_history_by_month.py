"""The history in months, what seals cover, and the keys of requests.

`event` keeps its columns, so the code before this migration runs on it: months are made ahead for the
next quarter. The foreign key to `instance` goes: history outlives hot state, and making a month must not
wait for running steps.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "pre_0005_history_by_month"
down_revision = "pre_0004_terminated"


def upgrade() -> None:
    op.create_table(
        "request_key",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of what was asked"),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_request_key")),
        comment="Requests that were answered, by the key their sender gave them.",
    )
    op.create_index(op.f("ix_request_key_at"), "request_key", ["at"])
    op.create_index(
        "ix_message_expires_at",
        "message",
        ["expires_at"],
        postgresql_where=sa.text("delivered_at is null"),
    )
    op.add_column(
        "message",
        sa.Column(
            "business_key",
            sa.Text(),
            nullable=True,
            comment="for the instance of this business key, in place of the key",
        ),
    )
    op.create_index(
        "ix_message_waiting_business_key",
        "message",
        ["name", "business_key"],
        postgresql_where=sa.text("delivered_at is null and business_key is not null"),
    )
    op.create_table(
        "sealed_head",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("seal_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seal_id"], ["seal.id"], name=op.f("fk_sealed_head_seal_id_seal")),
        sa.PrimaryKeyConstraint("chain", "sequence", name=op.f("pk_sealed_head")),
        comment="What a seal covers: the last hash of each chain that had grown.",
    )
    op.create_index(op.f("ix_sealed_head_seal_id"), "sealed_head", ["seal_id"])
    op.create_table(
        "archived_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the file"),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seal_id"], ["seal.id"], name=op.f("fk_archived_month_seal_id_seal")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_archived_month")),
        comment="Months of the history that lie in files; their hashes stay in `sealed_head`.",
    )
    _events_by_month()


def _events_by_month() -> None:
    for statement in (
        "alter table event rename to event_undivided",
        "alter table event_undivided drop constraint uq_event_instance_id_sequence",
        "alter table event_undivided drop constraint pk_event",
        "create sequence event_number as bigint",
        """
        create table event (
            id bigint not null default nextval('event_number'),
            instance_id uuid not null,
            sequence integer not null,
            at timestamptz not null,
            actor text not null,
            kind text not null,
            element text not null default '',
            name text not null default '',
            task_id uuid,
            data jsonb not null,
            reason text not null default '',
            algorithm text not null default 'sha256',
            previous_hash text not null,
            hash text not null,
            constraint pk_event primary key (instance_id, sequence, at)
        ) partition by range (at)
        """,
        "comment on table event is "
        "'Append-only history, a partition a month; one hash chain for each instance.'",
        """
        do $$
        declare month date;
        begin
            for month in
                select generate_series(
                    date_trunc('month', least(min(at), now()) at time zone 'UTC'),
                    date_trunc('month', now() at time zone 'UTC') + interval '3 months',
                    interval '1 month')::date
                from event_undivided
            loop
                execute format(
                    'create table event_%s partition of event for values from (%L) to (%L)',
                    to_char(month, 'YYYY_MM'), month || ' 00:00+00',
                    (month + interval '1 month')::date || ' 00:00+00');
            end loop;
        end $$
        """,
        """
        insert into event (id, instance_id, sequence, at, actor, kind, element, name, task_id, data,
                           reason, algorithm, previous_hash, hash)
        select id, instance_id, sequence, at, actor, kind, element, name, task_id, data,
               reason, algorithm, previous_hash, hash
        from event_undivided
        """,
        "select setval('event_number', coalesce((select max(id) from event_undivided), 0) + 1)",
        "drop table event_undivided",
    ):
        op.execute(sa.text(statement.replace(":00+00", "\\:00+00")))
