"""What happens to a case on its way: accepted, supplemented, approved, refused, returned, closed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from engine.errors import BusinessError, PermanentFailure
from engine.runtime import Work
from engine.values import from_json, to_json
from handlers.accounts.roles import enterprise_unit
from handlers.accounts.tables import department as department_table
from handlers.acting import person_behind
from handlers.cases import case_files
from handlers.cases.opening import LINE
from handlers.cases.tables import STATUSES, eligibility_line
from handlers.deadlines import clocks
from handlers.eligibility.answer import in_a_sentence
from handlers.money import spoken, yuan
from handlers.notices import public, send
from handlers.payouts import queue
from handlers.rosters import claims

REMEDIES = (
    "如有异议,可自收到本通知之日起 10 个工作日内,通过平台或惠企专窗向主管部门申请复核;"
    "对复核结果仍不服的,可以提出申诉,由原承办人以外的人员办理。"
)


def set_status(work: Work, case_id: UUID, status: str) -> None:
    """Shows where a case stands. Raises PermanentFailure for a status that is not known."""
    if status not in STATUSES:
        raise PermanentFailure(f"没有 {status} 这种办件状态")
    case_files.change(work, case_id, status=status)


def accept(work: Work, case_id: UUID) -> datetime:
    """Accepts a case and starts its clock; returns the due instant."""
    case = case_files.get(work, case_id, lock=True)
    case_files.change(work, case_id, status="reviewing", accepted_at=case.accepted_at or work.now)
    return clocks.start(work, case_id, case.limit_days)


def not_accept(work: Work, case_id: UUID, reason: str) -> None:
    """Ends a case before acceptance and tells the firm why."""
    case = case_files.get(work, case_id, lock=True)
    refusal = {"reason": reason, "remedies": REMEDIES}
    _end(work, case, "not_accepted", refusal=to_json(refusal))
    send.to_firm(work, case, "not_accepted", [f"不予受理的原因: {reason}", REMEDIES])


def request_supplement(work: Work, case_id: UUID, missing: list[str], message: str = "") -> None:
    """Tells the firm once, and all of it, what is missing; the clock stands still meanwhile."""
    case = case_files.get(work, case_id, lock=True)
    case_files.change(work, case_id, status="supplementing")
    clocks.pause(work, case_id, "supplement", message or "、".join(missing))
    listed = [f"{place}. {text}" for place, text in enumerate(missing, 1)]
    closing = "请在 10 个工作日内一次补齐;等待补正的时间不计入办理时限。"
    send.to_firm(work, case, "supplement", [*listed, *([message] if message else []), closing])


def supplement_received(work: Work, case_id: UUID) -> None:
    """The papers are in: the clock runs again."""
    case = case_files.get(work, case_id, lock=True)
    clocks.resume(work, case_id)
    status = "reviewing" if case.accepted_at else "received"
    case_files.change(work, case_id, status=status)


def withdrawn(work: Work, case_id: UUID, reason: str) -> None:
    """Ends a case that its firm has taken back, or not supplemented in time."""
    case = case_files.get(work, case_id, lock=True)
    public.end(work, case_id)
    _end(work, case, "withdrawn", opinion=reason)
    send.to_firm(
        work, case, "withdrawn", [f"撤回原因: {reason or '未填写'}", "符合条件时可以重新申请。"]
    )


def approve(work: Work, case_id: UUID, opinion: str, amount: Decimal | None) -> Decimal:
    """Approves a case; returns the amount in yuan. Raises as `check_amount` does."""
    decided = check_amount(work, case_id, amount)
    case = case_files.get(work, case_id)
    case_files.change(
        work,
        case_id,
        status="approved",
        amount=decided,
        opinion=opinion,
        decided_at=work.now,
        decided_by=person_behind(work, case.instance_id),
    )
    return decided


def check_amount(work: Work, case_id: UUID, amount: Decimal | None) -> Decimal:
    """The amount that may be approved, in yuan: the one given, by default the computed one.

    Raises BusinessError("no_amount") if there is none, BusinessError("amount_above_rule") if the
    amount given is above the computed one, or above what is still due since other cases were paid.
    """
    from handlers.eligibility.due import objection

    case = case_files.get(work, case_id, lock=True)
    computed = computed_amount(case)
    decided = computed if amount is None else yuan(amount)
    if decided is None or decided <= 0:
        raise BusinessError("no_amount", f"办件 {case.number} 没有可兑付的金额,请填写核定金额")
    if computed is not None and decided > computed:
        raise BusinessError(
            "amount_above_rule",
            f"核定金额 {spoken(decided)} 超过按政策计算的 {spoken(computed)},请按规则核定",
        )
    reason = objection(work, case, decided)
    if reason is not None:
        raise BusinessError("amount_above_rule", reason)
    return decided


def computed_amount(case: Row[Any]) -> Decimal | None:
    """The amount of the last eligibility answer, in yuan; None where the review decides it."""
    result = from_json(case.check_result or {})
    amount = result.get("amount")
    return None if amount is None else yuan(amount)


def refuse(work: Work, case_id: UUID, reason: str, explanation: str) -> None:
    """Refuses a case; the notice has the failed conditions, the policy's text and the remedies."""
    case = case_files.get(work, case_id, lock=True)
    failed = list(from_json(case.check_result or {}).get("failed") or [])
    refusal = {
        "reason": reason,
        "failed": failed,
        "explanation": explanation,
        "policy_text": _policy_text(case),
        "remedies": REMEDIES,
    }
    person = person_behind(work, case.instance_id)
    _end(
        work,
        case,
        "refused",
        refusal=to_json(refusal),
        decided_at=work.now,
        decided_by=person,
    )
    paragraphs = [f"不予兑现的原因: {reason}"]
    paragraphs += _missed(case)
    paragraphs += [f"政策依据: {_policy_text(case)}", f"政策解释: {explanation}"]
    send.to_firm(work, case, "refused", [*paragraphs, f"救济途径: {REMEDIES}"])


def return_case(work: Work, case_id: UUID, reason: str) -> None:
    """Gives a line of a list back to the department that pushed it, with the reason."""
    case = case_files.get(work, case_id, lock=True)
    _end(work, case, "returned", opinion=reason)
    if case.list_line_id is not None:
        line: Any = work.known(LINE, case.list_line_id)
        given_back = {"status": "returned", "reasons": [*line.reasons, reason]}
        work.rows.update(eligibility_line, line.id, given_back)
    paragraphs = [
        f"{case.enterprise_name} 的办件 {case.number}({case.policy_name})已退回。",
        f"原因: {reason}",
    ]
    send.write(work, case.owner, "returned", f"办件退回: {case.number}", paragraphs, case_id)


def _missed(case: Row[Any]) -> list[str]:
    """What the firm lacked, as the check of the case has it, and what nobody could tell."""
    conditions = from_json(case.check_result or {}).get("conditions") or []
    return [
        f"{'未满足' if one['holds'] is False else '无法核对'}的条件: {in_a_sentence(one)}"
        for one in conditions
        if one["holds"] is not True
    ]


def close(work: Work, case_id: UUID, status: str) -> None:
    """Ends a case in a status and stops its clock."""
    if status not in STATUSES:
        raise PermanentFailure(f"没有 {status} 这种办件状态")
    _end(work, case_files.get(work, case_id, lock=True), status)


def terminate(work: Work, case_id: UUID, reason: str) -> None:
    """Ends a case whose handling an operator has stopped, and tells the firm why."""
    case = case_files.get(work, case_id, lock=True)
    public.end(work, case_id)
    refusal = {"reason": reason, "remedies": REMEDIES}
    _end(work, case, "terminated", refusal=to_json(refusal))
    send.to_firm(work, case, "terminated", [f"终止办理的原因: {reason}", REMEDIES])


def begin_again(work: Work, case_id: UUID, reason: str) -> None:
    """Takes a case back to where it was received: nothing is decided, its clock goes on."""
    case = case_files.get(work, case_id, lock=True)
    clocks.reopen(work, case_id, reason)
    case_files.change(
        work,
        case_id,
        status="received",
        amount=None,
        opinion="",
        refusal=None,
        decided_at=None,
        decided_by=None,
        ended_at=None,
    )
    texts = [f"办件将重新办理,原因: {reason}", "已提交的材料继续有效,如需补充会另行通知。"]
    send.to_firm(work, case, "restarted", texts)


def transfer(work: Work, case_id: UUID, department: str) -> str:
    """Gives a case to another department; returns its code. The clock runs on.

    Raises BusinessError("no_department") if there is no such department.
    """
    known = work.connection.scalar(
        select(department_table.c.code).where(
            department_table.c.code == department, department_table.c.active
        )
    )
    if known is None:
        raise BusinessError("no_department", f"没有代码为 {department} 的部门,请重新选择")
    case = case_files.get(work, case_id, lock=True)
    case_files.change(work, case_id, owner=department)
    paragraphs = [f"{case.owner_name} 将办件 {case.number}({case.policy_name})转来办理。"]
    send.write(work, department, "transferred", f"转办: {case.number}", paragraphs, case_id)
    return department


def _policy_text(case: Row[Any]) -> str:
    basis = next((one["text"] for one in case.guide if one.get("name") == "设立依据"), "")
    return f"《{case.policy_name}》({case.document_number})。{basis}"


def _end(work: Work, case: Row[Any], status: str, **values: Any) -> None:
    clocks.stop(work, case.id)
    if status in case_files.ENDED:
        claims.release(work, case.roster_id)
    case_files.change(work, case.id, status=status, ended_at=case.ended_at or work.now, **values)
    queue.decided(work, case, case.policy_id)


def applicant_unit(case: Row[Any]) -> str:
    """The unit of those who act for the case's enterprise."""
    return enterprise_unit(case.enterprise_id)
