"""Connections that are replaced when they are dead, statements that are sent together."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from engine.actor import SYSTEM
from engine.database import sent_together

PID = text("select pg_backend_pid()")


def test_a_pooled_connection_whose_server_side_is_gone_is_replaced(runtime):
    with runtime.database.connect() as connection:
        dead = connection.scalar(PID)
    with runtime.database.connect() as first, runtime.database.connect() as other:
        assert first.scalar(PID) == dead
        first.rollback()
        other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": dead})
    assert runtime.run(SYSTEM, lambda work: work.connection.scalar(PID)) != dead


def test_statements_sent_together_are_all_written(runtime):
    def act(work):
        with sent_together(work.connection):
            for kind in ("one", "two"):
                work.connection.execute(
                    text("insert into database_mark (kind) values (:kind)"), {"kind": kind}
                )

    runtime.run(SYSTEM, act)
    with runtime.database.connect() as connection:
        assert connection.scalar(text("select count(*) from database_mark")) == 2


def test_an_error_among_statements_sent_together_ends_the_unit_of_work(runtime):
    def act(work):
        with sent_together(work.connection):
            for _ in range(2):
                work.connection.execute(text("insert into database_mark (kind) values ('same')"))

    with pytest.raises(IntegrityError):
        runtime.run(SYSTEM, act)
    with runtime.database.connect() as connection:
        assert connection.scalar(text("select count(*) from database_mark")) == 0
