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
    Select,
    Table,
    Uuid,
    bindparam,
    case,
    cast,
    insert,
    literal,
    literal_column,
    null,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import array

from engine.dmn import Decisions
from engine.functions import step_functions
from engine.runtime import Work
from handlers.catalogue.tables import policy_version
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
from handlers.eligibility.kept_sheet import (
    EVERYBODY,
    KeptSheet,
    Part,
    bring_up_to_date,
    ids_of,
    rows_of,
)
from handlers.eligibility.sheet import columns_of
from handlers.eligibility.tables import match_row
from handlers.payouts.tables import entitlement

LISTED = 1 << EXCLUSIONS["listing"]
FULL = 1 << EXCLUSIONS["places"]
MATCHED = Table(
    "matched",
    MetaData(),
    Column("enterprise_id", Uuid, primary_key=True),
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
    places of versions whose yearly number of awards has been given."""

    asked: tuple[Asked, ...]
    event_date: date
    sheet: KeptSheet
    compiled: tuple[Compiled | None, ...]
    refused: dict[int, str] = field(default_factory=dict)
    full: frozenset[int] = frozenset()


def prepare(work: Work, asked: Iterable[Asked], event_date: date) -> Question:
    """Brings the kept sheet to the day and compiles the tables."""
    asked = tuple(asked)
    kept = bring_up_to_date(work, {name for one in asked for name in _names(one)}, event_date)
    columns = columns_of(kept.known, kept.names, event_date)
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
    return Question(asked, event_date, kept, tuple(compiled), refused, full)


def _names(one: Asked) -> set[str]:
    ids = filter(None, (one.version.conditions_decision, one.version.amount_decision))
    found = {name for identity in ids for name in one.decisions.facts_of(identity)}
    return found - {"event_date", "paid_before", "year_paid"}


def ask(work: Work, question: Question, part: Part = EVERYBODY, run_id: UUID | None = None) -> int:
    """Asks the active enterprises of a part; returns how many.

    The answers are rows of `match_row` of a run; without one, of the temporary table `matched`, until
    the transaction ends. `codes`, `rules` and `amounts` have one element for each version; rules and
    amounts are null where it does not hold.
    """
    if run_id is None:
        work.connection.execute(text("drop table if exists pg_temp.matched"))
        MATCHED.create(work.connection)
    count = _answer_by_sql(work, question, part, run_id)
    for chunk in _chunks(_one_by_one(work, question, part), BULK):
        _answer_one_by_one(work, question, dict(chunk), run_id)
    return count


def _answer_by_sql(work: Work, question: Question, part: Part, run_id: UUID | None) -> int:
    """What SQL can't answer is null."""
    # Compiling expressions of this size to machine code takes longer than running them.
    work.connection.execute(text("set local jit = off"))
    # To order the sheet in memory, should it have got out of order.
    work.connection.execute(text("set local work_mem = '64MB'"))
    listed = case((literal_column("listed"), literal(LISTED, BigInteger())), else_=0)
    codes = [
        literal_column("null::bigint")
        if one is None
        else one.code.op("|")(listed).op("|")(FULL if place in question.full else 0)
        for place, one in enumerate(question.compiled)
    ]
    labels = [code.label(f"c{place}") for place, code in enumerate(codes)]
    sheet = rows_of(work, question.sheet, part, question.event_date)
    # The offset keeps PostgreSQL from computing a code again wherever it is used.
    inner = select(text("sheet.*"), *labels).select_from(sheet).offset(0).subquery("coded")
    places = range(len(codes))
    held: list[ColumnElement[Any]] = [literal_column(f"c{place}") for place in places]
    rules = [_held(one and one.rules, code, BigInteger()) for one, code in _both(question, held)]
    money = [_held(one and one.amount, code, Numeric()) for one, code in _both(question, held)]
    values = {
        "enterprise_id": literal_column("id"),
        "codes": cast(array(held, type_=BigInteger()), ARRAY(BigInteger)),
        "rules": cast(array(rules, type_=BigInteger()), ARRAY(BigInteger)),
        "amounts": cast(array(money, type_=Numeric()), ARRAY(Numeric)),
    }
    if run_id is not None:
        values["run_id"] = literal(run_id)
    table = _answers(run_id)
    chosen = select(*values.values()).select_from(inner)
    filled = insert(table).from_select(list(values), chosen)
    return work.connection.execute(filled, execution_options={"preserve_rowcount": True}).rowcount


def _answers(run_id: UUID | None) -> Table:
    return MATCHED if run_id is None else match_row


def _both(question: Question, held: list[Any]) -> Iterator[tuple[Compiled | None, Any]]:
    return zip(question.compiled, held, strict=True)


def _held(found: Any, code: ColumnElement[Any], kind: Any) -> ColumnElement[Any]:
    if found is None:
        return cast(null(), kind)
    return case((code == literal_column("0"), found), else_=cast(null(), kind))


def _one_by_one(work: Work, question: Question, part: Part) -> Iterator[tuple[UUID, set[int]]]:
    """The enterprises with the versions that SQL could not ask."""
    found: defaultdict[UUID, set[int]] = defaultdict(set)
    every = set(range(len(question.asked)))
    if question.refused:
        for firm in work.connection.scalars(ids_of(part)):
            found[firm] |= question.refused.keys()
    for firm in work.connection.scalars(ids_of(part, odd=True)):
        found[firm] |= every
    for row in work.connection.execute(_given(part)):
        for place, one in enumerate(question.asked):
            group = one.version.exclusivity.get("group")
            if one.version.policy_id == row.policy_id or (group and group == row.policy_group):
                found[row.enterprise_id].add(place)
    yield from found.items()


def _given(part: Part) -> Select[Any]:
    """Who has been given something, and of which policy and group."""
    group = policy_version.c.exclusivity["group"].astext.label("policy_group")
    return (
        select(entitlement.c.enterprise_id, entitlement.c.policy_id, group)
        .distinct()
        .join(policy_version, policy_version.c.id == entitlement.c.policy_version_id)
        .where(entitlement.c.status != "cancelled", entitlement.c.enterprise_id.in_(ids_of(part)))
    )


def _answer_one_by_one(
    work: Work, question: Question, pairs: dict[UUID, set[int]], run_id: UUID | None
) -> None:
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
                    "run_id": run_id,
                    "firm": firm,
                    "place": place + 1,
                    "code": code,
                    "rules": rules_of(answer) if code == 0 else None,
                    "amount": answer.amount if code == 0 else None,
                }
            )
    table = _answers(run_id)
    here = "" if run_id is None else " and run_id = :run_id"
    work.connection.execute(
        text(
            f"update {table.name} set codes[:place] = :code, rules[:place] = :rules,"
            f" amounts[:place] = :amount where enterprise_id = :firm{here}"
        ).bindparams(bindparam("rules", type_=BigInteger()), bindparam("amount", type_=Numeric())),
        rows,
    )


def _chunks(pairs: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while chunk := list(islice(pairs, size)):
        yield chunk
