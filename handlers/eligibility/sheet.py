"""The fact sheet: one row for each of many enterprises, one typed column for each fact.

What the register says on an event date, of each fact the newest not after it, laid out for asking all
of them at once. A fact of another kind than the others of its name stays out, and its enterprise is
marked `odd`: it is asked one by one. `kept_sheet.py` keeps it from run to run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Numeric, Text, column, text

from engine.feel import syntax
from engine.feel.sql import NO_VALUE, Sql, constant, number_column
from engine.runtime import Work

# The register's own; a recorded fact of the same name goes first.
OWN = {
    "registered_in_district_years": (
        "number",
        "greatest(0, extract(year from cast(:day as date)) - extract(year from e.registered_on)"
        " - case when to_char(cast(:day as date), 'MMDD') < to_char(e.registered_on, 'MMDD')"
        " then 1 else 0 end)",
    ),
    "industry": ("string", 'e.industry collate "C"'),
    "town": ("string", 'e.town collate "C"'),
}
_OF_DAY = frozenset(["registered_in_district_years"])
# Whether an enterprise `e` is on a negative list on the event date or today.
LISTED = """e.id in (select l.enterprise_id from negative_listing l where
 (l.listed_on <= :day and (l.removed_on is null or l.removed_on > :day)) or
 (l.listed_on <= :today and (l.removed_on is null or l.removed_on > :today)))"""
_TYPES: dict[str, Any] = {
    "number": Numeric(), "string": Text(collation="C"), "boolean": Boolean(), "date": Date(),
}  # fmt: skip
_DATABASE_TYPES = {
    "number": "numeric", "string": 'text collate "C"', "boolean": "boolean", "date": "date",
}  # fmt: skip
# How engine/values.py tags what JSON has no type for; whole numbers are plain.
_KIND = """case jsonb_typeof(f.value)
 when 'string' then 'string' when 'boolean' then 'boolean'
 when 'number' then case when scale(f.value::numeric) = 0 then 'number' else 'other' end
 when 'object' then case when f.value ?| array['$decimal', '$integer'] then 'number'
                         when f.value ? '$date' then 'date' else 'other' end
 else 'other' end"""
BARE = """case jsonb_typeof(f.value) when 'object'
 then coalesce(f.value->'$decimal', f.value->'$integer', f.value->'$date', f.value)
 else f.value end"""


@dataclass(frozen=True)
class Fact:
    """What all values of a fact have in common: the commonest kind, the digits of those that are numbers,
    and whether there are other kinds."""

    kind: str
    whole: int
    fraction: int
    mixed: bool


Census = dict[str, Fact]


def census(work: Work, names: Iterable[str], facts: str = "enterprise_fact") -> Census:
    """The kinds and digits of the facts of these names, over the whole register or a part of it: SQL
    of rows of enterprise_fact."""
    rows = work.connection.execute(
        text(
            f"""
            select name, kind, count(*) as seen, max(abs(number)) as largest,
                   max(scale(trim_scale(number))) as fraction
            from (select f.name, k.kind,
                         case when k.kind = 'number' then (({BARE}) #>> '{{}}')::numeric end as number
                  from {facts} f cross join lateral (select {_KIND} as kind) k
                  where f.name = any(:names)) known
            group by name, kind order by name, count(*) desc, kind
            """
        ),
        {"names": sorted(names)},
    ).all()
    found: Census = {}
    for row in rows:
        whole = 0 if not row.largest else max(0, Decimal(row.largest).adjusted() + 1)
        fact = Fact(row.kind, whole, row.fraction or 0, False)
        if row.name in found:
            first = found[row.name]
            digits = max(first.whole, fact.whole), max(first.fraction, fact.fraction)
            fact = Fact(first.kind, *digits, True)
        found[row.name] = fact
    return found


def columns_of(known: Census, names: Iterable[str], event_date: date) -> dict[str, Sql]:
    """The sheet's columns by the names that expressions read; a fact nobody has is null.

    A fact that SQL has no type for has no column.
    """
    found = {
        "event_date": constant(event_date, syntax.Node(0, 0)),
        "paid_before": constant(Decimal(0), syntax.Node(0, 0)),
        "year_paid": constant(Decimal(0), syntax.Node(0, 0)),
    }
    for name, place in _places(names).items():
        fact, own = known.get(name), OWN.get(name)
        kind = fact.kind if fact else own[0] if own else ""
        if own and fact and fact.kind != own[0]:
            continue
        if kind == "number":
            whole = max(fact.whole if fact else 0, 4 if own else 0)
            found[name] = number_column(_column(place, kind), whole, fact.fraction if fact else 0)
        elif kind in _TYPES:
            found[name] = Sql(_column(place, kind), kind)
        elif not kind:
            found[name] = NO_VALUE
    return found


def bound(known: Census, names: Iterable[str], event_date: date) -> dict[str, Any]:
    """The parameters of `laid_out` and `ready`."""
    asked = recorded(known, names)
    mixed = [name for name in asked if known[name].mixed]
    return {
        "names": list(asked),
        "places": list(asked.values()),
        "kinds": [known[name].kind for name in asked],
        "day": event_date,
    } | ({"mixed": mixed} if mixed else {})


def laid_out(known: Census, names: Iterable[str], firms: str, facts: str) -> str:
    """SQL: id, uscc, registered_on, odd and a typed column for each recorded fact of a table of firms.

    `facts`: rows `f` of enterprise_fact, all of these firms. What changes with every day is not in it
    yet: see `ready`.
    """
    columns = recorded(known, names)
    mixed = any(known[name].mixed for name in columns)
    odd = f"f.name = any(:mixed) and n.kind <> ({_KIND})" if mixed else "false"
    types = ", ".join(
        f"{place} {_DATABASE_TYPES[known[name].kind].split()[0]}" for name, place in columns.items()
    )
    chosen = "".join(f", {_chosen(known, name, n)}" for name, n in _asked(known, names).items())
    # Text, since gathering it takes half of what jsonb does. Of a key that comes again the last value
    # stands: the newest.
    return f"""
        with fact as (
            select f.enterprise_id, f.as_of, n.place, {BARE} as value, {odd} as odd
            from {facts}
            join unnest(cast(:names as text[]), cast(:places as text[]), cast(:kinds as text[]))
                 as n(name, place, kind) on n.name = f.name
            where f.as_of <= :day
        ), known as (
            select enterprise_id, bool_or(odd) as odd,
                   string_agg('"' || place || '" :' || value::text, ',' order by as_of)
                       filter (where not odd) as facts
            from fact group by enterprise_id
        )
        select e.id, e.uscc, e.registered_on, coalesce(k.odd, false) as odd {chosen}
        from {firms} e left join known k on k.enterprise_id = e.id
        left join lateral json_to_record(cast('{{' || coalesce(k.facts, '') || '}}' as json))
             as r({types or "f text"}) on true
        """


# The offset keeps PostgreSQL from reading all facts, which it takes for cheaper.
EACH_FACT = (
    "cross join lateral (select * from enterprise_fact where enterprise_id = e.id offset 0) f"
)


def recorded(known: Census, names: Iterable[str]) -> dict[str, str]:
    """The columns that recorded facts have, by name."""
    return {name: f"f{place}" for name, place in _asked(known, names).items() if name in known}


def ready(known: Census, names: Iterable[str]) -> str:
    """SQL: the columns of the facts, of rows `e` as `laid_out` gives them, as of `:day`."""
    return (
        ", ".join(
            f"coalesce(e.f{place}, {OWN[name][1]}) as f{place}"
            if name in _OF_DAY
            else f"e.f{place}"
            for name, place in _asked(known, names).items()
        )
        or "null as f"
    )


def _chosen(known: Census, name: str, place: int) -> str:
    own = OWN.get(name) if name not in _OF_DAY else ("number", "null::numeric")
    if name not in known:
        return f"{own[1] if own else 'null'} as f{place}"
    value = f"r.f{place}"
    if known[name].kind == "string":
        value += ' collate "C"'
    return f"coalesce({value}, {own[1]}) as f{place}" if own else f"{value} as f{place}"


def _asked(known: Census, names: Iterable[str]) -> dict[str, int]:
    return {name: place for name, place in _places(names).items() if _typed(known, name)}


def _typed(known: Census, name: str) -> bool:
    if name not in known:
        return name in OWN
    own = OWN.get(name)
    return known[name].kind in _TYPES and (own is None or own[0] == known[name].kind)


def _places(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(sorted(names))}


def _column(place: int, kind: str) -> ColumnElement[Any]:
    return column(f"f{place}", _TYPES[kind])
