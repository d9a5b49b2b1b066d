"""Persons in an answer: how many of a roster count, which rows count for another case already, and
which a reviewer has struck off.

Rows are named by their position only: answers are kept with the case and lie in process data, where
nobody's name or number may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.runtime import Work
from handlers.cases.tables import case_file
from handlers.eligibility.answer import Condition, Line
from handlers.eligibility.facts import Fact, Facts
from handlers.rosters.claims import Standing, standing
from handlers.rosters.rule import EVER, person_rule

ROSTER = "人员名册"
ONCE = "同一人只计一次"


def roster_of(
    work: Work, version: Any, event_date: date, case_id: UUID | None, roster_id: UUID | None
) -> Standing | None:
    """How the roster of a case, or the one given, stands; None where persons are not counted."""
    if person_rule(version) is None:
        return None
    if roster_id is None and case_id is not None:
        roster_id = work.connection.scalar(
            select(case_file.c.roster_id).where(case_file.c.id == case_id)
        )
    return None if roster_id is None else standing(work, roster_id, version, event_date)


def counted(roster: Standing | None) -> Facts:
    """The fact that the roster gives in place of a stated one."""
    return {} if roster is None else {roster.rule.fact: Fact(roster.total, ROSTER, None)}


def conditions(roster: Standing | None) -> Iterator[Condition]:
    """Whether anybody of the roster is left; it fails only when nobody is."""
    if roster is None:
        return
    text = f"{ONCE}({_period(roster)})"
    text_english = f"a person counts once ({_period_english(roster)})"
    if not roster.left:
        text += f":{';'.join(_uncounted(roster, all_of_them=True))}"
        text_english += f": {'; '.join(_uncounted_english(roster))}"
    said = [f"名册 {roster.rows} 人,计入 {roster.left} 人", *_uncounted(roster)]
    english = [f"{roster.left} of {roster.rows} persons count", *_uncounted_english(roster)]
    yield Condition(
        text,
        roster.left > 0,
        ";".join(said),
        "至少 1 人",
        None,
        ROSTER,
        None,
        {
            "text": text_english,
            "actual": "; ".join(english),
            "threshold": "at least 1 person",
            "missing": None,
        },
        exclusion="persons" if not roster.left else "",
    )


def _uncounted(roster: Standing, all_of_them: bool = False) -> Iterator[str]:
    """The rows that do not count, and why."""
    both = "均" if all_of_them else ""
    if roster.taken:
        yield f"{rows_said(roster.taken)}{both}已由其他办件计入"
    if roster.struck:
        yield f"{rows_said(roster.struck)}{both}经审核剔除"


def _uncounted_english(roster: Standing) -> Iterator[str]:
    if roster.taken:
        yield f"{rows_english(roster.taken)} count for other cases"
    if roster.struck:
        yield f"{rows_english(roster.struck)} struck off by the reviewer"


def lines(roster: Standing | None) -> Iterator[Line]:
    """A line of zero yuan for each row that does not count."""
    if roster is None:
        return
    for position in sorted((*roster.taken, *roster.struck)):
        said, english = (
            ("已由其他办件计入", "counts for another case")
            if position in roster.taken
            else ("经审核剔除", "struck off by the reviewer")
        )
        yield Line(
            f"名册第 {position} 行:{said}({_period(roster)}),不再计算",
            Decimal("0.00"),
            english=f"Row {position} of the roster {english} ({_period_english(roster)})",
        )


def rows_said(rows: tuple[int, ...]) -> str:
    """Rows in words, neighbours together: 第 1、3-5 行."""
    return f"第 {'、'.join(_runs(rows))} 行"


def rows_english(rows: tuple[int, ...]) -> str:
    """The same in English."""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(_runs(rows))}"


def _runs(rows: tuple[int, ...]) -> list[str]:
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]


def _period(roster: Standing) -> str:
    return "不限年度" if roster.period == EVER else f"{roster.period} 年度"


def _period_english(roster: Standing) -> str:
    return "ever" if roster.period == EVER else f"in {roster.period}"
