"""What each person answers. Decided by the case's number, so that a play is the same every time."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import Row

from engine.runtime import Work
from handlers.enterprises import bank_accounts

Answer = dict[str, Any]
Data = dict[str, Any]


def answer_for(work: Work, row: Row[Any], data: Data) -> Answer:
    """The answer to an open task. Raises KeyError for a form nobody has learnt to fill in."""
    if row.form == "forms/correct_account.form":
        return _corrected_account(work, data)
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
    if data.get("unpaid"):  # approved again it would come back again, for ever
        return {
            "decision": "refuse",
            "reason": "本年度指标已用完或款项不能支付:" + ";".join(map(str, data["unpaid"]))[:500],
            "explanation": "指标重新下达或问题解决以后,可以再次申请。",
        }
    if data.get("survey_result") == "fail":
        return {
            "decision": "refuse",
            "reason": "现场勘查与申报内容不一致",
            "explanation": "享受本政策须与申报内容一致,整改后可再次申请。",
        }
    if data.get("head_decision") == "disagree":
        return {
            "decision": "refuse",
            "reason": "负责人不同意兑现:" + data["head_opinion"],
            "explanation": "证明材料尚不足以认定所列条件,补齐后可再次申请。",
        }
    if data["eligibility"]["holds"] is not True:
        return {
            "decision": "refuse",
            "reason": "不符合申请条件",
            "explanation": "按政策规定的条件核对,所列条件未达到;达到后可再次申请。",
        }
    answer: Answer = {"decision": "approve", "opinion": "经审核,符合条件,同意兑现"}
    if data["eligibility"]["amount"] is None:
        answer["decided_amount"] = Decimal("100000.00")
    return answer


def _account_confirmation(data: Data) -> Answer:
    if chance(data, "objection", 4):
        return {"account_decision": "object", "objection_text": "该账户近期将停用,请暂缓付款"}
    return {"account_decision": "confirm"}


def _site_survey(data: Data) -> Answer:
    received = data["case"]["received_at"]
    failed = chance(data, "survey failed", 15)
    return {
        "surveyed_at": f"{received:%Y-%m-%dT%H:%M}:00+08:00",
        "survey_place": "示例厂区",
        "survey_people": "示例甲、示例乙",
        "survey_result": "fail" if failed else "pass",
        "survey_findings": "所报设备不在现场" if failed else "现场与申报内容一致",
    }


def _expert_review(data: Data) -> Answer:
    if chance(data, f"conflict {data['expert']}", 10):
        return {"conflict": True, "conflict_reason": "近三年为该企业提供过咨询"}
    return {
        "conflict": False,
        "score": 70 + 5 * chance(data, f"score {data['expert']}", 50),
        "comment": "符合评审标准",
    }


def _expert_shortage(data: Data) -> Answer:
    """Draws again once; who has no more experts to draw goes on with the scores given."""
    if (data.get("error") or {}).get("code") == "too_few_experts":
        return {"expert_decision": "go_on", "expert_note": "没有更多无利害关系的专家"}
    return {"expert_decision": "redraw"}


def _department_approval(data: Data) -> Answer:
    if data["decision"] == "approve" and chance(data, "head disagrees", 5):
        return {"head_decision": "disagree", "head_opinion": "证明材料不足以认定条件"}
    return {"head_decision": "agree"}


def _corrected_account(work: Work, data: Data) -> Answer:
    """As the inbox does: the number goes into an encrypted row, the answer has the row's id."""
    case = data["case"]
    stated = {
        "holder": case["enterprise"],
        "bank": "示例银行赣州分行营业部",
        "cnaps": "104428000017",
    }
    number = f"6222{crc32(case['id'].encode()):012d}0001"
    account_id = bank_accounts.declare(work, UUID(case["enterprise_id"]), **stated, number=number)
    return {**stated, "number_id": str(account_id)}


_ANSWERS: dict[str, Callable[[Data], Answer]] = {
    "forms/acceptance.form": _acceptance,
    "forms/supplement.form": lambda data: {"supplement_decision": "submitted"},
    "forms/review.form": _review,
    "forms/reclassify.form": lambda data: {"target_department": data["case"]["owner"]},
    "forms/account_confirmation.form": _account_confirmation,
    "forms/commitment.form": lambda data: {
        "commitment_agreed": True,
        "commitment_signer": "示例法定代表人",
    },
    "forms/expert_review.form": _expert_review,
    "forms/expert_shortage.form": _expert_shortage,
    "forms/site_survey.form": _site_survey,
    "forms/department_approval.form": _department_approval,
    "forms/objection.form": lambda data: {
        "objection_decision": "dismiss",
        "objection_opinion": "经调查,异议不成立",
    },
    "forms/phone_confirmation.form": lambda data: {
        "account_decision": "confirm",
        "contact": "示例财务负责人",
    },
    "forms/list_review.form": lambda data: {"list_decision": "submit"},
    "forms/list_sign.form": lambda data: {"sign_decision": "sign"},
    "forms/batch_check.form": lambda data: {"decision": "approve"},
    "forms/batch_release.form": lambda data: {"decision": "approve"},
    "forms/batch_refused.form": lambda data: {"decision": "resend"},
    "forms/shortage.form": lambda data: {"decision": "give_up", "reason": "本年度指标已用完"},
}
