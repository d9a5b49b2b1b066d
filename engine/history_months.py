"""The history's partitions: one a month (UTC), made ahead by the scheduler and on demand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from engine.runtime import Work

MONTHS_AHEAD = 3
_LOCK = 7244003
_known: WeakKeyDictionary[Engine, set[tuple[int, int]]] = WeakKeyDictionary()


def ensure(connection: Connection, at: datetime) -> None:
    """Makes the month of an instant if it is missing.

    In a transaction of its own on another connection, so that nobody waits for the caller's commit.
    """
    moment = at.astimezone(UTC)
    month = (moment.year, moment.month)
    known = _known.setdefault(connection.engine, set())
    if month in known:
        return
    first = date(*month, 1)
    if connection.scalar(text("select to_regclass(:name)"), {"name": _name(first)}) is None:
        with connection.engine.begin() as own:
            _make(own, first)
    known.add(month)


def ahead(work: Work) -> int:
    """Makes this month and the next ones; returns how many were missing."""
    work.doing = "months made"
    first = work.now.astimezone(UTC).date().replace(day=1)
    made = 0
    for _ in range(MONTHS_AHEAD + 1):
        made += _make(work.connection, first)
        first = after(first)
    return made


def of_database(connection: Connection) -> list[date]:
    """The first days of the months that have a partition, oldest first."""
    names = connection.scalars(
        text(
            "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid "
            "where i.inhparent = 'event'::regclass order by c.relname"
        )
    )
    return [date(int(name[6:10]), int(name[11:13]), 1) for name in names]


def after(first: date) -> date:
    """The first day of the next month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _name(first: date) -> str:
    return f"event_{first:%Y_%m}"


def _make(connection: Connection, first: date) -> int:
    """Attaching takes a lock that lets running steps write on; `create … partition of` does not."""
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    name = _name(first)
    if connection.scalar(text("select to_regclass(:name)"), {"name": name}) is not None:
        return 0
    connection.execute(
        text(f"create table {name} (like event including defaults including indexes)")
    )
    connection.execute(
        text(
            f"alter table event attach partition {name} "
            f"for values from ('{first} 00\\:00+00') to ('{after(first)} 00\\:00+00')"
        )
    )
    return 1


def drop(connection: Connection, first: date) -> None:
    """Drops a month, once its events lie in an archive."""
    connection.execute(text(f"alter table event detach partition {_name(first)}"))
    connection.execute(text(f"drop table {_name(first)}"))
