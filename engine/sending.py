"""Collected rows on their way to the database, set by set: new ones by COPY, changed ones as one value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    Numeric,
    Table,
    Update,
    bindparam,
    column,
    func,
    insert,
    null,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.driver import driver_of
from engine.json_text import json_text

Values = dict[str, Any]


@dataclass
class Collected:
    """Rows to insert, and changes of rows that are there."""

    inserts: dict[Table, list[Values]] = field(default_factory=dict)
    updates: dict[Table, dict[Any, Values]] = field(default_factory=dict)
    _fresh: dict[tuple[Table, Any], Values] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.inserts or self.updates)

    def has_none_of(self, tables: frozenset[Table] | None) -> bool:
        """Whether nothing of these tables (None: of any) has been collected."""
        if tables is None:
            return not self
        return tables.isdisjoint(self.inserts) and tables.isdisjoint(self.updates)

    def insert(self, table: Table, values: Mapping[str, Any]) -> None:
        own = dict(values)
        self.inserts.setdefault(table, []).append(own)
        key = key_of(table, own)
        if key is not None:
            self._fresh[table, key] = own

    def update(self, table: Table, key: Any, values: Mapping[str, Any]) -> None:
        """A change of a row that has not been sent yet goes with it."""
        own = self._fresh.get((table, key))
        if own is None:
            own = self.updates.setdefault(table, {}).setdefault(key, {})
        own.update(values)

    def taken(self) -> Collected:
        """What has been collected; nothing is left here."""
        found = Collected(self.inserts, self.updates)
        self.clear()
        return found

    def clear(self) -> None:
        self.inserts, self.updates, self._fresh = {}, {}, {}


def send(connection: Connection, rows: Collected) -> None:
    """Every row after those it may refer to."""
    for table in sorted(rows.inserts, key=_place):
        for columns, values in _alike(rows.inserts[table]):
            _insert(connection, table, columns, values)
    for table, updated in rows.updates.items():
        key = _key(table).name
        for columns, values in _alike({key: k, **v} for k, v in updated.items()):
            _update(connection, table, columns, values)


@cache
def _place(table: Table) -> int:
    """Where a table stands when each comes after those it refers to."""
    return table.metadata.sorted_tables.index(table)


def key_of(table: Table, values: Mapping[str, Any]) -> Any:
    """The primary key of a row; None if the server makes it or it has several columns."""
    name = _key_name(table)
    return None if name is None else values.get(name)


@cache
def _key_name(table: Table) -> str | None:
    names = [column.name for column in table.primary_key.columns]
    return names[0] if len(names) == 1 else None


@cache
def defaults(table: Table) -> Values:
    """What a new row has in the columns that are not given."""
    return {c.name: _default(c) for c in table.columns}


def _default(of: Column[Any]) -> Any:
    if of.server_default is None or of.identity is not None:
        return None
    text = str(getattr(of.server_default, "arg"))  # noqa: B009 - no type of SQLAlchemy has it
    if isinstance(of.type, Boolean):
        return text == "true"
    if isinstance(of.type, Integer):
        return int(text)
    if isinstance(of.type, Numeric):
        return Decimal(text)
    return [] if isinstance(of.type, JSONB) else text


def _key(table: Table) -> Column[Any]:
    (key,) = table.primary_key.columns
    return key


def _alike(rows: Iterable[Values]) -> Iterator[tuple[tuple[str, ...], list[Values]]]:
    """Rows with the same columns, in order."""
    found: defaultdict[tuple[str, ...], list[Values]] = defaultdict(list)
    for row in rows:
        found[tuple(row)].append(row)
    yield from found.items()


def _insert(
    connection: Connection, table: Table, columns: Sequence[str], rows: list[Values]
) -> None:
    if len(rows) == 1:
        connection.execute(insert(table), [_with_nulls(table, rows[0])])
        return
    json = _json_columns(table)
    with (
        driver_of(connection) as driver,
        driver.cursor() as cursor,
        cursor.copy(_copy_into(table, tuple(columns))) as copy,
    ):
        for row in rows:
            copy.write_row(
                [
                    json_text(value) if name in json and value is not None else value
                    for name, value in row.items()
                ]
            )


@cache
def _json_columns(table: Table) -> frozenset[str]:
    return frozenset(c.name for c in table.columns if isinstance(c.type, JSONB))


@cache
def _copy_into(table: Table, columns: tuple[str, ...]) -> Composed:
    names = SQL(", ").join(map(Identifier, columns))
    return SQL("copy {} ({}) from stdin").format(Identifier(table.name), names)


def _with_nulls(table: Table, row: Values) -> Values:
    """Else the driver would write the JSON value null."""
    return {
        name: null() if value is None and name in _json_columns(table) else value
        for name, value in row.items()
    }


def _update(
    connection: Connection, table: Table, columns: Sequence[str], rows: list[Values]
) -> None:
    given = [{name: _plain(value) for name, value in row.items()} for row in rows]
    connection.execute(_update_of(table, tuple(columns)), {"rows": given})


@cache
def _update_of(table: Table, columns: tuple[str, ...]) -> Update:
    """Writes these columns of the rows whose keys and values stand in one value."""
    given = (
        func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
        .table_valued(*(column(name, table.c[name].type) for name in columns))
        .render_derived(name="given", with_types=True)
    )
    key, *others = columns
    return (
        update(table)
        .where(table.c[key] == given.c[key])
        .values({table.c[name]: given.c[name] for name in others})
    )


def _plain(value: Any) -> Any:
    """As JSON, of which the server makes the column's type again."""
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
