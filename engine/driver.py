"""What goes past SQLAlchemy to the driver fails as if it had not."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextlib.contextmanager
def driver_of(connection: Connection) -> Iterator[Any]:
    """The psycopg connection of a connection; what it raises inside is raised as a DBAPIError."""
    try:
        yield connection.connection.driver_connection
    except psycopg.Error as error:
        raise DBAPIError.instance(
            None, None, error, psycopg.Error, dialect=connection.dialect
        ) from error


RACES = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def is_race(error: Exception) -> bool:
    """Whether the server has ended a transaction because another one was in its way."""
    return isinstance(error, DBAPIError) and isinstance(error.orig, RACES)
