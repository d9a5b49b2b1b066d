"""The migrations end at the tables, and a `pre_` migration leaves room for the code before it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, text

import handlers.tables  # noqa: F401  the district's tables belong to the metadata
from engine import history, history_months
from engine.database import MIGRATION_PACKAGES, _configuration, connect, head
from engine.history import Entry
from engine.migrations.env_rules import ours
from engine.tables import event, metadata


def revisions():
    """Oldest first."""
    script = ScriptDirectory.from_config(_configuration(MIGRATION_PACKAGES))
    return [found.revision for found in script.walk_revisions()][::-1]


def upgrade(connection, revision):
    config = _configuration(MIGRATION_PACKAGES)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def shape(connection):
    """Table → column → (type, may be null, has a default)."""
    found = inspect(connection)
    return {
        name: {
            c["name"]: (str(c["type"]), c["nullable"], c["default"] is not None or "identity" in c)
            for c in found.get_columns(name)
        }
        for name in found.get_table_names()
        if not name.startswith("event_2")
    }


@pytest.fixture
def empty(server):
    name = "test_migrations"
    server.create_database(name)
    database = connect(server.url(name), pooled=False)
    yield database
    database.dispose()
    server.drop_database(name)


def test_the_migrations_end_at_the_tables(runtime):
    with runtime.database.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []


def test_the_migrations_are_one_line_that_ends_at_the_head():
    names = revisions()
    assert names[-1] == head()
    assert all(name.startswith(("pre_", "post_")) for name in names)
    numbers = [int(name.split("_")[1]) for name in names]
    assert numbers == sorted(set(numbers))


def test_old_code_runs_on_the_new_schema(empty):
    """What a table had before a pre_ migration it has after it, and nothing new is demanded."""
    for before, after in pairwise(revisions()):
        with empty.begin() as connection:
            upgrade(connection, before)
        with empty.connect() as connection:
            old = shape(connection)
        with empty.begin() as connection:
            upgrade(connection, after)
        with empty.connect() as connection:
            new = shape(connection)
        if after.startswith("post_"):
            continue
        for table, columns in old.items():
            for name, (kind, nullable, default) in columns.items():
                assert table in new and name in new[table], f"{after} drops {table}.{name}"
                found = new[table][name]
                assert found[0] == kind, f"{after} changes the type of {table}.{name}"
                assert found[1] or not nullable, f"{after} forbids null in {table}.{name}"
                assert found[2] or not default, f"{after} drops the default of {table}.{name}"
            for name in new.get(table, {}).keys() - columns.keys():
                _, nullable, default = new[table][name]
                assert nullable or default, f"{after} demands {table}.{name} of old code"


def test_a_history_written_before_the_months_is_kept_and_goes_on(empty):
    """Rows of an undivided history end in their months with every hash."""
    with empty.begin() as connection:
        upgrade(connection, "pre_0004_terminated")
        for statement in (
            "insert into release (id, published_at, published_by) values (1, now(), 'x')",
            "insert into definition (id, release_id, process_id, name, path) "
            "values (1, 1, 'p', 'p', 'p.bpmn')",
        ):
            connection.execute(text(statement))
        last = write_undivided(connection)
    with empty.begin() as connection:
        upgrade(connection, "head")
    with empty.begin() as connection:
        months = connection.scalars(text("select distinct tableoid::regclass::text from event"))
        assert sorted(months) == ["event_2026_02", "event_2026_03"]
        events = history.of_instance(connection, WRITTEN)
        assert list(history.broken_links(WRITTEN, events, last, {})) == []
        at = datetime(2031, 1, 5, tzinfo=UTC)
        history_months.ensure(connection, at)
        (fourth,) = history.linked(WRITTEN, [Entry("x")], at=at, actor="a", after=last)
        written = {"kind": "x", "actor": "a", "data": {}, "previous_hash": last[1]}
        connection.execute(
            insert(event).values(
                instance_id=WRITTEN, sequence=fourth.sequence, at=at, hash=fourth.hash, **written
            )
        )
        last = (fourth.sequence, fourth.hash)
        events = history.of_instance(connection, WRITTEN)
        assert list(history.broken_links(WRITTEN, events, last, {})) == []
    with empty.connect() as connection:
        kept = connection.execute(text("select id, sequence from event order by sequence")).all()
        assert [row.sequence for row in kept] == [1, 2, 3, 4]
        assert len({row.id for row in kept}) == 4


WRITTEN = UUID(int=7)


def write_undivided(connection):
    """An instance with three events over two months, as the code before the months wrote them."""
    connection.execute(
        text(
            "insert into instance (id, definition_id, status, started_at) "
            "values (:id, 1, 'completed', now())"
        ),
        {"id": WRITTEN},
    )
    insert = text(
        "insert into event (instance_id, sequence, at, actor, kind, data, previous_hash, hash) "
        "values (:instance_id, :sequence, :at, :actor, :kind, :written, :previous, :hash)"
    )
    previous = ""
    for sequence, day in enumerate(("2026-02-27", "2026-02-28", "2026-03-01"), start=1):
        values = {
            "sequence": sequence, "at": datetime.fromisoformat(f"{day}T08:00:00+00:00"),
            "actor": "li", "kind": "completed", "element": "", "name": "", "task_id": None,
            "data": {"changed": {"n": sequence}}, "reason": "",
        }  # fmt: skip
        hashed = history.digest(previous, WRITTEN, values)
        written = json.dumps(values["data"])
        further = {"instance_id": WRITTEN, "previous": previous, "hash": hashed, "written": written}
        connection.execute(insert, {**values, **further})
        previous = hashed
    connection.execute(
        text("update instance set sequence = 3, hash = :hash where id = :id"),
        {"hash": previous, "id": WRITTEN},
    )
    return 3, previous
