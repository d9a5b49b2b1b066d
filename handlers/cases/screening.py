"""Screening a list: every line gets its eligibility answer and every reason against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from engine.runtime import Work
from engine.values import to_json
from handlers.cases.opening import live_case
from handlers.eligibility.events import event_facts, event_key
from handlers.enterprises.tables import enterprise
from handlers.money import spoken
from handlers.rosters import claims


@dataclass
class Screened:
    """What screening says of a line. `result` is tagged JSON."""

    line_id: UUID
    enterprise_id: UUID | None
    amount: Decimal | None
    event_key: str
    reasons: list[str] = field(default_factory=list)
    result: Any = None


def screen(work: Work, head: Row[Any], lines: list[Row[Any]]) -> Iterator[Screened]:
    """Looks at every line that has no case and was not left out by its department."""
    open_lines = [line for line in lines if line.status in ("proposed", "returned")]
    firms = _firms(work, {line.uscc for line in open_lines})
    first: Counter[tuple[str, str]] = Counter()
    # In the order of the lines: of two firms that name one person the first has it.
    rosters = [line.roster_id for line in open_lines if line.roster_id is not None]
    claims.claim_all(work, rosters, head, head.event_date)
    for line in open_lines:
        firm = firms.get(line.uscc)
        key = _key(work, head, line, firm)
        first[(line.uscc, key)] += 1
        # Once more: a line before it that goes back has let its persons go.
        claims.claim(work, line.roster_id, head, head.event_date)
        found = _line(work, head, line, firm, key, first[(line.uscc, key)] > 1)
        if found.reasons:
            claims.release(work, line.roster_id)
        yield found


def _key(work: Work, head: Row[Any], line: Row[Any], firm: Row[Any] | None) -> str:
    """What a list says of its events counts only where the policy does not say it itself."""
    if firm is None or not event_facts(head):
        return str(line.event_key)
    return event_key(work, head, firm.id, {}, head.event_date)


def _firms(work: Work, codes: set[str]) -> dict[str, Row[Any]]:
    rows = work.connection.execute(select(enterprise).where(enterprise.c.uscc.in_(codes)))
    return {row.uscc: row for row in rows}


def _line(
    work: Work, head: Row[Any], line: Row[Any], firm: Row[Any] | None, key: str, repeated: bool
) -> Screened:
    found = Screened(line.id, firm.id if firm else None, line.amount, key)
    if repeated:
        found.reasons.append("同一份名单中重复出现")
    if firm is None:
        found.reasons.append(f"统一社会信用代码 {line.uscc or '(空)'} 没有登记")
        return found
    if firm.status == "closed":
        found.reasons.append(f"{firm.name} 已注销")
    known = live_case(work, head, firm.id, key)
    if known is not None:
        found.reasons.append(f"同一事项已兑付或正在办理,办件 {known}")
    found.reasons += _account_reasons(work, firm)
    _check_conditions(work, head, line, firm, found)
    return found


def _account_reasons(work: Work, firm: Row[Any]) -> list[str]:
    from handlers.enterprises.bank_accounts import usable_account

    if usable_account(work, firm.id) is None:
        return ["没有经企业确认的收款账户"]
    return []


def _check_conditions(
    work: Work, head: Row[Any], line: Row[Any], firm: Row[Any], found: Screened
) -> None:
    """The policy's conditions; negative lists are among them (see eligibility/exclusions.py)."""
    from handlers.eligibility.check import check

    answer = check(
        work,
        head.policy_version_id,
        firm.id,
        head.event_date,
        event_key=found.event_key,
        roster_id=line.roster_id,
    )
    found.result = to_json(answer.to_data())
    found.reasons += [f"不满足: {text}" for text in answer.failed]
    found.reasons += [f"缺少数据,无法核对: {text}" for text in answer.unknown]
    if answer.amount is None:
        if line.amount is None or line.amount <= 0:
            found.reasons.append("没有可兑付的金额")
        return
    if line.amount is not None and line.amount != answer.amount:
        found.reasons.append(
            f"名单金额 {spoken(line.amount)} 与按政策计算的 {spoken(answer.amount)} 不一致"
        )
        return
    found.amount = answer.amount
    if answer.amount <= 0:
        found.reasons.append("按政策计算的金额为零")
