"""The demonstration's clock: it stands still while somebody can act and jumps to the next due time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from engine.runtime import Runtime
from engine.time_source import DatabaseTime

# Strictly after: a timer is due when its instant has been reached.
A_MOMENT = timedelta(seconds=1)


def create(connection: Connection, moment: datetime) -> None:
    """Makes a database one whose clock is a row."""
    connection.execute(text("create table scratch_time (moment timestamptz not null)"))
    connection.execute(text("insert into scratch_time (moment) values (:m)"), {"m": moment})


def jump_to_next_timer(runtime: Runtime) -> bool:
    """Moves on to the earliest timer of a running instance; False if there is none."""
    assert isinstance(runtime.time, DatabaseTime)
    with runtime.database.connect() as connection:
        due = connection.scalar(
            text(
                "select min(t.due_at) from timer t join instance i on i.id = t.instance_id "
                "where i.status = 'running'"
            )
        )
    if due is None:
        return False
    now = runtime.time.now()
    runtime.time.set(max(due, now) + A_MOMENT)
    return True
