"""Notices to firms and departments: plain text, a paragraph a line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from engine.calendar import SHANGHAI
from engine.errors import PermanentFailure
from engine.ids import new_id
from engine.runtime import Work
from handlers.accounts.roles import enterprise_unit
from handlers.cases import case_files
from handlers.deadlines import clocks
from handlers.money import spoken
from handlers.notices.tables import notice
from handlers.payouts.tables import entitlement

TITLES = {
    "received": "收件通知",
    "accepted": "受理通知书",
    "special_procedure": "特别程序时限告知书",
    "account_confirmation": "请确认收款账户",
    "approved": "审批通过通知",
    "paid": "兑付通知书",
    "payment_failed": "付款失败通知",
    "rating_invitation": "邀请您评价本次服务",
    "not_accepted": "不予受理通知书",
    "supplement": "一次性告知(补正)通知书",
    "refused": "不予兑现告知书",
    "withdrawn": "申请撤回通知",
    "terminated": "终止办理通知书",
    "restarted": "重新办理通知",
    "roster_reviewed": "人员名册审核通知",
}
KINDS = (
    "received",
    "accepted",
    "special_procedure",
    "account_confirmation",
    "approved",
    "paid",
    "payment_failed",
    "rating_invitation",
)


def send(work: Work, case_id: UUID, kind: str) -> None:
    """Sends a case's firm the notice of a kind. Raises PermanentFailure for an unknown kind."""
    if kind not in KINDS:
        raise PermanentFailure(f"没有 {kind} 这种通知,可用的有: {'、'.join(KINDS)}")
    case = case_files.get(work, case_id)
    to_firm(work, case, kind, _texts(work, case, kind))


def to_firm(work: Work, case: Row[Any], kind: str, paragraphs: Iterable[str]) -> None:
    """Sends a notice to the firm of a case, opened by what it is about."""
    opening = f"{case.enterprise_name}: 贵单位的办件 {case.number}(《{case.policy_name}》)"
    title = f"{TITLES[kind]}: {case.policy_name}"
    unit = enterprise_unit(case.enterprise_id)
    write(work, unit, kind, title, [opening, *paragraphs, f"{case.owner_name}"], case.id)


def write(
    work: Work, unit: str, kind: str, title: str, paragraphs: Iterable[str], case_id: UUID | None
) -> UUID:
    """Puts a notice into a unit's box; returns its id."""
    notice_id = new_id()
    values = {
        "id": notice_id,
        "unit": unit,
        "kind": kind,
        "title": title,
        "body": "\n".join(paragraphs),
        "case_id": case_id,
        "sent_at": work.now,
    }
    work.rows.insert(notice, values)
    return notice_id


def spoken_time(at: datetime) -> str:
    """An instant as people of the district read it."""
    return f"{at.astimezone(SHANGHAI):%Y年%m月%d日 %H:%M}"


def _texts(work: Work, case: Row[Any], kind: str) -> list[str]:
    if kind == "received":
        return [f"已于 {spoken_time(case.received_at)} 收到。可随时在平台查询办理进度。"]
    if kind == "accepted":
        return ["已经受理。", *_due(work, case)]
    if kind == "special_procedure":
        return _special(work, case)
    if kind == "account_confirmation":
        return ["拟向贵单位直接兑付,无需申请。请核对并确认收款账户;如有异议,请在平台提出。"]
    if kind == "approved":
        return [f"已审批通过,兑付金额 {_amount(case.amount)},将在 1 个工作日内拨付。"]
    if kind == "paid":
        return _paid(work, case)
    if kind == "payment_failed":
        return _payment_failed(work, case)
    return ["已经办结。请在 5 个工作日内登录平台,对本次服务作出评价。"]


def _amount(amount: Decimal | None) -> str:
    return spoken(amount) if amount is not None else "待定"


def _due(work: Work, case: Row[Any]) -> list[str]:
    found = clocks.standings(work, [case.id]).get(case.id)
    if found is None:
        return []
    return [f"承诺时限 {found.limit_days} 个工作日,应办结时间: {spoken_time(found.due_at)}。"]


def _special(work: Work, case: Row[Any]) -> list[str]:
    found = clocks.standings(work, [case.id]).get(case.id)
    if found is None or not found.paused:
        return ["需要履行特别程序(专家评审、现场勘查或公示),所需时间不计入办理时限。"]
    return [
        f"自 {spoken_time(found.paused_since or work.now)} 起进入特别程序: "
        f"{clocks.KINDS[found.paused]}。",
        f"说明: {found.paused_reason}",
        "特别程序所需时间不计入办理时限,结束后继续计时。",
    ]


def _paid(work: Work, case: Row[Any]) -> list[str]:
    total, last = work.connection.execute(
        select(func.sum(entitlement.c.amount), func.max(entitlement.c.paid_at)).where(
            entitlement.c.case_id == case.id, entitlement.c.status == "paid"
        )
    ).one()
    paid = total if total is not None else case.amount
    return [
        f"兑付资金 {_amount(paid)} 已于 {spoken_time(last or work.now)} 拨付到贵单位账户,请查收。"
    ]


def _payment_failed(work: Work, case: Row[Any]) -> list[str]:
    reason = work.connection.scalar(
        select(entitlement.c.reason)
        .where(entitlement.c.case_id == case.id, entitlement.c.status == "failed")
        .order_by(entitlement.c.created_at.desc())
        .limit(1)
    )
    return [
        f"付款未成功,银行答复: {reason or '未说明'}。",
        "资金为贵单位保留。请在平台核对并更正收款账户,更正后将再次拨付。",
    ]
