"""Asks many enterprises about many policy versions at once, inside the database.

What SQL cannot ask exactly is asked one by one by `check_known`: versions whose tables are outside
the subset, enterprises with a fact of another kind than everybody's, and whoever has been given
something that the answer depends on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    column,
    insert,
    literal,
    literal_column,
    null,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import array

from engine.dmn import Decisions
from engine.functions import step_functions
from engine.runtime import Work
from handlers.eligibility import kept_sheet, sheet
from handlers.eligibility.check import check_known
from handlers.eligibility.compiled import (
    EXCLUSIONS,
    Compiled,
    OneByOne,
    code_of,
    compile_version,
    rules_of,
)
from handlers.eligibility.exclusions import places_taken, year_count
from handlers.eligibility.facts import known_of_many

LISTED = 1 << EXCLUSIONS["listing"]
FULL = 1 << EXCLUSIONS["places"]
MATCHED = Table(
    "matched",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("uscc", Text),
    Column("codes", ARRAY(BigInteger)),
    Column("rules", ARRAY(BigInteger)),
    Column("amounts", ARRAY(Numeric)),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
# Of these many everything is known at once; it bounds the memory.
BULK = 1000


@dataclass(frozen=True)
class Asked:
    """A row of policy_version and the decisions it is asked by."""

    version: Any
    decisions: Decisions


@dataclass(frozen=True)
class Question:
    """Versions made ready for SQL. `refused`: place → why this version is asked one by one; `full`: the
    places of versions whose yearly number of awards has been given; `kept`: whether it is put to the
    sheet that is kept, else one is laid out for it."""

    asked: tuple[Asked, ...]
    event_date: date
    names: frozenset[str]
    census: sheet.Census
    compiled: tuple[Compiled | None, ...]
    refused: dict[int, str] = field(default_factory=dict)
    full: frozenset[int] = frozenset()
    kept: bool = False


def prepare(
    work: Work, asked: Iterable[Asked], event_date: date, *, kept: bool = False
) -> Question:
    """Looks at the register's facts and compiles the tables; brings the kept sheet up to date if the
    question is for that."""
    asked = tuple(asked)
    names = frozenset(name for one in asked for name in _names(one))
    if kept:
        known, names = kept_sheet.bring_up_to_date(work, names, event_date)
    else:
        known = sheet.census(work, names)
    columns = sheet.columns_of(known, names, event_date)
    functions = step_functions(work.now, lambda: work.calendar)
    compiled: list[Compiled | None] = []
    refused: dict[int, str] = {}
    for place, one in enumerate(asked):
        try:
            compiled.append(compile_version(one.decisions, one.version, columns, functions))
        except OneByOne as reason:
            compiled.append(None)
            refused[place] = str(reason)
    full = frozenset(
        place
        for place, one in enumerate(asked)
        if (most := year_count(one.version)) is not None
        and places_taken(work, one.version, event_date, None) >= most
    )
    return Question(asked, event_date, names, known, tuple(compiled), refused, full, kept)


def _names(one: Asked) -> set[str]:
    ids = filter(None, (one.version.conditions_decision, one.version.amount_decision))
    found = {name for identity in ids for name in one.decisions.facts_of(identity)}
    return found - {"event_date", "paid_before", "year_paid"}


def ask(work: Work, question: Question, after: str = "", limit: int = 20_000) -> tuple[int, str]:
    """Asks the next active enterprises by credit code; returns how many and the last one's code.

    The answers are in the temporary table `matched` (id, uscc, codes, rules, amounts), with one element
    for each version, until the transaction ends. Rules and amounts are null where it does not hold.
    """
    lay_out = kept_sheet.lay_out if question.kept else sheet.lay_out
    count, last = lay_out(work, question.census, question.names, question.event_date, after, limit)
    answer_by_sql(work, question)
    for chunk in _chunks(_one_by_one(work, question), BULK):
        _answer_one_by_one(work, question, dict(chunk))
    return count, last


def answer_by_sql(work: Work, question: Question) -> None:
    """Fills `matched` from `sheet`; what SQL can't answer is null."""
    # Compiling expressions of this size to machine code takes longer than running them.
    work.connection.execute(text("set local jit = off"))
    work.connection.execute(text("drop table if exists pg_temp.matched"))
    firms = table("sheet", column("id"), column("uscc"), column("odd"), column("listed"))
    listed = case((literal_column("listed"), literal(LISTED, BigInteger())), else_=0)
    codes = [
        literal_column("null::bigint")
        if one is None
        else one.code.op("|")(listed).op("|")(FULL if place in question.full else 0)
        for place, one in enumerate(question.compiled)
    ]
    labels = [code.label(f"c{place}") for place, code in enumerate(codes)]
    # The offset keeps PostgreSQL from computing a code again wherever it is used.
    inner = select(text("sheet.*"), *labels).select_from(firms).offset(0).subquery("coded")
    places = range(len(codes))
    held: list[ColumnElement[Any]] = [literal_column(f"c{place}") for place in places]
    rules = [_held(one and one.rules, code, BigInteger()) for one, code in _both(question, held)]
    money = [_held(one and one.amount, code, Numeric()) for one, code in _both(question, held)]
    chosen = select(
        literal_column("id"),
        literal_column("uscc"),
        cast(array(held, type_=BigInteger()), ARRAY(BigInteger)).label("codes"),
        cast(array(rules, type_=BigInteger()), ARRAY(BigInteger)).label("rules"),
        cast(array(money, type_=Numeric()), ARRAY(Numeric)).label("amounts"),
    ).select_from(inner)
    MATCHED.create(work.connection)
    work.connection.execute(insert(MATCHED).from_select(list(MATCHED.c.keys()), chosen))


def _both(question: Question, held: list[Any]) -> Iterator[tuple[Compiled | None, Any]]:
    return zip(question.compiled, held, strict=True)


def _held(found: Any, code: ColumnElement[Any], kind: Any) -> ColumnElement[Any]:
    if found is None:
        return cast(null(), kind)
    return case((code == literal_column("0"), found), else_=cast(null(), kind))


def _one_by_one(work: Work, question: Question) -> Iterator[tuple[UUID, set[int]]]:
    """The enterprises with the versions that SQL could not ask."""
    found: defaultdict[UUID, set[int]] = defaultdict(set)
    every = set(range(len(question.asked)))
    if question.refused:
        for row in work.connection.execute(text("select id from sheet")):
            found[row.id] |= question.refused.keys()
    for row in work.connection.execute(text("select id from sheet where odd")):
        found[row.id] |= every
    for row in work.connection.execute(
        text(
            "select distinct e.enterprise_id, e.policy_id, v.exclusivity->>'group' as policy_group"
            " from entitlement e join policy_version v on v.id = e.policy_version_id"
            " join sheet s on s.id = e.enterprise_id where e.status <> 'cancelled'"
        )
    ):
        for place, one in enumerate(question.asked):
            group = one.version.exclusivity.get("group")
            if one.version.policy_id == row.policy_id or (group and group == row.policy_group):
                found[row.enterprise_id].add(place)
    yield from found.items()


def _answer_one_by_one(work: Work, question: Question, pairs: dict[UUID, set[int]]) -> None:
    known = known_of_many(work, list(pairs), question.event_date)
    rows = []
    for firm, places in pairs.items():
        for place in places:
            one = question.asked[place]
            answer = check_known(
                work, one.version, known[firm], question.event_date, {}, decisions=one.decisions
            )
            code = code_of(answer)
            rows.append(
                {
                    "firm": firm,
                    "place": place + 1,
                    "code": code,
                    "rules": rules_of(answer) if code == 0 else None,
                    "amount": answer.amount if code == 0 else None,
                }
            )
    work.connection.execute(
        text(
            "update matched set codes[:place] = :code, rules[:place] = :rules,"
            " amounts[:place] = :amount where id = :firm"
        ).bindparams(bindparam("rules", type_=BigInteger()), bindparam("amount", type_=Numeric())),
        rows,
    )


def _chunks(pairs: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while chunk := list(islice(pairs, size)):
        yield chunk
