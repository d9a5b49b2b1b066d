"""What is known of an enterprise on a day, and where each fact comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, extract, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from engine.calendar import SHANGHAI
from engine.errors import NotFound
from engine.runtime import Work
from engine.values import from_json
from handlers.cases.tables import case_file
from handlers.enterprises.tables import enterprise, enterprise_fact, negative_listing
from handlers.payouts.tables import entitlement

STATED = "企业申报"
REGISTER = "市场主体登记"
LEDGER = "兑付台账"


@dataclass(frozen=True)
class Fact:
    """A value with its source and the day it is of."""

    value: Any
    source: str
    as_of: date | None


Facts = dict[str, Fact]


@dataclass(frozen=True)
class Known:
    """An enterprise on an event date: its row, official facts, active negative listings."""

    enterprise: Any
    facts: Facts
    listings: list[Any]


def known_of(work: Work, enterprise_id: UUID, event_date: date) -> Known:
    """What official sources say; of each fact the newest that is not after the event date.

    A negative listing counts if it is active on the event date or today, so that a firm that turned
    dishonest since is stopped too. Raises NotFound.
    """
    firm = work.connection.execute(
        select(enterprise).where(enterprise.c.id == enterprise_id)
    ).first()
    if firm is None:
        raise NotFound("没有这家企业,请先登记企业信息")
    return Known(
        firm,
        {**_registered(firm, event_date), **_recorded(work, enterprise_id, event_date)},
        _listings(work, enterprise_id, event_date),
    )


def _registered(firm: Any, event_date: date) -> Facts:
    start = firm.registered_on
    before_day = (event_date.month, event_date.day) < (start.month, start.day)
    years = max(0, event_date.year - start.year - before_day)
    values = {
        "registered_in_district_years": years,
        "industry": firm.industry,
        "town": firm.town,
    }
    return {name: Fact(value, REGISTER, event_date) for name, value in values.items()}


def _recorded(work: Work, enterprise_id: UUID, event_date: date) -> Facts:
    rows = work.connection.execute(
        select(enterprise_fact)
        .ext(distinct_on(enterprise_fact.c.name))
        .where(
            enterprise_fact.c.enterprise_id == enterprise_id,
            enterprise_fact.c.as_of <= event_date,
        )
        .order_by(enterprise_fact.c.name, enterprise_fact.c.as_of.desc())
    )
    return {row.name: Fact(from_json(row.value), row.source, row.as_of) for row in rows}


def _listings(work: Work, enterprise_id: UUID, event_date: date) -> list[Any]:
    today = work.now.astimezone(SHANGHAI).date()
    listed, removed = negative_listing.c.listed_on, negative_listing.c.removed_on

    def active(day: date) -> ColumnElement[bool]:
        return and_(listed <= day, or_(removed.is_(None), removed > day))

    return list(
        work.connection.execute(
            select(negative_listing)
            .where(
                negative_listing.c.enterprise_id == enterprise_id,
                or_(active(event_date), active(today)),
            )
            .order_by(listed, negative_listing.c.list_name)
        )
    )


def stated_facts(stated: dict[str, Any], inputs: Any, official: Facts) -> Facts:
    """What the applicant states, as facts.

    Where an official fact exists, it counts only if the policy asks the applicant for it.
    """
    asked = set(input_names(inputs))
    return {
        name: Fact(value, STATED, None)
        for name, value in stated.items()
        if value is not None and (name in asked or name not in official)
    }


def input_names(inputs: Any) -> list[str]:
    """The names in policy_version.inputs: texts, or objects with `name` or `key`."""
    found = [i.get("name") or i.get("key") if isinstance(i, dict) else i for i in inputs or []]
    return [name for name in found if name]


def paid_facts(
    work: Work, policy_id: str, enterprise_id: UUID, event_date: date, except_case: UUID | None
) -> Facts:
    """`paid_before` and `year_paid`, yuan: all that this policy has given, ever and for events of the
    same year.

    What is on its way to the bank counts as given, else a top-up could pay the difference twice.
    """
    given = (
        entitlement.c.policy_id == policy_id,
        entitlement.c.enterprise_id == enterprise_id,
        entitlement.c.status != "cancelled",
        case_file.c.id.is_distinct_from(except_case),
    )
    same_year = extract("year", case_file.c.event_date) == event_date.year
    total = func.coalesce(func.sum(entitlement.c.amount), 0)
    row = work.connection.execute(
        select(
            total.label("ever"),
            func.coalesce(func.sum(entitlement.c.amount).filter(same_year), 0).label("year"),
        )
        .join(case_file, case_file.c.id == entitlement.c.case_id)
        .where(*given)
    ).one()
    today = work.now.astimezone(SHANGHAI).date()
    return {
        "paid_before": Fact(row.ever, LEDGER, today),
        "year_paid": Fact(row.year, LEDGER, today),
    }


def stages_given(
    work: Work, version: Any, enterprise_id: UUID, except_case: UUID | None, event_key: str
) -> frozenset[int]:
    """The stages of a staged policy that another case has given already.

    Where the policy tells its events apart by an input (a project), those of the same event; else
    all of the firm's.
    """
    if not version.exclusivity.get("stages"):
        return frozenset()
    by_event = version.exclusivity.get("event_key", "once") != "once" and event_key
    rows = work.connection.scalars(
        select(entitlement.c.stage)
        .distinct()
        .where(
            entitlement.c.policy_id == version.policy_id,
            entitlement.c.enterprise_id == enterprise_id,
            entitlement.c.status != "cancelled",
            entitlement.c.case_id.is_distinct_from(except_case),
            *([entitlement.c.event_key == event_key] if by_event else []),
        )
    )
    return frozenset(rows)
