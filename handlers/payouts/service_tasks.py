"""What diagrams may call of the payouts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from engine.calendar import SHANGHAI
from engine.runtime import OutsideWork, Work
from engine.service_tasks import REGISTRY, service_task
from handlers.cases.opening import CaseVariable
from handlers.payouts import answers as bank_answers
from handlers.payouts import bank, batches, entitlements, orders


class Nothing(TypedDict):
    """A message without contents."""


REGISTRY.started_with("payment_batch", batch=batches.BatchVariable)
REGISTRY.started_with(
    "returned_payment", entitlement_id=str, case=CaseVariable, payment=bank_answers.Payment
)
REGISTRY.message("payment", bank_answers.Payment)
REGISTRY.message("turn", Nothing)
REGISTRY.message("account", Nothing)


class Ordered(TypedDict):
    order_id: str
    due_at: datetime


class Entered(TypedDict):
    """How many lines still have no answer."""

    unknown: int


@service_task("payouts.entitle")
def entitle(work: Work, *, case_id: UUID, amount: Decimal) -> list[str]:
    """登记应兑付的资金,返回各笔兑付事项的编号。"""
    return [str(found) for found in entitlements.entitle(work, case_id, amount)]


@service_task("payouts.check")
def check(work: Work, *, entitlement_id: UUID) -> None:
    """付款前核对目录、账户、信用和重复;有问题时以 not_payable 离开。"""
    entitlements.check(work, entitlement_id)


@service_task("payouts.order")
def order(work: Work, *, entitlement_id: UUID) -> Ordered:
    """下达支付指令,一个工作日内付款。"""
    order_id, due_at = orders.order(work, entitlement_id)
    return {"order_id": str(order_id), "due_at": due_at.astimezone(SHANGHAI)}


@service_task("payouts.settled")
def settled(work: Work, *, entitlement_id: UUID) -> None:
    """银行已付款,清算台账。"""
    entitlements.settle(work, entitlement_id)


@service_task("payouts.failed")
def failed(work: Work, *, entitlement_id: UUID, reason: str | None) -> None:
    """付款失败,资金回到冻结。"""
    entitlements.fail(work, entitlement_id, reason or "")


@service_task("payouts.cancel")
def cancel(work: Work, *, entitlement_id: UUID, reason: str | None) -> None:
    """取消兑付,释放资金。"""
    entitlements.cancel(work, entitlement_id, reason or "")


@service_task("payouts.correct_account")
def correct_account(
    work: Work, *, entitlement_id: UUID, holder: str, bank: str, cnaps: str, number_id: UUID
) -> None:
    """启用企业更正后的收款账户。"""
    orders.correct_account(work, entitlement_id, holder, bank, cnaps, number_id)


@service_task("payouts.batch_checked")
def batch_checked(work: Work, *, batch_id: UUID) -> None:
    """复核批次;须与制单人不同。"""
    batches.check(work, batch_id)


@service_task("payouts.batch_released")
def batch_released(work: Work, *, batch_id: UUID) -> None:
    """签发批次;须与制单人、复核人不同。"""
    batches.release(work, batch_id)


@service_task("payouts.reject_batch")
def reject_batch(work: Work, *, batch_id: UUID, reason: str | None) -> None:
    """退回批次,款项回到应付。"""
    batches.reject(work, batch_id, reason or "")


@service_task("payouts.send_batch", effect="outside")
def send_batch(outside: OutsideWork, *, batch_id: UUID) -> bank.Sent:
    """把批次发送银行。"""
    return bank.send_batch(outside, batch_id)


@service_task("payouts.ask_batch", effect="outside")
def ask_batch(outside: OutsideWork, *, batch_id: UUID) -> bank.Sent:
    """向银行查询结果未知的款项。"""
    return bank.ask_batch(outside, batch_id)


@service_task("payouts.enter_answers")
def enter_answers(work: Work, *, batch_id: UUID, answers: object = None) -> Entered:
    """登记银行答复;接口收到的答复已经保存,只需给出人工录入的。"""
    given = answers if isinstance(answers, list) else []  # a count comes from `send_batch`
    return {"unknown": bank_answers.enter(work, batch_id, given)}
