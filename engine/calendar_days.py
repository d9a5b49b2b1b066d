"""Entering days of the working calendar, and which due dates still rest on a guess."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.errors import InvalidInput, NotFound
from engine.runtime import Work
from engine.tables import calendar_day, clock, instance, timer, user_task

MOST = 120  # days entered at once


def of_year(work: Work, year: int) -> list[Row[Any]]:
    """The days entered for a year, in order."""
    return list(
        work.connection.execute(
            select(calendar_day)
            .where(calendar_day.c.day.between(date(year, 1, 1), date(year, 12, 31)))
            .order_by(calendar_day.c.day)
        )
    )


def enter(work: Work, days: Iterable[date], working: bool, kind: str, reason: str) -> int:
    """Enters days as worked or free; a day entered before is replaced. Returns how many.

    `kind` is notice (the State Council's) or local (a closure). Raises InvalidInput by field.
    """
    given = sorted(set(days))
    faults = {}
    if not given or len(given) > MOST:
        faults["days"] = f"请填写 1 至 {MOST} 天"
    if kind not in ("notice", "local"):
        faults["kind"] = "请选择依据"
    if not reason.strip():
        faults["reason"] = "请写明依据,例如通知的文号"
    if faults:
        raise InvalidInput(fields=faults)
    values = {
        "working": working,
        "kind": kind,
        "reason": reason.strip(),
        "entered_by": work.actor.id,
        "entered_at": work.now,
    }
    statement = upsert(calendar_day).values([{"day": day, **values} for day in given])
    work.connection.execute(
        statement.on_conflict_do_update(index_elements=[calendar_day.c.day], set_=values)
    )
    return len(given)


def remove(work: Work, day: date) -> None:
    """Takes an entered day back. Raises NotFound."""
    done = work.connection.execute(delete(calendar_day).where(calendar_day.c.day == day))
    if done.rowcount != 1:
        raise NotFound("没有录入过这一天")


def provisional(work: Work) -> dict[str, list[Row[Any]]]:
    """Open tasks, timers and clocks whose due date rests on a year without a notice.

    At most 100 of each, the earliest first.
    """
    tasks = (
        select(user_task.c.name, user_task.c.due_at, instance.c.business_key)
        .join(instance, instance.c.id == user_task.c.instance_id)
        .where(user_task.c.status == "open", user_task.c.due_provisional)
        .order_by(user_task.c.due_at)
    )
    timers = (
        select(timer.c.element.label("name"), timer.c.due_at, instance.c.business_key)
        .join(instance, instance.c.id == timer.c.instance_id)
        .where(timer.c.due_provisional)
        .order_by(timer.c.due_at)
    )
    clocks = (
        select(clock.c.subject.label("name"), clock.c.due_at, literal("").label("business_key"))
        .where(clock.c.due_provisional, clock.c.stopped_at.is_(None))
        .order_by(clock.c.due_at)
    )
    found = {"tasks": tasks, "timers": timers, "clocks": clocks}
    return {
        kind: list(work.connection.execute(statement.limit(100)))
        for kind, statement in found.items()
    }
