"""What excludes a firm whatever the policy's own conditions: status, negative lists, other benefits.

Each is a failed condition; a firm that nothing excludes gets none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import extract, select

from engine.feel.say import say_value
from engine.runtime import Work
from handlers.cases.tables import case_file
from handlers.catalogue.tables import policy, policy_version
from handlers.eligibility.answer import Condition
from handlers.eligibility.events import event_facts
from handlers.eligibility.facts import LEDGER, REGISTER, Known
from handlers.payouts.tables import entitlement

SAME_EVENT = "同一事项未重复享受本政策"
SAME_GROUP = "同一年度未享受互斥的其他政策"
_STATUS = {"moved": ("已迁出本区", "moved away"), "closed": ("已注销", "closed")}


def exclusions(
    work: Work,
    version: Any,
    known: Known,
    event_date: date,
    case_id: UUID | None,
    event_key: str,
) -> Iterator[Condition]:
    """The failed conditions of status, negative lists, the same event and the version's group."""
    firm = known.enterprise
    if firm.status != "active":
        said, english = _STATUS[firm.status]
        yield _failed("企业在本区正常存续", said, "为 存续", REGISTER, None, english, "active")
    for row in known.listings:
        said = f"{say_value(row.listed_on)}因“{row.reason}”被列入"
        english = f"listed on {row.listed_on}: {row.reason}"
        text = f"未被列入{row.list_name}"
        yield _failed(text, said, "不在名单内", row.source, row.listed_on, english, "not listed")
    once = version.exclusivity.get("once_per_event") or event_facts(version)
    if once and event_key:
        yield from _same_event(work, version, firm.id, case_id, event_key)
    if version.exclusivity.get("group"):
        yield from _same_group(work, version, firm.id, event_date, case_id)


def _failed(
    text: str,
    actual: str,
    threshold: str,
    source: str,
    as_of: date | None,
    actual_english: str,
    threshold_english: str,
) -> Condition:
    english = {"actual": actual_english, "threshold": threshold_english, "missing": None}
    return Condition(text, False, actual, threshold, None, source, as_of, english)


def _same_event(
    work: Work, version: Any, enterprise_id: UUID, case_id: UUID | None, event_key: str
) -> Iterator[Condition]:
    number = work.connection.scalar(
        select(case_file.c.number)
        .join(entitlement, entitlement.c.case_id == case_file.c.id)
        .where(
            entitlement.c.policy_id == version.policy_id,
            entitlement.c.enterprise_id == enterprise_id,
            entitlement.c.event_key == event_key,
            entitlement.c.status != "cancelled",
            case_file.c.id.is_distinct_from(case_id),
        )
        .limit(1)
    )
    if number is not None:
        yield _failed(
            SAME_EVENT,
            f"办件 {number} 已兑付该事项",
            "同一事项只享受一次",
            LEDGER,
            None,
            f"case {number} has redeemed this event",
            "once for each event",
        )


def _same_group(
    work: Work, version: Any, enterprise_id: UUID, event_date: date, case_id: UUID | None
) -> Iterator[Condition]:
    rows = work.connection.execute(
        select(policy.c.name, policy.c.name_en, case_file.c.number)
        .distinct()
        .join(entitlement, entitlement.c.policy_id == policy.c.id)
        .join(case_file, case_file.c.id == entitlement.c.case_id)
        .join(policy_version, policy_version.c.id == entitlement.c.policy_version_id)
        .where(
            entitlement.c.enterprise_id == enterprise_id,
            entitlement.c.status != "cancelled",
            entitlement.c.policy_id != version.policy_id,
            policy_version.c.exclusivity["group"].astext == version.exclusivity["group"],
            extract("year", case_file.c.event_date) == event_date.year,
            case_file.c.id.is_distinct_from(case_id),
        )
        .order_by(case_file.c.number)
    )
    for row in rows:
        yield _failed(
            SAME_GROUP,
            f"{event_date.year} 年已享受“{row.name}”(办件 {row.number})",
            "同类政策不重复享受",
            LEDGER,
            None,
            f"has had “{row.name_en}” in {event_date.year} (case {row.number})",
            "one of the group a year",
        )
