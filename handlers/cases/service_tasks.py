"""What diagrams may call of the cases."""

from __future__ import annotations

from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from engine.calendar import SHANGHAI
from engine.runtime import Work
from engine.service_tasks import REGISTRY, service_task
from handlers.cases import decisions, lists
from handlers.cases.firm import Objection, Withdrawal
from handlers.cases.lists import ListVariable, Opened, Screened
from handlers.cases.opening import CHANNELS, CaseVariable
from handlers.deadlines.clocks import Deadline

for mode in CHANNELS:
    REGISTRY.started_with(mode, case=CaseVariable)
REGISTRY.started_with("eligibility_list", list=ListVariable)
REGISTRY.message("withdrawal", Withdrawal)
REGISTRY.message("objection", Objection)


class Approved(TypedDict):
    amount: Decimal


class Transferred(TypedDict):
    owner: str


@service_task("cases.set_status")
def set_status(work: Work, *, case_id: UUID, status: str) -> None:
    """记下办件进行到哪一步。"""
    decisions.set_status(work, case_id, status)


@service_task("cases.accept")
def accept(work: Work, *, case_id: UUID) -> Deadline:
    """受理办件,开始计时,返回到期时间。"""
    return {"due_at": decisions.accept(work, case_id).astimezone(SHANGHAI)}


@service_task("cases.not_accept")
def not_accept(work: Work, *, case_id: UUID, reason: str) -> None:
    """不予受理并告知企业原因。"""
    decisions.not_accept(work, case_id, reason)


@service_task("cases.request_supplement")
def request_supplement(
    work: Work, *, case_id: UUID, missing: list[str] | None, message: str | None
) -> None:
    """一次性告知需补正的全部材料,停钟。"""
    decisions.request_supplement(work, case_id, missing or [], message or "")


@service_task("cases.supplement_received")
def supplement_received(work: Work, *, case_id: UUID) -> None:
    """收到补正材料,恢复计时。"""
    decisions.supplement_received(work, case_id)


@service_task("cases.withdraw")
def withdraw(work: Work, *, case_id: UUID, reason: str | None) -> None:
    """按企业要求撤回,或视为撤回。"""
    decisions.withdrawn(work, case_id, reason or "")


@service_task("cases.check_amount")
def check_amount(work: Work, *, case_id: UUID, amount: Decimal | None) -> None:
    """核对核定金额: 没有金额、超过规定或别处已兑付时离开,不等到公示之后。"""
    decisions.check_amount(work, case_id, amount)


@service_task("cases.approve")
def approve(work: Work, *, case_id: UUID, opinion: str | None, amount: Decimal | None) -> Approved:
    """审批通过;不给金额时按规则计算的金额。"""
    return {"amount": decisions.approve(work, case_id, opinion or "", amount)}


@service_task("cases.refuse")
def refuse(work: Work, *, case_id: UUID, reason: str, explanation: str | None) -> None:
    """不予兑现: 告知未满足的条件、政策依据和救济途径。"""
    decisions.refuse(work, case_id, reason, explanation or "")


@service_task("cases.return_case")
def return_case(work: Work, *, case_id: UUID, reason: str) -> None:
    """退回主管部门并说明原因。"""
    decisions.return_case(work, case_id, reason)


@service_task("cases.close")
def close(work: Work, *, case_id: UUID, status: str) -> None:
    """办结,停止计时。"""
    decisions.close(work, case_id, status)


@service_task("cases.transfer")
def transfer(work: Work, *, case_id: UUID, department: str) -> Transferred:
    """转给另一部门办理。"""
    return {"owner": decisions.transfer(work, case_id, department)}


@service_task("cases.screen_list")
def screen_list(work: Work, *, list_id: UUID) -> Screened:
    """逐行核对名单,给每一行写明全部原因。"""
    return lists.screen_list(work, list_id)


@service_task("cases.open_from_list")
def open_from_list(work: Work, *, list_id: UUID) -> Opened:
    """为名单中通过核对的每一行立办件。"""
    return lists.open_from_list(work, list_id)


@service_task("cases.cancel_list")
def cancel_list(work: Work, *, list_id: UUID, reason: str | None) -> None:
    """作废名单。"""
    lists.cancel_list(work, list_id, reason or "")
