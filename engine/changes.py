"""What steps write: rows gathered for each table, and one statement that writes them all.

A part with one row has a parameter for each value; the rows of others go to the server as one value
(`json_to_recordset`), so that the statement is the same for two rows and for a hundred. Parts that win (`lock`, `create`, `step`) come first; nothing else
is written unless all of them have found their rows as they were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.elements import ColumnElement

from engine import telling
from engine.history import ALGORITHM, Link
from engine.json_text import json_text
from engine.prepared import Prepared, columns_of, few, given_rows, one_row
from engine.tables import event, instance, message, message_wait, outside_call, timer, user_task

Shape = tuple[tuple[str, tuple[str, ...], bool], ...]
Build = Callable[[Any, ColumnElement[bool]], Any]
_ONE: Any = literal_column("1").label("one")
_WINNING = ("lock", "create", "step")
_COUNTED = (*_WINNING, "close_task", "use_timer", "answer_call")


# Whose counts the statement itself asks for: deletions that go before insertions of the same key.
_ASKED = (*_COUNTED, "drop_timer", "end_wait")


class Changes:
    """Rows to be written, by part."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._links: list[Link] = []

    def tell(self, links: Iterable[Link]) -> None:
        """Adds events."""
        self._links += links

    def add(self, part: str, **values: Any) -> None:
        """Adds a row; all rows of a part have the same columns. JSON columns take JSON-able values."""
        self._rows.setdefault(part, []).append(values)

    def write(self, connection: Any) -> dict[str, int]:
        """Writes everything but many events; says how many rows of the parts that win or settle were written.

        If not all parts that win have found their rows, nothing is, and the counts say so.
        """
        given: dict[str, Any] = {}
        shape = []
        for name in _PARTS:
            rows = self._rows.get(name)
            if rows:
                given |= _parameters(name, rows)
                shape.append((name, tuple(sorted(rows[0])), len(rows) == 1))
        if 0 < len(self._links) < telling.MANY:
            given["tell"] = telling.as_json(self._links)
            shape.append(("tell", tuple(telling.TOLD), False))
        given["wanted"] = sum(len(self._rows.get(name, ())) for name in _WINNING)
        ((*counts,),) = _statement(tuple(shape)).run(connection, given)
        counted = [name for name, *_ in shape if name in _COUNTED]
        return dict(zip(counted, counts, strict=True))

    def write_rest(self, connection: Any) -> None:
        """Writes what `write` leaves to be written once it has won: many events."""
        if len(self._links) >= telling.MANY:
            telling.copy(connection, self._links)


def _parameters(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    if len(rows) > 1:
        return {name: json_text(rows, _plain)}
    return {
        f"{name}_{column}": json_text(value) if isinstance(value, (dict, list)) else value
        for column, value in rows[0].items()
    }


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    assert isinstance(value, bytes), type(value)
    return "\\x" + value.hex()


@cache
def _statement(shape: Shape) -> Prepared:
    """The statement for parts with these columns: one CTE each, and a count of each."""
    made: dict[str, Any] = {}
    for name, columns, single in shape:
        table, build, after = _PARTS[name]
        written = build(_rows(name, table, columns, single), _allowed(name, after, made))
        if name in _ASKED and name != "lock":
            written = written.returning(_ONE)
        made[name] = written.cte(name)
    counts = [_count(cte).label(name) for name, cte in made.items() if name in _COUNTED]
    return Prepared(select(*counts).add_cte(*made.values()), writes=True)


def _rows(name: str, table: Table, columns: tuple[str, ...], single: bool) -> Any:
    """A part's rows, as the server reads them."""
    told = telling.TOLD if table is event else _OTHER
    types = {c: told[c] if c in told else table.c[c].type for c in columns}
    return one_row(name, types) if single else given_rows(name, types)


def _count(cte: Any) -> Any:
    return select(func.count()).select_from(cte).scalar_subquery()


def _allowed(name: str, after: tuple[str, ...], made: dict[str, Any]) -> ColumnElement[bool]:
    """That everything was won; and that the parts before this one, on the same rows, are done."""
    if name in _WINNING:
        return true()
    won = [_count(made[one]) for one in _WINNING if one in made]
    total = sum(won[1:], won[0])
    done = [_count(made[one]) >= 0 for one in after if one in made]
    return and_(total == bindparam("wanted", type_=Integer), *done)


# -- how each part is written


def _lock(rows: Any, _: ColumnElement[bool]) -> Any:
    """In the order of ids, so that two chunks never wait for each other in a circle."""
    return (
        select(instance.c.id)
        .join(rows, and_(instance.c.id == rows.c.id, instance.c.lock_version == rows.c.version))
        .where(few(rows))
        .order_by(instance.c.id)
        .with_for_update(of=instance, key_share=True)
    )


def _create(rows: Any, _: ColumnElement[bool]) -> Any:
    columns = columns_of(rows)
    found = upsert(instance).from_select([c.name for c in columns], select(*columns))
    return found.on_conflict_do_nothing()


def _step(rows: Any, _: ColumnElement[bool]) -> Any:
    values = {c.name: c for c in columns_of(rows) if c.name not in ("id", "version")}
    return (
        update(instance)
        .where(instance.c.id == rows.c.id, instance.c.lock_version == rows.c.version, few(rows))
        .values(lock_version=instance.c.lock_version + 1, **values)
    )


def _insert(table: Table) -> Build:
    def build(rows: Any, allowed: ColumnElement[bool]) -> Any:
        columns = columns_of(rows)
        chosen = select(*columns).where(allowed)
        return insert(table).from_select([c.name for c in columns], chosen)

    return build


def _delete(table: Table) -> Build:
    return lambda rows, allowed: delete(table).where(
        table.c.task_id == rows.c.task_id, table.c.element == rows.c.element, few(rows), allowed
    )


def _close(rows: Any, allowed: ColumnElement[bool]) -> Any:
    """Unless somebody else has the task by now."""
    return (
        update(user_task)
        .where(
            user_task.c.id == rows.c.id,
            user_task.c.status == "open",
            user_task.c.assignee.is_not_distinct_from(rows.c.held_by),
            few(rows),
            allowed,
        )
        .values(
            status="completed",
            ended_at=rows.c.ended_at,
            ended_by=rows.c.ended_by,
            assignee=rows.c.ended_by,
            answer=rows.c.answer,
            saved_answer=null(),
        )
    )


def _withdraw(rows: Any, allowed: ColumnElement[bool]) -> Any:
    return (
        update(user_task)
        .where(user_task.c.id == rows.c.id, few(rows), allowed)
        .values(status="cancelled", ended_at=rows.c.ended_at)
    )


def _use_up(rows: Any, allowed: ColumnElement[bool]) -> Any:
    """Unless a clock that was paused meanwhile has moved the timer."""
    return delete(timer).where(
        timer.c.task_id == rows.c.task_id,
        timer.c.element == rows.c.element,
        timer.c.due_at <= rows.c.due_at,
        timer.c.held_at.is_(None),
        few(rows),
        allowed,
    )


def _answer(rows: Any, allowed: ColumnElement[bool]) -> Any:
    return (
        update(outside_call)
        .where(
            outside_call.c.task_id == rows.c.task_id,
            outside_call.c.status == "waiting",
            few(rows),
            allowed,
        )
        .values(status="answered", answer=rows.c.answer)
    )


def _call(rows: Any, allowed: ColumnElement[bool]) -> Any:
    """A call that is asked for once more keeps its key."""
    columns = columns_of(rows)
    found = upsert(outside_call).from_select(
        [c.name for c in columns], select(*columns).where(allowed)
    )
    return found.on_conflict_do_update(
        index_elements=[outside_call.c.task_id],
        set_={"status": "waiting", "attempts": 0, "arguments": found.excluded.arguments},
    )


def _uncall(rows: Any, allowed: ColumnElement[bool]) -> Any:
    return (
        update(outside_call)
        .where(
            outside_call.c.task_id == rows.c.task_id,
            outside_call.c.status == "waiting",
            few(rows),
            allowed,
        )
        .values(status="cancelled")
    )


def _deliver(rows: Any, allowed: ColumnElement[bool]) -> Any:
    return (
        update(message)
        .where(message.c.id == rows.c.id, few(rows), allowed)
        .values(delivered_at=rows.c.delivered_at, instance_id=rows.c.instance_id)
    )


def _tell(rows: Any, allowed: ColumnElement[bool]) -> Any:
    """The rows of events are the texts that were hashed (`telling.TOLD`)."""
    columns = {
        "instance_id": rows.c.instance,
        "at": rows.c.moment,
        "task_id": cast(func.nullif(rows.c.task_id, "None"), Uuid),
        "algorithm": literal(ALGORITHM),
        **{c.name: c for c in columns_of(rows) if c.name in _AS_TOLD},
    }
    chosen = select(*columns.values()).where(allowed)
    return insert(event).from_select(list(columns), chosen)


_AS_TOLD = frozenset(
    ["sequence", "actor", "kind", "element", "name", "data", "reason", "previous_hash", "hash"]
)
# What the parts' rows say beside their tables' columns.
_OTHER: dict[str, Any] = {"version": Integer(), "held_by": Text()}
# Name → table, how it is written, what must be done before it. The order is that of the statement.
_PARTS: dict[str, tuple[Table, Build, tuple[str, ...]]] = {
    "lock": (instance, _lock, ()),
    "create": (instance, _create, ()),
    "step": (instance, _step, ()),
    "close_task": (user_task, _close, ()),
    "use_timer": (timer, _use_up, ()),
    "answer_call": (outside_call, _answer, ()),
    "deliver_message": (message, _deliver, ()),
    "withdraw_task": (user_task, _withdraw, ()),
    "open_task": (user_task, _insert(user_task), ()),
    "drop_timer": (timer, _delete(timer), ()),
    "arm_timer": (timer, _insert(timer), ("use_timer", "drop_timer")),
    "end_wait": (message_wait, _delete(message_wait), ()),
    "wait": (message_wait, _insert(message_wait), ("end_wait",)),
    "cancel_call": (outside_call, _uncall, ()),
    "call": (outside_call, _call, ()),
    "tell": (event, _tell, ()),
}
