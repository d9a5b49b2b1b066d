"""What changes of enterprises and their facts is noted, so that matching can keep its fact sheet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "pre_0011_kept_sheet"
down_revision = "pre_0010_room"

_NOTE = """
create function note_sheet_change() returns trigger language plpgsql as $$
begin
    if tg_op in ('UPDATE', 'DELETE') then
        execute format('insert into sheet_change (enterprise_id) select distinct %I from old_rows',
                       tg_argv[0]);
    end if;
    if tg_op in ('UPDATE', 'INSERT') then
        execute format('insert into sheet_change (enterprise_id) select distinct %I from new_rows',
                       tg_argv[0]);
    end if;
    return null;
end $$
"""
_ROWS = {
    "insert": "new table as new_rows",
    "update": "old table as old_rows new table as new_rows",
    "delete": "old table as old_rows",
}


def upgrade() -> None:
    op.create_table(
        "sheet_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("enterprise_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_change")),
        comment="Enterprises changed since the kept sheet was laid out; triggers write it.",
    )
    op.create_table(
        "sheet_state",
        sa.Column("event_date", sa.Date(), nullable=False),
        sa.Column(
            "census",
            postgresql.JSONB(),
            nullable=False,
            comment="name → kind and digits, or null if nobody has it",
        ),
        sa.PrimaryKeyConstraint("event_date", name=op.f("pk_sheet_state")),
        comment="What the table kept_sheet holds. Unlogged as that is: a crash empties both.",
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_enterprise_fact_as_of", "enterprise_fact", ["as_of"])
    op.execute(_NOTE)
    for table, column in (("enterprise", "id"), ("enterprise_fact", "enterprise_id")):
        for act, rows in _ROWS.items():
            op.execute(
                f"create trigger note_sheet_{act} after {act} on {table} referencing {rows}"
                f" for each statement execute function note_sheet_change('{column}')"
            )
