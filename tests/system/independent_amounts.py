"""What the sample firms are due, and whether they were paid that: independent of the engine.

The rules are those of `independent_rules`, written by hand from the sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from engine.values import from_json
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy_version
from handlers.enterprises.tables import enterprise, enterprise_fact, negative_listing
from handlers.payouts.tables import entitlement, payment_order
from tests.system.independent_rules import RULES, Condition, Facts, fen


def qualifies(policy_id: str, version: int, facts: Facts, stated: Facts) -> bool | None:
    """Whether every condition holds; None where only missing facts stand in the way."""
    known = {**facts, **stated}
    found = [_asked(condition, known) for condition in RULES[policy_id, version].conditions]
    return False if False in found else None if None in found else True


def stages_due(
    policy_id: str, version: int, facts: Facts, stated: Facts, stages_given: Iterable[int] = ()
) -> dict[int, Decimal] | None:
    """Stage → yuan of a staged policy, without the stages given; None for any other policy."""
    stages = RULES[policy_id, version].stages
    if stages is None:
        return None
    given = set(stages_given)
    return {n: a for n, a in stages({**facts, **stated}).items() if n not in given}


def amount_due(
    policy_id: str,
    version: int,
    facts: Facts,
    stated: Facts,
    paid_before: Decimal = Decimal(0),
    stages_given: Iterable[int] = (),
    paid_this_year: Decimal = Decimal(0),
) -> Decimal | None:
    """What a firm that qualifies is due, in yuan to the fen; None: the review decides.

    Raises KeyError for a fact that is missing.
    """
    staged = stages_due(policy_id, version, facts, stated, stages_given)
    if staged is not None:
        return sum(staged.values(), fen(0))
    amount = RULES[policy_id, version].amount
    earlier = {"paid_before": paid_before, "paid_this_year": paid_this_year}
    return None if amount is None else amount({**facts, **stated, **earlier})


def _asked(condition: Condition, known: Facts) -> bool | None:
    try:
        return bool(condition(known))
    except KeyError:
        return None


def differences(connection: Connection) -> list[str]:
    """Compares every successful payment with what is due by hand; a sentence for each difference.

    Needs a database with the sample policies. Payments of one case are compared stage by stage. What
    a review decided (no computed amount, or less than it) is compared with the case's amount.
    """
    return [text for paid in _payments(connection) for text in _wrong(connection, paid)]


def _payments(connection: Connection) -> list[Row[Any]]:
    return list(
        connection.execute(
            select(
                case_file,
                entitlement.c.policy_id,
                entitlement.c.stage,
                entitlement.c.created_at.label("entitled_at"),
                policy_version.c.number.label("version"),
                policy_version.c.inputs,
                payment_order.c.amount.label("paid"),
            )
            .join(entitlement, entitlement.c.case_id == case_file.c.id)
            .join(payment_order, payment_order.c.entitlement_id == entitlement.c.id)
            .join(policy_version, policy_version.c.id == case_file.c.policy_version_id)
            .where(payment_order.c.status == "success")
            .order_by(payment_order.c.settled_at, payment_order.c.id)
        )
    )


def _wrong(connection: Connection, paid: Row[Any]) -> Iterator[str]:
    facts, stated = _facts(connection, paid), from_json(paid.application) or {}
    asked = {one["name"] for one in paid.inputs}
    stated = {n: v for n, v in stated.items() if v is not None and (n in asked or n not in facts)}
    said = f"case {paid.number}, {paid.policy_id} version {paid.version}, stage {paid.stage}"
    if (paid.policy_id, paid.version) not in RULES:
        yield f"{said}: paid, but there is no such sample policy"
        return
    met = qualifies(paid.policy_id, paid.version, facts, stated)
    if met is False or (met is None and paid.mode == "automatic"):
        yield f"{said}: paid {paid.paid}, but by hand it does not qualify ({met})"
        return
    if paid.mode == "automatic":
        yield from (f"{said}: paid although {why}" for why in _excluded(connection, paid))
    wanted = _wanted(connection, paid, facts, stated)
    if wanted != paid.paid:
        yield f"{said}: paid {paid.paid}, by hand {wanted}"


def _facts(connection: Connection, paid: Row[Any]) -> dict[str, Any]:
    """The newest facts that are not after the event, with the register's."""
    rows = connection.execute(
        select(enterprise_fact.c.name, enterprise_fact.c.value)
        .where(
            enterprise_fact.c.enterprise_id == paid.enterprise_id,
            enterprise_fact.c.as_of <= paid.event_date,
        )
        .order_by(enterprise_fact.c.as_of)
    )
    facts = {row.name: from_json(row.value) for row in rows}
    firm = connection.execute(select(enterprise).where(enterprise.c.id == paid.enterprise_id)).one()
    years = full_years(firm.registered_on, paid.event_date)
    return {**facts, "industry": firm.industry, "registered_in_district_years": years}


def full_years(start: date, day: date) -> int:
    """Whole years from one day to another, at least none."""
    return max(0, day.year - start.year - ((day.month, day.day) < (start.month, start.day)))


def _excluded(connection: Connection, paid: Row[Any]) -> list[str]:
    status = connection.scalar(
        select(enterprise.c.status).where(enterprise.c.id == paid.enterprise_id)
    )
    listing = negative_listing.c
    lists = connection.scalars(
        select(listing.list_name).where(
            listing.enterprise_id == paid.enterprise_id,
            listing.listed_on <= paid.event_date,
            or_(listing.removed_on.is_(None), listing.removed_on > paid.event_date),
        )
    )
    moved = [] if status == "active" else [f"the firm is {status}"]
    return [*moved, *(f"it stands in {name}" for name in lists)]


def _wanted(connection: Connection, paid: Row[Any], facts: Facts, stated: Facts) -> Decimal | None:
    """What this payment should have been; None where it should not have been."""
    earlier = _earlier(connection, paid)
    year = paid.event_date.year
    in_year = [row.amount for row in earlier if row.event_date.year == year]
    stages = {row.stage for row in earlier}
    try:
        due = amount_due(
            paid.policy_id,
            paid.version,
            facts,
            stated,
            sum((row.amount for row in earlier), Decimal(0)),
            stages,
            sum(in_year, Decimal(0)),
        )
    except KeyError:
        due = None
    parts = stages_due(paid.policy_id, paid.version, facts, stated, stages)
    if due is None or _review_gave_less(paid, due):
        return paid.amount if paid.mode != "automatic" else None
    return due if parts is None else parts.get(paid.stage)


def _earlier(connection: Connection, paid: Row[Any]) -> list[Row[Any]]:
    """What the firm had been given under the policy by other cases when this one was entitled."""
    return list(
        connection.execute(
            select(entitlement.c.amount, entitlement.c.stage, case_file.c.event_date)
            .join(case_file, case_file.c.id == entitlement.c.case_id)
            .where(
                entitlement.c.policy_id == paid.policy_id,
                entitlement.c.enterprise_id == paid.enterprise_id,
                entitlement.c.case_id != paid.id,
                entitlement.c.status != "cancelled",
                entitlement.c.created_at < paid.entitled_at,
            )
        )
    )


def _review_gave_less(paid: Row[Any], due: Decimal) -> bool:
    """The stored answer tells only whether a person departed from it, not what is right."""
    computed = (from_json(paid.check_result) or {}).get("amount")
    departed = computed is not None and paid.amount != fen(computed)
    return bool(departed and paid.mode != "automatic" and paid.amount < due)
