"""Which tables a statement reads or writes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, TextClause
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause


def tables_of(statement: Any) -> frozenset[Table] | None:
    """The tables of a statement with all that it holds; None if it holds text that may name others.

    Takes about as long as a small statement itself. Views and functions of our own there are none.
    """
    found = set()
    for one in visitors.iterate(statement):
        if isinstance(one, Table):
            found.add(one)
        elif isinstance(one, TextClause) or (
            isinstance(one, ColumnClause) and one.is_literal and "select" in one.name.lower()
        ):
            return None
    return frozenset(found)
