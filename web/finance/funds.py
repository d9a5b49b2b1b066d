"""Indicators: budget, available, frozen, ordered, cleared; and the ledger of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import render_template, request
from flask_babel import gettext as _
from sqlalchemy import Row, select

from engine.calendar import SHANGHAI
from engine.errors import NotFound
from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.tables import department
from handlers.cases.tables import case_file
from handlers.funds.ledger import ACCOUNTS
from handlers.funds.tables import indicator, ledger_entry
from handlers.payouts.tables import entitlement
from web.access import requires, run
from web.finance import FUND_READERS, blueprint
from web.marking import N_

PAGE_SIZE = 100
WARN_PERCENT, ALARM_PERCENT = 80, 95
# account and kind of a ledger entry → words
WORDS = {
    "budget": N_("预算"), "available": N_("可用"), "frozen": N_("冻结"), "ordered": N_("已下达"),
    "cleared": N_("已清算"), "allot": N_("下达指标"), "freeze": N_("冻结"), "release": N_("释放"),
    "order": N_("支付指令"), "unorder": N_("支付失败转回"), "clear": N_("清算"), "return": N_("退票转回"),
}  # fmt: skip


def used_percent(row: Any) -> int:
    """How much of an indicator's budget is used or reserved, in whole percent, rounded down."""
    if row.budget <= 0:
        return 0
    return int((row.budget - row.available) * 100 / row.budget)


def light(percent: int) -> str:
    """success, warning (80 % used) or danger (95 % used)."""
    if percent >= ALARM_PERCENT:
        return "danger"
    return "warning" if percent >= WARN_PERCENT else "success"


@blueprint.get("/indicators")
@requires(*FUND_READERS)
def indicators() -> Any:
    """The indicators of a budget year with their sums."""

    def act(work: Work) -> dict[str, Any]:
        years = list(
            work.connection.scalars(
                select(indicator.c.year).distinct().order_by(indicator.c.year.desc())
            )
        )
        year = request.args.get("year", type=int) or work.now.astimezone(SHANGHAI).year
        rows = list(
            work.connection.execute(
                select(indicator, department.c.name.label("department_name"))
                .join(department, department.c.code == indicator.c.department)
                .where(indicator.c.year == year)
                .order_by(indicator.c.code)
            )
        )
        totals = {a: sum((getattr(r, a) for r in rows), Decimal(0)) for a in ACCOUNTS}
        return {"rows": rows, "totals": totals, "years": years, "year": year}

    found = run(act)
    percents = {row.id: used_percent(row) for row in found["rows"]}
    return render_template("finance/indicators.html", percents=percents, light=light, **found)


@blueprint.get("/indicators/<uuid:indicator_id>")
@requires(*FUND_READERS)
def ledger(indicator_id: UUID) -> Any:
    """The ledger of one indicator, the newest entry first."""

    def act(work: Work) -> dict[str, Any]:
        row = work.connection.execute(
            select(indicator).where(indicator.c.id == indicator_id)
        ).first()
        if row is None:
            raise NotFound(_("没有这个预算指标"))
        entries = _entries(work, indicator_id, request.args.get("before", type=int))
        names = people.names_of(work.connection, {entry.actor for entry in entries})
        return {"row": row, "entries": entries, "names": names}

    found = run(act)
    entries = found["entries"]
    following = entries[PAGE_SIZE - 1].sequence if len(entries) > PAGE_SIZE else None
    found["entries"] = entries[:PAGE_SIZE]
    return render_template(
        "finance/ledger.html",
        following=following,
        percent=used_percent(found["row"]),
        light=light,
        words=WORDS,
        **found,
    )


def _entries(work: Work, indicator_id: UUID, before: int | None) -> list[Row[Any]]:
    statement = (
        select(ledger_entry, case_file.c.number.label("case_number"))
        .outerjoin(entitlement, entitlement.c.id == ledger_entry.c.entitlement_id)
        .outerjoin(case_file, case_file.c.id == entitlement.c.case_id)
        .where(ledger_entry.c.indicator_id == indicator_id)
    )
    if before is not None:
        statement = statement.where(ledger_entry.c.sequence < before)
    ordered = statement.order_by(ledger_entry.c.sequence.desc()).limit(PAGE_SIZE + 1)
    return list(work.connection.execute(ordered))
