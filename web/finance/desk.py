"""The payout desk: lines that are due, by indicator, and making a batch of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row, func, select

from engine.calendar import SHANGHAI
from engine.errors import Conflict, InvalidInput
from engine.runtime import Work
from handlers.accounts.roles import APPROVAL_BUREAU, MAKER
from handlers.funds.tables import indicator
from handlers.payouts import batches
from handlers.payouts.tables import payment_batch, payment_order
from web.access import requires, run
from web.finance import PAYOUT_READERS, blueprint

SHOWN = 500
UNDER_WAY = ("checking", "releasing", "sending", "waiting")


@dataclass(frozen=True)
class Group:
    """The due lines paid from one indicator."""

    indicator: Row[Any]
    lines: list[Row[Any]]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


def load(work: Work) -> dict[str, Any]:
    """What the desk shows."""
    lines = batches.due_lines(work, limit=SHOWN)
    today = work.now.astimezone(SHANGHAI).date()
    due_now = [line for line in lines if line.due_at.astimezone(SHANGHAI).date() <= today]
    late = [line for line in lines if line.due_at < work.now]
    waiting, total = work.connection.execute(
        select(func.count(), func.coalesce(func.sum(payment_order.c.amount), 0)).where(
            payment_order.c.status == "due"
        )
    ).one()
    return {
        "groups": _grouped(work, lines),
        "due_now": {line.id for line in due_now},
        "figures": {
            "today": sum((line.amount for line in due_now), Decimal(0)),
            "today_count": len(due_now),
            "late": len(late),
            "waiting": waiting,
            "total": total,
        },
        "under_way": _under_way(work),
        "may_make": work.actor.holds(APPROVAL_BUREAU, MAKER),
    }


def _grouped(work: Work, lines: Iterable[Row[Any]]) -> list[Group]:
    by_indicator: dict[UUID, list[Row[Any]]] = {}
    for line in lines:
        by_indicator.setdefault(line.indicator_id, []).append(line)
    rows = work.connection.execute(
        select(indicator).where(indicator.c.id.in_(by_indicator)).order_by(indicator.c.code)
    )
    return [Group(row, by_indicator[row.id]) for row in rows]


def _under_way(work: Work) -> list[Row[Any]]:
    return list(
        work.connection.execute(
            select(payment_batch)
            .where(payment_batch.c.status.in_(UNDER_WAY))
            .order_by(payment_batch.c.created_at)
            .limit(50)
        )
    )


def chosen_ids() -> list[UUID]:
    """The orders that are ticked. Raises InvalidInput for anything that is no id."""
    try:
        return [UUID(text) for text in request.form.getlist("order_ids")]
    except ValueError as error:
        raise InvalidInput(_("所选款项不正确,请刷新后重选")) from error


@blueprint.get("")
@requires(*PAYOUT_READERS)
def payout_desk() -> Any:
    """The due lines by indicator; what is due today is ticked, or all, or none."""
    found = run(load)
    everything = {line.id for group in found["groups"] for line in group.lines}
    ticked = {"all": everything, "none": set()}.get(request.args.get("tick", ""), found["due_now"])
    return render_template("finance/desk.html", chosen=ticked, message="", **found)


@blueprint.post("/selection")
@requires(*PAYOUT_READERS)
def selection() -> Any:
    """How many lines are ticked and their sum, as a fragment."""
    ids = chosen_ids()

    def act(work: Work) -> Any:
        return work.connection.execute(
            select(
                func.count().label("lines"),
                func.coalesce(func.sum(payment_order.c.amount), 0).label("total"),
            ).where(payment_order.c.id.in_(ids), payment_order.c.status == "due")
        ).one()

    return render_template("finance/selection.html", chosen_sum=run(act))


@blueprint.post("/batches")
@requires(MAKER)
def make_batch() -> Any:
    """Makes a batch of the ticked lines; it then waits for its checker."""
    ids = chosen_ids()
    try:
        batch_id = run(lambda work: batches.make_batch(work, ids))
    except (InvalidInput, Conflict) as error:
        found = run(load)
        status = 409 if isinstance(error, Conflict) else 422
        page = render_template("finance/desk.html", chosen=set(ids), message=error.message, **found)
        return page, status
    flash(_("批次已制单,等待复核。"), "success")
    return redirect(url_for("finance.batch", batch_id=batch_id))
