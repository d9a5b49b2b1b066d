"""What each person answers. Decided by the case's number, so that a play is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zlib import crc32

from sqlalchemy import Row

from engine.runtime import Work

Answer = dict[str, Any]
Data = dict[str, Any]


def answer_for(work: Work, row: Row[Any], data: Data) -> Answer:
    """The answer to an open task. Raises KeyError for a form nobody has learnt to fill in."""
    return _ANSWERS[row.form](data)


def chance(data: Data, question: str, percent: int) -> bool:
    """A fixed throw of the dice for a case and a question."""
    case = data.get("case") or {}
    return crc32(f"{case.get('number', '')}:{question}".encode()) % 100 < percent


def _acceptance(data: Data) -> Answer:
    if chance(data, "not accepted", 3):
        return {"decision": "not_accept", "reason": "不属于本政策的申报对象"}
    if chance(data, "supplement", 10) and not data.get("supplement_decision"):
        return {"decision": "supplement", "missing": ["兑现申请表"], "message": "请补齐盖章页"}
    return {"decision": "accept"}


def _review(data: Data) -> Answer:
    if data["eligibility"]["holds"] is not True:
        return {
            "decision": "refuse",
            "reason": "不符合申请条件",
            "explanation": "按政策规定的条件核对,所列条件未达到;达到后可再次申请。",
        }
    answer: Answer = {"decision": "approve", "opinion": "经审核,符合条件,同意兑现"}
    if data["eligibility"]["amount"] is None:
        answer["amount"] = Decimal("100000.00")
    return answer


_ANSWERS: dict[str, Callable[[Data], Answer]] = {
    "forms/acceptance.form": _acceptance,
    "forms/supplement.form": lambda data: {"supplement_decision": "submitted"},
    "forms/review.form": _review,
    "forms/reclassify.form": lambda data: {"target_department": data["case"]["owner"]},
    "forms/batch_check.form": lambda data: {"decision": "approve"},
    "forms/batch_release.form": lambda data: {"decision": "approve"},
    "forms/batch_refused.form": lambda data: {"decision": "resend"},
    "forms/shortage.form": lambda data: {"decision": "give_up", "reason": "本年度指标已用完"},
}
