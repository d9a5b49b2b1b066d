"""What excludes a firm whatever the policy's own conditions: status, negative lists, other benefits.

Each is a failed condition; a firm that nothing excludes gets none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import extract, func, select

from engine.feel.say import say_value
from engine.runtime import Work
from handlers.cases.tables import case_file
from handlers.eligibility.answer import Condition
from handlers.eligibility.events import event_facts
from handlers.eligibility.facts import LEDGER, REGISTER, Known
from handlers.payouts.queue import HOLDING, rule_of
from handlers.payouts.tables import entitlement

# In Chinese and in English.
_ACTIVE = ("企业在本区正常存续", "Active in the district")
_SAME_EVENT = ("同一事项未重复享受本政策", "Not given for the same event before")
_SAME_GROUP = ("同一年度未享受互斥的其他政策", "No other policy of its group in the same year")
_PLACES = ("年度名额未满", "Places left in the year")
_STATUS = {"moved": ("已迁出本区", "moved away"), "closed": ("已注销", "closed")}


def exclusions(
    version: Any,
    known: Known,
    event_date: date,
    case_id: UUID | None,
    event_key: str,
    places_taken: int = 0,
) -> Iterator[Condition]:
    """The failed conditions of status, negative lists, the same event, the version's group and its
    places in the year of the event (`year_count`)."""
    firm = known.enterprise
    if firm.status != "active":
        said, english = _STATUS[firm.status]
        yield _failed("status", _ACTIVE, said, "为 存续", REGISTER, None, english, "active")
    for row in known.listings:
        said = f"{say_value(row.listed_on)}因“{row.reason}”被列入"
        english = f"listed on {row.listed_on}: {row.reason}"
        text = f"未被列入{row.list_name}", f"Not listed in “{row.list_name}”"
        yield _failed(
            "listing", text, said, "不在名单内", row.source, row.listed_on, english, "not listed"
        )
    once = version.exclusivity.get("once_per_event") or event_facts(version)
    if once and event_key:
        yield from _same_event(version, known, case_id, event_key)
    if version.exclusivity.get("group"):
        yield from _same_group(version, known, event_date, case_id)
    places = year_count(version)
    if places is not None and places_taken >= places:
        yield _failed(
            "places",
            _PLACES,
            f"{event_date.year} 年已给 {places_taken} 个",
            f"每年 {places} 个",
            LEDGER,
            None,
            f"{places_taken} given in {event_date.year}",
            f"{places} a year",
        )


def year_count(version: Any) -> int | None:
    """How many cases of a year a version may give something; None: any number."""
    found = (version.exclusivity or {}).get("year_count")
    return None if found is None else int(found)


def places_taken(work: Work, version: Any, event_date: date, case_id: UUID | None) -> int:
    """How many other cases of the event's year have been given a place; 0 where none are counted."""
    if year_count(version) is None:
        return 0
    taken = work.connection.scalar(
        select(func.count(entitlement.c.case_id.distinct()))
        .join(case_file, case_file.c.id == entitlement.c.case_id)
        .where(
            entitlement.c.policy_id == version.policy_id,
            # Where acceptance is the order, a place is taken with the money, not with the decision.
            entitlement.c.status.in_(HOLDING)
            if rule_of(version)
            else entitlement.c.status != "cancelled",
            entitlement.c.case_id.is_distinct_from(case_id),
            extract("year", case_file.c.event_date) == event_date.year,
        )
    )
    return int(taken or 0)


def _failed(
    exclusion: str,
    text: tuple[str, str],
    actual: str,
    threshold: str,
    source: str,
    as_of: date | None,
    actual_english: str,
    threshold_english: str,
) -> Condition:
    said, said_english = text
    english = {
        "text": said_english,
        "actual": actual_english,
        "threshold": threshold_english,
        "missing": None,
    }
    return Condition(
        said, False, actual, threshold, None, source, as_of, english, exclusion=exclusion
    )


def _same_event(
    version: Any, known: Known, case_id: UUID | None, event_key: str
) -> Iterator[Condition]:
    given = known.given_by(version.policy_id, case_id)
    number = next((g.number for g in given if g.event_key == event_key), None)
    if number is not None:
        yield _failed(
            "event",
            _SAME_EVENT,
            f"办件 {number} 已兑付该事项",
            "同一事项只享受一次",
            LEDGER,
            None,
            f"case {number} has redeemed this event",
            "once for each event",
        )


def _same_group(
    version: Any, known: Known, event_date: date, case_id: UUID | None
) -> Iterator[Condition]:
    others = [
        given
        for given in known.given
        if given.group == version.exclusivity["group"]
        and given.policy_id != version.policy_id
        and given.event_date.year == event_date.year
        and given.case_id != case_id
    ]
    for row in {given.number: given for given in others}.values():
        yield _failed(
            "group",
            _SAME_GROUP,
            f"{event_date.year} 年已享受“{row.policy_name}”(办件 {row.number})",
            "同类政策不重复享受",
            LEDGER,
            None,
            f"has had “{row.policy_name_en}” in {event_date.year} (case {row.number})",
            "one of the group a year",
        )
