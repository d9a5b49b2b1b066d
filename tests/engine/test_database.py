"""Connections that are replaced when they are dead, statements that are sent together."""

from __future__ import annotations

from sqlalchemy import text

from engine.actor import SYSTEM

PID = text("select pg_backend_pid()")


def test_a_pooled_connection_whose_server_side_is_gone_is_replaced(runtime):
    with runtime.database.connect() as connection:
        dead = connection.scalar(PID)
    with runtime.database.connect() as first, runtime.database.connect() as other:
        assert first.scalar(PID) == dead
        first.rollback()
        other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": dead})
    assert runtime.run(SYSTEM, lambda work: work.connection.scalar(PID)) != dead
