"""What is known of an enterprise on a day, and where each fact comes from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from engine.calendar import SHANGHAI
from engine.errors import NotFound
from engine.rows import By, Question, among
from engine.runtime import Work
from engine.values import from_json
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy, policy_version
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
    """An enterprise on an event date: its row, official facts, active negative listings, and what it
    has been given or is being given, of every policy (rows of entitlement with `number`,
    `event_date`, `lines`, `group`, `policy_name` and `policy_name_en`)."""

    enterprise: Any
    facts: Facts
    listings: list[Any]
    given: tuple[Any, ...] = ()

    def given_by(self, policy_id: str, except_case: UUID | None) -> list[Any]:
        """What a policy has given, but not for one case."""
        return [g for g in self.given if g.policy_id == policy_id and g.case_id != except_case]


def known_of(work: Work, enterprise_id: UUID, event_date: date) -> Known:
    """What official sources say; of each fact the newest that is not after the event date.

    A negative listing counts if it is active on the event date or today, so that a firm that turned
    dishonest since is stopped too. Raises NotFound.
    """
    found = work.known(KNOWN, (enterprise_id, event_date))
    if found is None:
        raise NotFound("没有这家企业,请先登记企业信息")
    return found


def known_of_many(
    work: Work, enterprise_ids: Sequence[UUID], event_date: date
) -> dict[UUID, Known]:
    """The same of many enterprises, in four questions to the database; who is not there is left out."""
    chosen = list(enterprise_ids)
    firms = work.connection.execute(select(enterprise).where(among(enterprise.c.id, chosen)))
    recorded: defaultdict[UUID, Facts] = defaultdict(dict)
    for row in _recorded(work, chosen, event_date):
        recorded[row.enterprise_id][row.name] = Fact(from_json(row.value), row.source, row.as_of)
    listings = _by_firm(_listings(work, chosen, event_date))
    given = _by_firm(_given(work, chosen))
    return {
        firm.id: Known(
            firm,
            {**_registered(firm, event_date), **recorded[firm.id]},
            listings[firm.id],
            tuple(given[firm.id]),
        )
        for firm in firms
    }


def _ask(work: Work, keys: list[tuple[UUID, date]], lock: bool) -> dict[tuple[UUID, date], Known]:
    return {
        (firm, day): known
        for day in {day for _, day in keys}
        for firm, known in known_of_many(work, [f for f, d in keys if d == day], day).items()
    }


KNOWN: Question[tuple[UUID, date], Known] = Question(
    _ask,
    {
        enterprise: By("id"),
        enterprise_fact: By("enterprise_id"),
        negative_listing: By("enterprise_id"),
        entitlement: By("enterprise_id"),
        case_file: By("enterprise_id", ("number", "event_date"), new=False),
        policy_version: None,
        policy: None,
    },
    owner=lambda key: key[0],
)
"""What is known of an enterprise on a day, by both. The answer of a case counts from the moment at
which it is given something."""


def _by_firm(rows: Iterable[Any]) -> defaultdict[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.enterprise_id].append(row)
    return found


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


def _recorded(work: Work, chosen: list[UUID], event_date: date) -> Iterable[Any]:
    table = enterprise_fact
    return work.connection.execute(
        select(table)
        .ext(distinct_on(table.c.enterprise_id, table.c.name))
        .where(among(table.c.enterprise_id, chosen), table.c.as_of <= event_date)
        .order_by(table.c.enterprise_id, table.c.name, table.c.as_of.desc())
    )


def active_on(*days: date) -> ColumnElement[bool]:
    """Whether a negative listing counts on one of these days."""
    listed, removed = negative_listing.c.listed_on, negative_listing.c.removed_on
    return or_(*(and_(listed <= day, or_(removed.is_(None), removed > day)) for day in days))


def today(work: Work) -> date:
    """The day in Shanghai."""
    return work.now.astimezone(SHANGHAI).date()


def _listings(work: Work, chosen: list[UUID], event_date: date) -> Iterable[Any]:
    table = negative_listing
    return work.connection.execute(
        select(table)
        .where(among(table.c.enterprise_id, chosen), active_on(event_date, today(work)))
        .order_by(table.c.listed_on, table.c.list_name)
    )


def _given(work: Work, chosen: list[UUID]) -> Iterable[Any]:
    return work.connection.execute(
        select(
            entitlement,
            case_file.c.number,
            case_file.c.event_date,
            case_file.c.check_result["lines"].label("lines"),
            policy_version.c.exclusivity["group"].astext.label("group"),
            policy.c.name.label("policy_name"),
            policy.c.name_en.label("policy_name_en"),
        )
        .join(case_file, case_file.c.id == entitlement.c.case_id)
        .join(policy_version, policy_version.c.id == entitlement.c.policy_version_id)
        .join(policy, policy.c.id == entitlement.c.policy_id)
        .where(among(entitlement.c.enterprise_id, chosen), entitlement.c.status != "cancelled")
        .order_by(case_file.c.number)
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
    work: Work, policy_id: str, known: Known, event_date: date, except_case: UUID | None
) -> Facts:
    """`paid_before` and `year_paid`, yuan: all that this policy has given, ever and for events of the
    same year.

    What is on its way to the bank counts as given, else a top-up could pay the difference twice.
    """
    given = known.given_by(policy_id, except_case)
    same_year = [g for g in given if g.event_date.year == event_date.year]
    ever, year = (sum((g.amount for g in some), Decimal(0)) for some in (given, same_year))
    return {
        "paid_before": Fact(ever, LEDGER, today(work)),
        "year_paid": Fact(year, LEDGER, today(work)),
    }


def stages_given(
    version: Any, known: Known, except_case: UUID | None, event_key: str
) -> frozenset[int]:
    """The stages of a staged policy that another case has given already.

    Where the policy tells its events apart by an input (a project), those of the same event; else
    all of the firm's.
    """
    if not version.exclusivity.get("stages"):
        return frozenset()
    given = known.given_by(version.policy_id, except_case)
    if version.exclusivity.get("event_key", "once") != "once" and event_key:
        given = [g for g in given if g.event_key == event_key]
    return frozenset(g.stage for g in given)


def parts_given(version: Any, known: Known, except_case: UUID | None) -> frozenset[str]:
    """The parts that other cases have been given, of which each is given once ever.

    What a review cut counts as given.
    """
    return frozenset(
        line["part"]
        for given in known.given_by(version.policy_id, except_case)
        for line in from_json(given.lines) or []
        if line.get("part") and line.get("amount")
    )
