"""The fact sheet that is kept from run to run: a run lays out only the enterprises that changed.

Triggers note every change of an enterprise and its facts in `sheet_change`, whoever writes. On another
day, the enterprises whose facts became known in between count as changed. What every day changes (years
in the district, negative lists) is computed when the sheet is read. The table `kept_sheet` has a column
for each fact that the tables in force ask, so it is made here and not by a migration; it is laid out
from nothing when a table asks for a fact that it lacks, a fact turns up that nobody had, or more than
a fifth changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

from sqlalchemy import delete, insert, select, text

from engine.runtime import Work
from handlers.eligibility import sheet
from handlers.eligibility.facts import today
from handlers.eligibility.sheet import Census, Fact
from handlers.eligibility.tables import sheet_change, sheet_state

# A fact of each name asked; None where nobody has one.
_Kept = dict[str, Fact | None]
_LOCK = 7_304_002
_CHANGED = """
create temporary table sheet_changed on commit drop as
with noted as (delete from sheet_change returning enterprise_id)
select enterprise_id as id from noted
union select enterprise_id from enterprise_fact
      where as_of > least(:day, cast(:before as date)) and as_of <= greatest(:day, :before)
"""


def bring_up_to_date(work: Work, names: frozenset[str], day: date) -> tuple[Census, frozenset[str]]:
    """Makes the kept sheet what `sheet.laid_out` would give for a day, with at least these names.

    Returns the census and all names it has. One unit of work at a time, until it ends.
    """
    connection = work.connection
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    state = connection.execute(select(sheet_state)).first()
    kept = {} if state is None else _restored(state.census)
    if state is None or not names <= kept.keys():
        return _from_nothing(work, names | kept.keys(), day)
    few = _take_changes(work, state.event_date, day)
    found = _merged(kept, sheet.census(work, kept, of="sheet_changed")) if few else None
    if found is None:
        return _from_nothing(work, frozenset(kept), day)
    known = _present(found)
    connection.execute(text("delete from kept_sheet where id in (select id from sheet_changed)"))
    rows = sheet.laid_out(known, kept, "sheet_firm", few=True)
    connection.execute(text(f"insert into kept_sheet {rows}"), sheet.bound(known, kept, day))
    _remember(work, found, day)
    return known, frozenset(kept)


def lay_out(
    work: Work, known: Census, names: Iterable[str], event_date: date, after: str, limit: int
) -> tuple[int, str]:
    """As `sheet.lay_out`, but from the kept sheet, which `bring_up_to_date` has made ready."""
    connection = work.connection
    connection.execute(text("drop table if exists pg_temp.sheet"))
    connection.execute(
        text(
            f"create temporary table sheet on commit drop as"
            f" select e.id, e.uscc, e.odd, {sheet.LISTED} as listed, {sheet.ready(known, names)}"
            f" from kept_sheet e where e.uscc > :after order by e.uscc limit :limit"
        ),
        {"day": event_date, "today": today(work), "after": after, "limit": limit},
    )
    return sheet.size(work)


def _from_nothing(work: Work, names: frozenset[str], day: date) -> tuple[Census, frozenset[str]]:
    connection = work.connection
    # Before the register is read: what changes from here on is noted anew.
    connection.execute(delete(sheet_change))
    known = sheet.census(work, names)
    connection.execute(text("drop table if exists kept_sheet"))
    firms = "(select * from enterprise where status = 'active')"
    connection.execute(
        text(f"create unlogged table kept_sheet as {sheet.laid_out(known, names, firms)}"),
        sheet.bound(known, names, day),
    )
    for statement in (
        "alter table kept_sheet add primary key (id)",
        "create index ix_kept_sheet_uscc on kept_sheet (uscc)",
        "analyze kept_sheet",
    ):
        connection.execute(text(statement))
    _remember(work, {name: known.get(name) for name in names}, day)
    return known, names


def _take_changes(work: Work, before: date, day: date) -> bool:
    """Whether so few changed that each is worth being read by itself."""
    connection = work.connection
    connection.execute(text("drop table if exists pg_temp.sheet_changed, pg_temp.sheet_firm"))
    connection.execute(text(_CHANGED), {"before": before, "day": day})
    connection.execute(
        text(
            "create temporary table sheet_firm on commit drop as select * from enterprise"
            " where status = 'active' and id in (select id from sheet_changed)"
        )
    )
    connection.execute(text("analyze sheet_changed, sheet_firm"))
    counted = "select (select count(*) from sheet_changed) * 5 <= (select count(*) from kept_sheet)"
    return bool(connection.scalar(text(counted)))


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


def _restored(census: dict[str, dict[str, object] | None]) -> _Kept:
    return {name: Fact(**fact) if fact else None for name, fact in census.items()}  # type: ignore[arg-type]


def _present(kept: _Kept) -> Census:
    return {name: fact for name, fact in kept.items() if fact is not None}
