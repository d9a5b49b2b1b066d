"""What if a table said something else: how many enterprises and how much money would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from engine.definitions import files_of, latest_release
from engine.dmn import Decisions
from engine.runtime import Work
from engine.values import from_json
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy_version
from handlers.eligibility.asking import MATCHED, Asked, ask, prepare
from handlers.eligibility.check import check_known, decisions_in_force
from handlers.eligibility.facts import Known, known_of_many
from handlers.enterprises.tables import enterprise

SHOWN = 50
CASE_DAYS = 365


@dataclass(frozen=True)
class Side:
    """How many qualify, and what they are due; `open` of them without a computed amount. Yuan."""

    count: int
    total: Decimal
    open: int


@dataclass(frozen=True)
class Change:
    """One enterprise or case that would be answered otherwise. Amounts None: it does not qualify, or
    the review decides."""

    name: str
    key: str
    held: bool
    would_hold: bool
    amount: Decimal | None
    would_amount: Decimal | None


@dataclass(frozen=True)
class Comparison:
    """`changes` are the first of them; `changed` counts all."""

    before: Side
    after: Side
    gained: int
    lost: int
    changed: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class WhatIf:
    """The register on a day, and the cases of the last year."""

    register: Comparison
    cases: Comparison


def compare(work: Work, version: Any, changed: Decisions, event_date: date) -> WhatIf:
    """Asks the register and last year's cases by the tables in force and by changed ones."""
    in_force = decisions_in_force(work)
    # The register last: what it reads is kept from others until the unit of work ends.
    cases = _cases(work, version, in_force, changed)
    return WhatIf(_register(work, version, in_force, changed, event_date), cases)


def decision_files(work: Work) -> dict[str, bytes]:
    """The decisions of the release in force: path → DMN."""
    release = latest_release(work.connection)
    files = files_of(work.connection, release) if release is not None else {}
    return {path: content for path, content in files.items() if path.endswith(".dmn")}


def _register(
    work: Work, version: Any, in_force: Decisions, changed: Decisions, event_date: date
) -> Comparison:
    question = prepare(work, [Asked(version, in_force), Asked(version, changed)], event_date)
    ask(work, question)
    sides = work.connection.execute(text(_SIDES)).one()
    rows = work.connection.execute(
        select(enterprise.c.name, enterprise.c.uscc, MATCHED)
        .join(enterprise, enterprise.c.id == MATCHED.c.enterprise_id)
        .where(text(_CHANGED))
        .order_by(enterprise.c.uscc)
        .limit(SHOWN)
    )
    return Comparison(
        Side(sides.held, sides.money, sides.open),
        Side(sides.would, sides.would_money, sides.would_open),
        sides.gained,
        sides.lost,
        sides.changed,
        tuple(
            Change(r.name, r.uscc, r.codes[0] == 0, r.codes[1] == 0, r.amounts[0], r.amounts[1])
            for r in rows
        ),
    )


_CHANGED = (
    "((codes[1] = 0) <> (codes[2] = 0) or"
    " (codes[1] = 0 and amounts[1] is distinct from amounts[2]))"
)
_SIDES = f"""
select count(*) filter (where codes[1] = 0) as held,
       count(*) filter (where codes[2] = 0) as would,
       coalesce(sum(amounts[1]) filter (where codes[1] = 0), 0) as money,
       coalesce(sum(amounts[2]) filter (where codes[2] = 0), 0) as would_money,
       count(*) filter (where codes[1] = 0 and amounts[1] is null) as open,
       count(*) filter (where codes[2] = 0 and amounts[2] is null) as would_open,
       count(*) filter (where codes[1] <> 0 and codes[2] = 0) as gained,
       count(*) filter (where codes[1] = 0 and codes[2] <> 0) as lost,
       count(*) filter (where {_CHANGED}) as changed
from matched
"""


def _cases(work: Work, version: Any, in_force: Decisions, changed: Decisions) -> Comparison:
    """What the cases received within a year would have been answered, each as of its event."""
    found = [
        _case_change(work, version, case, known, in_force, changed)
        for case, known in _last_cases(work, version)
    ]
    before = _side([one.amount for one in found if one.held])
    after = _side([one.would_amount for one in found if one.would_hold])
    changes = [one for one in found if _differs(one)]
    return Comparison(
        before,
        after,
        sum(one.would_hold and not one.held for one in found),
        sum(one.held and not one.would_hold for one in found),
        len(changes),
        tuple(changes[:SHOWN]),
    )


def _side(amounts: list[Decimal | None]) -> Side:
    known = [amount for amount in amounts if amount is not None]
    return Side(len(amounts), sum(known, Decimal(0)), len(amounts) - len(known))


def _differs(one: Change) -> bool:
    return one.held != one.would_hold or (one.held and one.amount != one.would_amount)


def _last_cases(work: Work, version: Any) -> Iterator[tuple[Row[Any], Known]]:
    since = work.now - timedelta(days=CASE_DAYS)
    cases = work.connection.execute(
        select(case_file)
        .join(policy_version, policy_version.c.id == case_file.c.policy_version_id)
        .where(policy_version.c.policy_id == version.policy_id, case_file.c.received_at >= since)
        .order_by(case_file.c.number)
    ).all()
    by_day: dict[date, set[UUID]] = {}
    for case in cases:
        by_day.setdefault(case.event_date, set()).add(case.enterprise_id)
    known = {day: known_of_many(work, list(firms), day) for day, firms in by_day.items()}
    for case in cases:
        yield case, known[case.event_date][case.enterprise_id]


def _case_change(
    work: Work, version: Any, case: Row[Any], known: Known, in_force: Decisions, changed: Decisions
) -> Change:
    stated = from_json(case.application) or {}
    found = [
        check_known(
            work, version, known, case.event_date, stated, case.id, case.event_key, decisions
        )
        for decisions in (in_force, changed)
    ]
    held, would = (answer.holds is True for answer in found)
    amounts = [answer.amount if answer.holds else None for answer in found]
    return Change(known.enterprise.name, case.number, held, would, amounts[0], amounts[1])
