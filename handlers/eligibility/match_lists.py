"""Who qualifies for a policy and who nearly does, from a finished match run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, func, literal, select
from sqlalchemy.dialects.postgresql import BIT

from engine.dmn import decisions_of
from engine.runtime import Work
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy_version
from handlers.eligibility.answer import Answer
from handlers.eligibility.check import check_known
from handlers.eligibility.facts import known_of_many
from handlers.eligibility.tables import match_row
from handlers.eligibility.versions import version_row
from handlers.enterprises.tables import enterprise

Show = Literal["never", "asked", "nearly"]
SHOWS: tuple[Show, ...] = ("never", "asked", "nearly")


@dataclass(frozen=True)
class Summary:
    """How many fit a version, how many of them have a case of the policy, how many miss one condition;
    yuan due to those that fit, where the rule computes it."""

    version_id: str
    fits: int
    asked: int
    nearly: int
    amount: Decimal

    @property
    def never(self) -> int:
        return self.fits - self.asked


@dataclass(frozen=True)
class Line:
    """An enterprise on a match list; `answer` is what every page would say of it now."""

    enterprise_id: UUID
    uscc: str
    name: str
    case_number: str | None
    amount: Decimal | None
    answer: Answer


def summaries(work: Work, run: Row[Any], version_ids: Sequence[str]) -> list[Summary]:
    """What a run found of some of its versions, in one look at its rows."""
    if not version_ids:
        return []
    places = [run.versions.index(version) + 1 for version in version_ids]
    columns = [column for place in places for column in _counted(place)]
    found = work.connection.execute(
        select(*columns).select_from(match_row).where(match_row.c.run_id == run.id)
    ).one()
    return [
        Summary(version, fits, _asked(work, run, version), nearly, amount or Decimal(0))
        for n, version in enumerate(version_ids)
        for fits, nearly, amount in [found[n * 3 : n * 3 + 3]]
    ]


def _counted(place: int) -> list[ColumnElement[Any]]:
    holds = match_row.c.codes[place] == 0
    return [
        func.count().filter(holds),
        func.count().filter(_nearly(place)),
        func.sum(match_row.c.amounts[place]).filter(holds),
    ]


def _nearly(place: int) -> ColumnElement[bool]:
    """Exactly one bit: one condition fails or is unknown."""
    return func.bit_count(match_row.c.codes[place].cast(BIT(64))) == 1


def _has_case(version: Any) -> ColumnElement[bool]:
    return exists(
        select(literal(1))
        .select_from(case_file)
        .join(policy_version, policy_version.c.id == case_file.c.policy_version_id)
        .where(
            case_file.c.enterprise_id == match_row.c.enterprise_id,
            policy_version.c.policy_id == version.policy_id,
        )
    )


def _asked(work: Work, run: Row[Any], version_id: str) -> int:
    place, version = run.versions.index(version_id) + 1, version_row(work, version_id)
    found = work.connection.scalar(
        select(func.count()).where(
            match_row.c.run_id == run.id, match_row.c.codes[place] == 0, _has_case(version)
        )
    )
    return int(found or 0)


def lines(
    work: Work, run: Row[Any], version_id: str, show: Show, after: str = "", limit: int = 50
) -> list[Line]:
    """The next enterprises of a list, by credit code: those that fit and never asked, those that fit
    and have asked, or those that miss one condition."""
    version, place = version_row(work, version_id), run.versions.index(version_id) + 1
    chosen = (
        select(enterprise.c.id, enterprise.c.uscc, enterprise.c.name, match_row.c.amounts[place])
        .join(match_row, match_row.c.enterprise_id == enterprise.c.id)
        .where(match_row.c.run_id == run.id, enterprise.c.uscc > after)
        .order_by(enterprise.c.uscc)
        .limit(limit)
    )
    if show == "nearly":
        chosen = chosen.where(_nearly(place))
    else:
        asked = _has_case(version)
        chosen = chosen.where(match_row.c.codes[place] == 0, asked if show == "asked" else ~asked)
    rows = work.connection.execute(chosen).all()
    return _answered(work, run, version, [row[:4] for row in rows])


def _answered(work: Work, run: Row[Any], version: Any, rows: list[Any]) -> list[Line]:
    ids = [row[0] for row in rows]
    known = known_of_many(work, ids, run.event_date)
    decisions = decisions_of(work.connection, run.release_id)
    numbers = _case_numbers(work, version, ids)
    return [
        Line(
            firm, uscc, name, numbers.get(firm), amount,
            check_known(work, version, known[firm], run.event_date, {}, decisions=decisions),
        )
        for firm, uscc, name, amount in rows
    ]  # fmt: skip


def _case_numbers(work: Work, version: Any, ids: list[UUID]) -> dict[UUID, str]:
    rows = work.connection.execute(
        select(case_file.c.enterprise_id, case_file.c.number)
        .join(policy_version, policy_version.c.id == case_file.c.policy_version_id)
        .where(case_file.c.enterprise_id.in_(ids), policy_version.c.policy_id == version.policy_id)
        .order_by(case_file.c.received_at)
    )
    return {row.enterprise_id: row.number for row in rows}
