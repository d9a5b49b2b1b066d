"""What steps write goes in one statement, which reads no table from end to end."""

from __future__ import annotations

import itertools
import re

from sqlalchemy import text

from engine import changes, standings, timers, user_tasks
from engine.actor import SYSTEM
from engine.changes import Changes

ROWS = {
    "lock": ("id", "version"),
    "step": ("id", "version", "state"),
    "close_task": ("id", "held_by", "ended_at", "ended_by", "answer"),
    "use_timer": ("task_id", "element", "due_at"),
    "answer_call": ("task_id", "answer"),
    "deliver_message": ("id", "delivered_at", "instance_id"),
    "withdraw_task": ("id", "ended_at"),
    "drop_timer": ("task_id", "element"),
    "end_wait": ("task_id", "element"),
    "cancel_call": ("task_id",),
}


def plan(runtime, statement):
    """The plan of a prepared statement on empty tables, where reading all of them looks cheap."""
    with runtime.database.connect() as connection:
        explained = "explain (generic_plan) " + statement.text.decode()
        return "\n".join(row[0] for row in connection.exec_driver_sql(explained))


def test_a_written_row_is_found_by_an_index_even_if_the_table_was_small_at_first(runtime):
    for part, single in itertools.product(ROWS, (True, False)):
        first = "lock" if part == "lock" else "step"
        shape = {first: ROWS[first], part: ROWS[part]}
        statement = changes._statement(tuple((name, of, single) for name, of in shape.items()))
        assert "Seq Scan" not in plan(runtime, statement), (part, single)


def test_what_a_step_reads_is_found_by_indexes(runtime):
    for statement in (standings._READ, timers._DUE_OF, user_tasks._FOUND):
        assert not re.search("Seq Scan on (instance|user_task|timer)", plan(runtime, statement))


def test_nothing_is_written_if_one_row_is_not_as_it_was_read(runtime):
    def act(work):
        found = Changes()
        for number in (1, 2):
            found.add("step", id=f"{number:032x}", version=1, status="running")
        found.add(
            "wait", task_id=f"{3:032x}", element="e", instance_id=f"{1:032x}", name="n", key="k"
        )
        return found.write(work.connection)

    with runtime.database.begin() as connection:
        for statement in (
            "insert into release (published_at, published_by) values (now(), 'x')",
            "insert into definition (release_id, process_id, name, path) "
            "select id, 'p', 'p', 'p.bpmn' from release",
            f"insert into instance (id, definition_id, status, started_at) "
            f"select '{1:032x}', id, 'running', now() from definition",
        ):
            connection.execute(text(statement))
    assert runtime.run(SYSTEM, act) == {"step": 1}
    with runtime.database.connect() as connection:
        assert connection.scalar(text("select count(*) from message_wait")) == 0
