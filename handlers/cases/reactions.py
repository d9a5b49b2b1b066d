"""What becomes of a case and its money when an operator cancels or changes its diagram."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select

from engine.errors import PermanentFailure
from engine.reactions import Change, Refused, reacts_to
from engine.runtime import Work
from engine.sentence import Sentence
from handlers.cases import case_files, decisions, lists
from handlers.cases.tables import case_file, eligibility_list
from handlers.deadlines import clocks
from handlers.money import spoken
from handlers.payouts import entitlements

HOLDING = ("frozen", "ordered", "failed", "queued")
"""Statuses of an entitlement whose money is set aside on the indicator."""


def case_of(work: Work, change: Change) -> Row[Any] | None:
    """The case that an instance handles, locked, or None."""
    case_id = work.connection.scalar(
        select(case_file.c.id).where(case_file.c.instance_id == change.instance_id)
    )
    return None if case_id is None else case_files.get(work, case_id, lock=True)


@reacts_to("cancelled")
def end_case(work: Work, change: Change) -> Iterator[Sentence]:
    """Gives the money back to the indicator and ends the case; what was paid stays paid."""
    case = case_of(work, change)
    if case is None:
        return
    yield from _release(work, case, change.reason)
    if case.ended_at is None and not _paid(work, case):
        decisions.terminate(work, case.id, change.reason)
        yield Sentence(
            f"办件 {case.number} 终止,停止计时,企业会收到写明原因的通知。",
            f"Case {case.number} is terminated and its clock stops; the firm is told the reason.",
        )


@reacts_to("restarted")
def begin_case_again(work: Work, change: Change) -> Iterator[Sentence]:
    """Takes the case back to where it was received. Refuses once money was paid."""
    case = case_of(work, change)
    if case is None:
        return
    if change.process_id == "returned_payment":
        raise Refused(
            Sentence(
                f"办件 {case.number} 正在退票重付,不能从头重办;可以继续办理,或者取消以释放资金",
                f"A returned payment of case {case.number} is being paid again; it cannot start "
                "over. Go on with it, or cancel it to release the money",
            )
        )
    if _paid(work, case):
        raise Refused(
            Sentence(
                f"办件 {case.number} 已有资金兑付,不能从头重办",
                f"Money of case {case.number} has been paid; it cannot start over",
            )
        )
    yield from _release(work, case, change.reason)
    decisions.begin_again(work, case.id, change.reason)
    yield Sentence(
        f"办件 {case.number} 回到“已收件”,此前的决定作废;停下的时间不计入时限。",
        f"Case {case.number} is back at “received”, its decision void; "
        "the time it stood still does not count.",
    )


@reacts_to("skipped", "moved", "went back", "migrated")
def keep_case(work: Work, change: Change) -> Iterator[Sentence]:
    """Refuses what would end the diagram and leave the case open; says what stays frozen."""
    case = case_of(work, change)
    if case is None:
        return
    held = _held(work, case)
    if change.status == "completed" and (case.ended_at is None or held):
        raise Refused(
            Sentence(
                f"流程会就此结束,而办件 {case.number} 还没有办结或仍有资金冻结;如要终止请用“取消”",
                f"The process would end while case {case.number} is open or holds money; "
                "to end it, cancel it",
            )
        )
    if held and change.kind != "migrated":
        yield Sentence(
            f"已冻结的 {spoken(held)} 保持冻结,再次走到兑付时沿用,不会重复冻结。",
            f"The {held:,.2f} yuan already frozen stay frozen and are used again, not frozen twice.",
        )
    if change.kind != "migrated" and clocks.is_paused(work, case.id):
        yield Sentence(
            "办理计时仍处于暂停,这个操作不会恢复计时。",
            "The case's clock stands still, and this does not let it run again.",
        )


@reacts_to("cancelled")
def cancel_list(work: Work, change: Change) -> Iterator[Sentence]:
    """A list that is not signed is void with its diagram."""
    row = work.connection.execute(
        select(eligibility_list.c.id, eligibility_list.c.number, eligibility_list.c.status).where(
            eligibility_list.c.instance_id == change.instance_id
        )
    ).first()
    if row is not None and row.status == "proposed":
        lists.cancel_list(work, row.id, change.reason)
        yield Sentence(f"名单 {row.number} 作废。", f"List {row.number} is void.")


def _release(work: Work, case: Row[Any], reason: str) -> Iterator[Sentence]:
    released = Decimal(0)
    for owed in entitlements.of_case(work, case.id):
        if owed.status in ("paid", "cancelled"):
            continue
        try:
            entitlements.cancel(work, owed.id, reason)
        except PermanentFailure as error:
            raise Refused(
                Sentence(
                    f"办件 {case.number} 的 {spoken(owed.amount)} 已进入支付批次,请等银行答复后再操作",
                    f"{owed.amount:,.2f} yuan of case {case.number} are in a payment batch; "
                    "wait for the bank's answer",
                )
            ) from error
        released += owed.amount if owed.status in HOLDING else Decimal(0)
    if released:
        yield Sentence(
            f"释放冻结在预算指标上的 {spoken(released)}。",
            f"Releases {released:,.2f} yuan frozen on the budget indicator.",
        )


def _held(work: Work, case: Row[Any]) -> Decimal:
    owed = entitlements.of_case(work, case.id)
    return sum((row.amount for row in owed if row.status in HOLDING), Decimal(0))


def _paid(work: Work, case: Row[Any]) -> bool:
    return any(row.status == "paid" for row in entitlements.of_case(work, case.id))
