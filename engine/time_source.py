"""Where "now" comes from. Nothing else in the product asks the machine for the time.

Production reads the machine's clock. Tests and the demo read a row of their scratch database, so
that every process sees one time and can be moved on together.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import Engine, text


class TimeSource(Protocol):
    """Tells the present instant, in UTC with offset."""

    def now(self) -> datetime: ...


class SystemTime:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedTime:
    """A clock that stands still until it is set; for tests within one process."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


class DatabaseTime:
    """The row `scratch_time` of a scratch database; the machine's clock while it is empty."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def now(self) -> datetime:
        with self._database.connect() as connection:
            row = connection.execute(text("select moment from scratch_time")).first()
        return row.moment.astimezone(UTC) if row and row.moment else datetime.now(UTC)

    def set(self, moment: datetime) -> None:
        """Moves the clock of every process on this database."""
        with self._database.begin() as connection:
            connection.execute(text("delete from scratch_time"))
            connection.execute(
                text("insert into scratch_time (moment) values (:moment)"), {"moment": moment}
            )
