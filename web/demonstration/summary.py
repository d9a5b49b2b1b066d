"""What the demonstration came to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import text

from engine.runtime import Work
from web.commands.district import findings

MODES = ("automatic", "instant", "promised")
_CASES = """
    select c.mode,
           count(*) as cases,
           count(*) filter (where c.status = 'paid') as paid,
           count(*) filter (where c.status in ('refused', 'not_accepted')) as refused,
           count(*) filter (where c.status = 'returned') as returned
    from case_file c group by c.mode
"""
_AMOUNTS = """
    select c.mode, sum(o.amount) as amount
    from payment_order o
    join entitlement e on e.id = o.entitlement_id
    join case_file c on c.id = e.case_id
    where o.status = 'success' group by c.mode
"""
_RETURNED_LINES = "select count(*) from eligibility_line where status = 'returned'"


def summarise(work: Work, seconds: int) -> dict[str, Any]:
    """The JSON object of `redeem demo`: counts and paid amounts (yuan, two decimals) by mode."""
    found: dict[str, Any] = {
        mode: {"cases": 0, "paid": 0, "refused": 0, "returned": 0, "amount": "0.00"}
        for mode in MODES
    }
    for row in work.connection.execute(text(_CASES)):
        found[row.mode].update(
            cases=row.cases, paid=row.paid, refused=row.refused, returned=row.returned
        )
    for row in work.connection.execute(text(_AMOUNTS)):
        found[row.mode]["amount"] = f"{Decimal(row.amount):.2f}"
    found["automatic"]["returned"] += int(work.connection.scalar(text(_RETURNED_LINES)) or 0)
    broken = list(findings(work))
    found["ledger_balanced"] = not any("指标" in b or "账" in b for b in broken)
    found["verify_findings"] = len(broken)
    found["seconds"] = seconds
    return found
