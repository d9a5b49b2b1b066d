"""The rule version that an event date picks."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from engine.errors import NotFound
from engine.runtime import Work
from handlers.catalogue.policies import VERSION
from handlers.catalogue.tables import policy, policy_version

# A version that was replaced or ran out still rules the events of its days.
RULING = ("published", "superseded", "expired")
_CALLED = {"draft": "草稿", "suspended": "已暂停"}


def version_for(work: Work, policy_id: str, event_date: date) -> Any:
    """The row of policy_version that covers an event date; the newest where several do.

    Raises NotFound saying which days are covered.
    """
    rows = work.connection.execute(
        select(policy_version)
        .where(policy_version.c.policy_id == policy_id)
        .order_by(policy_version.c.number.desc())
    ).all()
    for row in rows:
        if row.status in RULING and covers(row, event_date):
            return row
    raise NotFound(_none(work, policy_id, event_date, rows))


def versions_for(work: Work, event_date: date) -> list[Any]:
    """Of every policy the version that an event date picks, by policy; rows of policy_version with
    `name`, `name_en` and `owner`."""
    rows = work.connection.execute(
        select(policy_version, policy.c.name, policy.c.name_en, policy.c.owner)
        .join(policy, policy.c.id == policy_version.c.policy_id)
        .where(policy_version.c.status.in_(RULING))
        .order_by(policy.c.id, policy_version.c.number)
    )
    return list({row.policy_id: row for row in rows if covers(row, event_date)}.values())


def version_row(work: Work, version: Any) -> Any:
    """The row of a version given by its id; a row is given back. Raises NotFound."""
    if not isinstance(version, str):
        return version
    row = work.known(VERSION, version)
    if row is None:
        raise NotFound(f"没有政策版本 {version},请在政策目录中确认")
    return row


def covers(version: Any, event_date: date) -> bool:
    """Whether an event date lies in a version's days, both ends included."""
    ends = version.valid_to is None or event_date <= version.valid_to
    return bool(version.valid_from <= event_date and ends)


def _none(work: Work, policy_id: str, event_date: date, rows: Any) -> str:
    name = work.connection.scalar(select(policy.c.name).where(policy.c.id == policy_id))
    if name is None:
        return f"政策目录中没有 {policy_id}"
    waiting = [r for r in rows if r.status in _CALLED and covers(r, event_date)]
    if waiting:
        state = _CALLED[waiting[0].status]
        return f"政策“{name}”适用于 {event_date} 的版本目前是“{state}”状态,暂不能办理"
    days = "、".join(
        f"{r.valid_from} 至 {r.valid_to or '今'}" for r in reversed(rows) if r.status in RULING
    )
    covered = f"已发布的版本适用于 {days}" if days else "它还没有发布的版本"
    return f"政策“{name}”没有适用于 {event_date} 的版本,{covered},请核对事项发生日期"
