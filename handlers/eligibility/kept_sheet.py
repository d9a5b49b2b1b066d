"""The fact sheet that is kept from run to run: what is asked costs what has changed.

Triggers note every change of an enterprise and its facts in `sheet_change`, whoever writes. On another
day, the facts that became known in between count as changed. What every day changes (years in the
district, negative lists) is computed when the sheet is read. The table `kept_sheet` has a column for
each fact that the tables in force ask, so it is made here and not by a migration; it is laid out from
nothing when a table asks for a fact that it lacks, a fact turns up that nobody had, or much changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    column,
    delete,
    insert,
    select,
    table,
    text,
    true,
)

from engine.runtime import Work
from handlers.eligibility import sheet
from handlers.eligibility.facts import today
from handlers.eligibility.sheet import Census, Fact
from handlers.eligibility.tables import sheet_change, sheet_state

# A fact of each name asked; None where nobody has one.
_Kept = dict[str, Fact | None]
_LOCK = 7_304_002
_SHEET = table(
    "kept_sheet", column("id", Uuid), column("uscc", Text), column("odd", Boolean)
).alias("e")


@dataclass(frozen=True)
class KeptSheet:
    """What the kept sheet holds of a day: the facts it was asked for, and what is known of each."""

    names: frozenset[str]
    known: Census


@dataclass(frozen=True)
class Part:
    """The enterprises whose credit codes come after one, up to another; without it all after it."""

    after: str = ""
    until: str = ""

    def covers(self) -> ColumnElement[bool]:
        after = _SHEET.c.uscc > self.after if self.after else true()
        return and_(after, _SHEET.c.uscc <= self.until) if self.until else and_(after)


EVERYBODY = Part()


def next_part(work: Work, after: str, limit: int) -> Part:
    """The next enterprises by credit code, about so many of them or the rest."""
    if _about(work) <= limit:
        return Part(after)
    last = (
        select(_SHEET.c.uscc)
        .where(Part(after).covers())
        .order_by(_SHEET.c.uscc)
        .offset(limit - 1)
        .limit(1)
    )
    return Part(after, work.connection.scalar(last) or "")


def _about(work: Work) -> int:
    """How many enterprises the sheet has; counting them takes a look at all."""
    estimate = "select reltuples from pg_class where oid = 'kept_sheet'::regclass"
    return int(work.connection.scalar(text(estimate)) or 0)


def ids_of(part: Part, *, odd: bool = False) -> Select[UUID]:
    """The enterprises of a part; those with a fact of another kind only, if `odd`."""
    chosen = select(_SHEET.c.id).where(part.covers())
    return chosen.where(_SHEET.c.odd) if odd else chosen


def rows_of(work: Work, kept: KeptSheet, part: Part, day: date) -> Subquery:
    """The sheet of a part as of the day it was brought to: id, listed and the columns of the facts."""
    facts = text(f"{sheet.LISTED} as listed, {sheet.ready(kept.known, kept.names)}")
    # In the order in which most rows lie; what is written in this order is indexed fast.
    return (
        select(_SHEET.c.id, facts.bindparams(day=day, today=today(work)))
        .where(part.covers())
        .order_by(_SHEET.c.id)
        .offset(0)
        .subquery("sheet")
    )


def bring_up_to_date(work: Work, names: Iterable[str], day: date) -> KeptSheet:
    """Makes the kept sheet what `sheet.laid_out` would give for a day, with at least these names.

    One unit of work at a time, until it ends.
    """
    connection = work.connection
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    state = connection.execute(select(sheet_state)).first()
    kept = {} if state is None else _restored(state.census)
    if state is None or not kept.keys() >= set(names):
        return _from_nothing(work, frozenset(names) | kept.keys(), day)
    _take_changes(work, kept, state.event_date, day)
    found = _merged(kept, sheet.census(work, kept, _CHANGED_FACTS))
    if found is None or not _few_changed(work, found):
        return _from_nothing(work, frozenset(kept), day)
    known = _present(found)
    _write_facts(work, known, frozenset(kept), day)
    _write_firms(work, known, frozenset(kept), day)
    _remember(work, found, day)
    return KeptSheet(frozenset(kept), known)


def _from_nothing(work: Work, names: frozenset[str], day: date) -> KeptSheet:
    connection = work.connection
    # Before the register is read: what changes from here on is noted anew.
    connection.execute(delete(sheet_change))
    known = sheet.census(work, names)
    connection.execute(text("drop table if exists kept_sheet"))
    for setting in _HALVES_AT_ONCE:
        connection.execute(text(f"set local {setting}"))
    halves = " union all ".join(_half(known, names, which) for which in ("<", ">="))
    # With room on each page for rows that are written anew: they stay in the order in which they are read.
    connection.execute(
        text(f"create unlogged table kept_sheet with (fillfactor = 90) as {halves}"),
        sheet.bound(known, names, day),
    )
    for statement in (
        *(f"set local {setting.split()[0]} to default" for setting in _HALVES_AT_ONCE),
        "alter table kept_sheet add primary key (id)",
        "create index ix_kept_sheet_uscc on kept_sheet (uscc)",
        "create index ix_kept_sheet_odd on kept_sheet (id) where odd",
        "analyze kept_sheet (id, uscc, odd)",
    ):
        connection.execute(text(statement))
    _remember(work, {name: known.get(name) for name in names}, day)
    return KeptSheet(names, known)


# Each half by a process of its own, from reading to the finished row; PostgreSQL would rather read with
# several and do the rest, which is most, with one.
_HALVES_AT_ONCE = ("min_parallel_table_scan_size = '1TB'", "work_mem = '128MB'")
_MIDDLE = "'80000000-0000-0000-0000-000000000000'"


def _half(known: Census, names: frozenset[str], which: str) -> str:
    firms = f"(select * from enterprise where status = 'active' and id {which} {_MIDDLE})"
    facts = f"(select * from enterprise_fact where enterprise_id {which} {_MIDDLE}) f"
    return f"({sheet.laid_out(known, names, firms, facts)})"


# `name` null: whatever is known of the enterprise.
_CHANGED = """
create temporary table sheet_changed on commit drop as
with noted as (delete from sheet_change returning enterprise_id, name)
select enterprise_id as id, name from noted where name is null or name = any(:names)
union select enterprise_id, name from enterprise_fact
      where as_of > least(:day, cast(:before as date)) and as_of <= greatest(:day, :before)
        and name = any(:names)
"""
_ONE_FACT = """
(select * from enterprise_fact where enterprise_id = e.id and name = e.name and as_of <= :day
 order by as_of desc limit 1)"""
_CHANGED_FACTS = f"""
(select f.* from sheet_changed e cross join lateral
        (select * from enterprise_fact where enterprise_id = e.id and name = e.name offset 0) f
 union all select f.* from (select id from sheet_changed where name is null) e {sheet.EACH_FACT})"""
# A fact that stands in for one of the register's own, and those of an enterprise with one of another
# kind, do not change alone.
_FIRMS = """
create temporary table sheet_firm on commit drop as select * from enterprise
where id in (select c.id from sheet_changed c left join kept_sheet k on k.id = c.id
             where c.name is null or k.odd or c.name = any(:whole))
"""


def _take_changes(work: Work, kept: _Kept, before: date, day: date) -> None:
    connection = work.connection
    connection.execute(text("drop table if exists pg_temp.sheet_changed, pg_temp.sheet_firm"))
    connection.execute(text(_CHANGED), {"names": list(kept), "before": before, "day": day})
    connection.execute(text("analyze sheet_changed"))


def _few_changed(work: Work, found: _Kept) -> bool:
    """Whether each change is worth being read by itself; finds the firms that change as a whole."""
    connection = work.connection
    whole = [name for name, fact in found.items() if fact and fact.mixed]
    connection.execute(text(_FIRMS), {"whole": [*whole, *sheet.OWN]})
    connection.execute(text("analyze sheet_firm"))
    counted = "select (select count(*) from sheet_firm), (select count(*) from sheet_changed)"
    firms, changes = connection.execute(text(counted)).one()
    # A firm as a whole costs about what ten facts do.
    return bool(firms * 5 + changes / 2 <= _about(work))


def _write_firms(work: Work, known: Census, names: frozenset[str], day: date) -> None:
    connection = work.connection
    connection.execute(text("delete from kept_sheet where id in (select id from sheet_firm)"))
    firms = "(select * from sheet_firm where status = 'active')"
    rows = sheet.laid_out(known, names, firms, f"sheet_firm e {sheet.EACH_FACT}")
    connection.execute(text(f"insert into kept_sheet {rows}"), sheet.bound(known, names, day))


def _write_facts(work: Work, known: Census, names: frozenset[str], day: date) -> None:
    columns = sheet.recorded(known, names)
    if not columns:
        return
    places = ", ".join(columns.values())
    work.connection.execute(
        text(
            f"""
            with changed as (
                select e.id, jsonb_object_agg(n.place, {sheet.BARE}) as facts
                from sheet_changed e
                join unnest(cast(:names as text[]), cast(:places as text[])) as n(name, place)
                     on n.name = e.name
                left join lateral {_ONE_FACT} f on true
                where e.id not in (select id from sheet_firm)
                group by e.id
            )
            update kept_sheet k
            set ({places}) = (select {places} from jsonb_populate_record(k, changed.facts))
            from changed where changed.id = k.id
            """
        ),
        sheet.bound(known, names, day),
    )


def _merged(kept: _Kept, changed: Census) -> _Kept | None:
    """What is kept and what changed together; None where a fact turns up that nobody had.

    Digits never shrink and a mixed fact stays mixed, until all is laid out from nothing.
    """
    found = dict(kept)
    for name, new in changed.items():
        old = kept[name]
        if old is None:
            return None
        mixed = old.mixed or new.mixed or new.kind != old.kind
        digits = max(old.whole, new.whole), max(old.fraction, new.fraction)
        found[name] = Fact(old.kind, *digits, mixed)
    return found


def _remember(work: Work, kept: _Kept, day: date) -> None:
    census = {name: asdict(fact) if fact else None for name, fact in kept.items()}
    work.connection.execute(delete(sheet_state))
    work.connection.execute(insert(sheet_state).values(event_date=day, census=census))


def _restored(census: dict[str, dict[str, Any] | None]) -> _Kept:
    return {name: Fact(**fact) if fact else None for name, fact in census.items()}


def _present(kept: _Kept) -> Census:
    return {name: fact for name, fact in kept.items() if fact is not None}
