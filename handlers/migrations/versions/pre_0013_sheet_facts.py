"""Changes of facts are noted by name, what is written anew unchanged not at all; match rows by no key."""

import sqlalchemy as sa
from alembic import op

revision = "pre_0013_sheet_facts"
down_revision = "pre_0012_match_row"

_FIRMS = """
create function note_enterprise_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into sheet_change (enterprise_id) select id from new_rows;
    elsif tg_op = 'DELETE' then
        insert into sheet_change (enterprise_id) select id from old_rows;
    else
        insert into sheet_change (enterprise_id)
        select distinct id from (
            (select id, uscc, status, registered_on, industry, town from old_rows
             except select id, uscc, status, registered_on, industry, town from new_rows)
            union all
            (select id, uscc, status, registered_on, industry, town from new_rows
             except select id, uscc, status, registered_on, industry, town from old_rows)
        ) as changed;
    end if;
    return null;
end $$
"""
# Of an enterprise of which a statement changes more than a few facts all are read again at once.
_NOTE = """
        insert into sheet_change (enterprise_id, name)
        select enterprise_id, unnest(case when count(*) > 4 then array[null] else array_agg(name) end)
        from (select distinct enterprise_id, name from {rows}) as changed
        group by enterprise_id;"""
_DIFFERENT = """(
            (select enterprise_id, name, as_of, value from old_rows
             except select enterprise_id, name, as_of, value from new_rows)
            union all
            (select enterprise_id, name, as_of, value from new_rows
             except select enterprise_id, name, as_of, value from old_rows)
        ) as either"""
_FACTS = f"""
create function note_fact_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then {_NOTE.format(rows="new_rows")}
    elsif tg_op = 'DELETE' then {_NOTE.format(rows="old_rows")}
    else {_NOTE.format(rows=_DIFFERENT)}
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
    op.add_column(
        "sheet_change",
        sa.Column(
            "name",
            sa.Text(),
            nullable=True,
            comment="the fact that changed; null if the enterprise or much of it did",
        ),
    )
    op.execute(_FIRMS)
    op.execute(_FACTS)
    noted = {"enterprise": "note_enterprise_change", "enterprise_fact": "note_fact_change"}
    for table, function in noted.items():
        for act, rows in _ROWS.items():
            op.execute(f"drop trigger note_sheet_{act} on {table}")
            op.execute(
                f"create trigger note_sheet_{act} after {act} on {table} referencing {rows}"
                f" for each statement execute function {function}()"
            )
    op.execute("drop function note_sheet_change()")
    op.drop_constraint(op.f("fk_match_row_run_id"), "match_row", type_="foreignkey")
