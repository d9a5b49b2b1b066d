"""What a unit of work has read, so that it is read once, and what it will write, sent together.

    FIRM = rows_by_key(enterprise)                 # a question, asked for many keys at once
    firm = work.known(FIRM, firm_id)               # read at the first asking only
    work.rows.insert(notice, {...})                # sent before a statement that could miss it
    work.rows.update(case_file, case_id, {...})    # at the commit

A collected row goes to the database before any statement of its connection that reads its table, or
writes by other means, so that nobody ever misses it. What is known is forgotten as soon as something
it was read from is written.

Rows wait to the end of the unit of work: then a hundred cases cost as many statements as one. In a
careful one (`Work.careful`) they are sent before any statement, and when their service task ends,
within its savepoint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary, ref

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Engine,
    Table,
    TextClause,
    any_,
    cast,
    literal,
    select,
)
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import RollbackToSavepointClause, SavepointClause

from engine import sending
from engine.driver import is_race
from engine.reading import tables_of
from engine.spiff.script import RetryCarefully
from engine.watching import told, watches_of

if TYPE_CHECKING:
    from engine.runtime import Work

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")


class By(NamedTuple):
    """Which answers a written row makes wrong: those whose owner stands in `column`.

    With `watched` only if one of these columns is written; a new row need not matter.
    """

    column: str
    watched: tuple[str, ...] = ()
    new: bool = True

    def matters(self, written: Mapping[str, Any] | None) -> bool:
        """Whether a change (None: a new row) makes answers wrong."""
        if written is None:
            return self.new
        return not self.watched or not written.keys().isdisjoint(self.watched)


@dataclass(frozen=True, eq=False)
class Question(Generic[K, V]):
    """Something that may be asked for many keys at once; keys without an answer are left out.

    `of` are the tables that are read; a key's owner (without one: the key) tells which rows its answer
    depends on. The
    answer of a question with a `row_of` is the row of that table with this key, perhaps with more
    columns: writing the row changes the answer. It is asked with a lock where that is wanted.
    """

    ask: Callable[[Work, list[K], bool], Mapping[K, V]]
    of: Mapping[Table, By | None]
    owner: Callable[[K], Hashable] | None = None
    row_of: Table | None = None


@dataclass
class _Answers:
    """What is known of one question."""

    found: dict[Any, Any] = field(default_factory=dict)
    locked: set[Any] = field(default_factory=set)
    by_owner: defaultdict[Hashable, set[Any]] = field(default_factory=lambda: defaultdict(set))

    def has(self, key: Any, lock: bool) -> bool:
        return key in self.found and (not lock or key in self.locked)


_UNKNOWN: Any = object()
"""Stands for an answer that nobody has asked for."""


class Rows:
    """The rows of one transaction; see the module."""

    def __init__(self, connection: Connection) -> None:
        self._connection = ref(connection)
        self._collected = sending.Collected()
        self._answers: dict[Question[Any, Any], _Answers] = {}
        self._by_table: defaultdict[Table, list[tuple[Question[Any, Any], _Answers]]]
        self._by_table = defaultdict(list)
        self._gathered: dict[Hashable, tuple[list[Any], Callable[[list[Any]], None]]] = {}
        self._conclusions: dict[Hashable, tuple[Any, Any]] = {}
        self._busy = False
        self.waiting = False
        self.watches = watches_of(connection)

    # -- what is known

    def known(self, work: Work, question: Question[K, V], key: K, lock: bool = False) -> V | None:
        answers = self._answers.get(question)
        if answers is not None and not (lock and key not in answers.locked):
            found: V | None = answers.found.get(key, _UNKNOWN)
            if found is not _UNKNOWN:
                return found
        self.know(work, question, [key], lock)
        read: V | None = self._answers_to(question).found[key]
        return read

    def know(
        self, work: Work, question: Question[K, V], keys: Collection[K], lock: bool = False
    ) -> None:
        """Asks for many keys at once."""
        answers = self._answers_to(question)
        wanted = [key for key in dict.fromkeys(keys) if not answers.has(key, lock)]
        if not wanted:
            return
        found = question.ask(work, wanted, lock)
        for key in wanted:
            self.seed(question, key, found.get(key), lock)

    def seed(self, question: Question[K, V], key: K, value: V | None, locked: bool = True) -> None:
        """Keeps an answer that need not be asked for, as of a row that this unit of work makes."""
        answers = self._answers_to(question)
        answers.found[key] = value
        if question.owner is not None:
            answers.by_owner[question.owner(key)].add(key)
        if locked:
            answers.locked.add(key)

    def _answers_to(self, question: Question[Any, Any]) -> _Answers:
        found = self._answers.get(question)
        if found is None:
            found = self._answers[question] = _Answers()
            for table in question.of:
                self._by_table[table].append((question, found))
        return found

    def concluded(self, key: Hashable, grounds: object, draw: Callable[[], T]) -> T:
        """What follows from things known, drawn again only if these are no longer the same."""
        before = self._conclusions.get(key)
        if before is None or before[0] != grounds:
            before = self._conclusions[key] = (grounds, draw())
        found: T = before[1]
        return found

    def holds(self, question: Question[K, V], key: K) -> bool:
        """Whether an answer was read, or made, under a lock."""
        answers = self._answers.get(question)
        return answers is not None and key in answers.locked

    def forget(self, question: Question[K, V], key: K) -> None:
        """The next asking reads anew; a lock is kept."""
        answers = self._answers.get(question)
        if answers is not None:
            answers.found.pop(key, None)

    # -- what will be written

    def insert(self, table: Table, values: dict[str, Any]) -> None:
        """Collects a new row; columns with a server's default may be left out."""
        self._told()
        self._collected.insert(table, values)
        if table in _BY_KEY:
            row = SimpleNamespace(**{**sending.defaults(table), **values})
            self.seed(_BY_KEY[table], sending.key_of(table, values), row)
        for question, answers in self._by_table[table]:
            if question.row_of is not table:
                self._doubt(question, answers, table, values)

    def update(
        self, table: Table, key: Any, values: dict[str, Any], of: Mapping[str, Any] | None = None
    ) -> None:
        """Collects a change of the row with this primary key.

        `of` are columns that say whose row it is, where the row itself has not been asked for.
        """
        self._told()
        self._collected.update(table, key, values)
        row: dict[str, Any] = {}
        doubtful = []
        for question, answers in self._by_table[table]:
            if question.row_of is table:
                known = answers.found.get(key)
                if known is not None:
                    row, answers.found[key] = vars(known), changed(known, values)
                continue
            by = question.of[table]
            if by is None or by.matters(values):
                doubtful.append((question, answers))
        if doubtful:
            written = {**row, **(of or {}), **values}
            for question, answers in doubtful:
                self._doubt(question, answers, table, written, values)

    def gather(self, name: Hashable, thing: T, write: Callable[[list[T]], None]) -> None:
        """Collects what `write` turns into rows when the others go; the last thing a unit of work
        does where rows wait, so that what it locks is locked for a moment only."""
        self._told()
        self._gathered.setdefault(name, ([], write))[0].append(thing)

    def gathered(self, name: Hashable) -> list[Any]:
        """What has been collected under a name and not been written yet."""
        return self._gathered[name][0] if name in self._gathered else []

    def _told(self) -> None:
        told(self.watches, writes=True, sends=False)

    # -- sending

    def send(self) -> None:
        """Sends what has been collected."""
        if self._busy:
            return
        if not self.waiting:
            self._end()
        if self._collected:
            self._own(self._send)

    def _send(self) -> None:
        connection = self._connection()
        assert connection is not None
        try:
            sending.send(connection, self._collected.taken())
        except DBAPIError as error:
            if not self.waiting or is_race(error):
                raise
            # Whose row it was is seen when each handler's are sent by themselves.
            raise RetryCarefully from error

    def settle(self) -> None:
        """Sends everything; the unit of work is about to end."""
        self.send()
        self._end()
        self.send()

    def _end(self) -> None:
        gathered, self._gathered = self._gathered, {}
        for things, write in gathered.values():
            write(things)

    # -- told by the connection

    def before_use(self, tables: frozenset[Table] | None) -> None:
        """A statement on these tables (None: on any) is about to be sent by the driver itself."""
        if not self._busy and not (self.waiting and self._collected.has_none_of(tables)):
            self.send()

    def before_statement(self, statement: Any) -> None:
        """Another statement is about to be sent over the connection."""
        if self._busy:
            return
        if isinstance(statement, RollbackToSavepointClause):
            self._take_back()
            return
        if isinstance(statement, SavepointClause):
            # What is taken back to here was collected after it.
            self.settle()
            return
        if getattr(statement, "is_select", False):
            if self._collected or self._gathered:
                self.before_use(tables_of(statement))
            return
        self.send()
        table = getattr(statement, "table", None)
        if isinstance(statement, TextClause):
            if not statement.text.lstrip().lower().startswith("select"):
                self._forget_all()
        elif table is not None:
            for question, answers in self._by_table.get(table, ()):
                self._doubt(question, answers, table, {})

    def reset(self) -> None:
        """The transaction has ended."""
        self._take_back()
        self.waiting = False

    def _take_back(self) -> None:
        self._collected.clear()
        self._gathered.clear()
        self._forget_all()

    def _forget_all(self) -> None:
        self._conclusions.clear()
        self._answers.clear()
        self._by_table.clear()

    def _own(self, act: Callable[[], object]) -> None:
        """Sends statements of our own, before which there is nothing to send."""
        before, self._busy = self._busy, True
        try:
            act()
        finally:
            self._busy = before

    # -- what a write makes wrong

    def _doubt(
        self,
        question: Question[Any, Any],
        answers: _Answers,
        table: Table,
        row: Mapping[str, Any],
        written: Mapping[str, Any] | None = None,
    ) -> None:
        by = question.of[table]
        if by is not None and row and not by.matters(written):
            return
        if by is None or by.column not in row:
            answers.found.clear()
            return
        owner = row[by.column]
        for key in (owner,) if question.owner is None else answers.by_owner.get(owner, ()):
            answers.found.pop(key, None)


def rows_by_key(table: Table) -> Question[Any, Any]:
    """The question for rows of a table by their primary key."""
    (key,) = table.primary_key.columns

    def ask(work: Work, keys: list[Any], lock: bool) -> dict[Any, Any]:
        statement = select(table).where(among(key, keys)).order_by(key)
        found = work.connection.execute(
            statement.with_for_update(key_share=True) if lock else statement
        )
        return {row._mapping[key]: record(row) for row in found}

    return _BY_KEY.setdefault(table, Question(ask, {table: None}, row_of=table))


_BY_KEY: dict[Table, Question[Any, Any]] = {}


def among(of: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a column has one of these values: one parameter, however many they are."""
    kind = ARRAY(of.type)
    return of == any_(cast(literal(list(values), kind), kind))


def record(row: Any, **more: Any) -> SimpleNamespace:
    """A row of an answer that later writes may change: a value of its own, never changed in place."""
    return SimpleNamespace(**row._mapping, **more)


def changed(row: SimpleNamespace, values: Mapping[str, Any]) -> SimpleNamespace:
    """The row with other values."""
    return SimpleNamespace(**{**vars(row), **values})


# -- one for each transaction

_of: WeakKeyDictionary[Connection, Rows] = WeakKeyDictionary()


def of_connection(connection: Connection) -> Rows:
    """The rows of a connection's transaction."""
    found = _of.get(connection)
    if found is None:
        found = _of[connection] = Rows(connection)
    return found


def watch(database: Engine) -> None:
    """Lets the rows of a database's connections know of every statement."""
    listen(database, "before_execute", _before_execute)
    listen(database, "commit", _commit)
    listen(database, "rollback", _rollback)


def _before_execute(connection: Connection, statement: Any, *_: object) -> None:
    found = _of.get(connection)
    if found is not None:
        found.before_statement(statement)


def _commit(connection: Connection) -> None:
    found = _of.get(connection)
    if found is not None:
        found.settle()
        found.reset()


def _rollback(connection: Connection) -> None:
    found = _of.get(connection)
    if found is not None:
        found.reset()
