"""Batches: the list, and one with its lines, the people who signed it, and the bank's answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row, select, tuple_

from engine.errors import InvalidInput, NotFound
from engine.runtime import Work
from engine.tables import user_task
from engine.user_tasks import may_take
from handlers.accounts import people
from handlers.accounts.roles import APPROVAL_BUREAU, MAKER
from handlers.payouts import batches, returns
from handlers.payouts.tables import bank_answer, payment_batch
from web.access import requires, run
from web.finance import PAYOUT_READERS, blueprint

PAGE_SIZE = 50


@blueprint.get("/batches")
@requires(*PAYOUT_READERS)
def batch_list() -> Any:
    """Every batch, the newest first."""
    rows, names = run(lambda work: _page(work, request.args.get("after", "")))
    following = _key(rows[PAGE_SIZE - 1]) if len(rows) > PAGE_SIZE else ""
    return render_template(
        "finance/batches.html", rows=rows[:PAGE_SIZE], names=names, following=following
    )


def _key(row: Row[Any]) -> str:
    return f"{row.created_at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}~{row.id}"


def _page(work: Work, after: str) -> tuple[list[Row[Any]], dict[str, str]]:
    statement = select(payment_batch)
    at, _tilde, identity = after.partition("~")
    try:
        last = (datetime.fromisoformat(at), UUID(identity))
    except ValueError:
        pass
    else:
        place = tuple_(payment_batch.c.created_at, payment_batch.c.id)
        statement = statement.where(place < tuple_(*last))
    rows = list(
        work.connection.execute(
            statement.order_by(payment_batch.c.created_at.desc(), payment_batch.c.id.desc()).limit(
                PAGE_SIZE + 1
            )
        )
    )
    return rows, people.names_of(work.connection, {row.maker for row in rows})


@blueprint.get("/batches/<uuid:batch_id>")
@requires(*PAYOUT_READERS)
def batch(batch_id: UUID) -> Any:
    """One batch. Of account numbers only the last four digits are shown."""
    return _shown(batch_id)


def _shown(batch_id: UUID, wrong: dict[str, str] | None = None) -> Any:
    def load(work: Work) -> dict[str, Any]:
        row = batches.get(work, batch_id)
        signers = {row.maker, row.checker or "", row.releaser or ""}
        return {
            "row": row,
            "lines": batches.lines_of(work, batch_id),
            "answers": _last_answers(work, batch_id),
            "names": people.names_of(work.connection, signers),
            "tasks": _tasks(work, row),
            "may_book": work.actor.holds(APPROVAL_BUREAU, MAKER),
        }

    page = render_template("finance/batch.html", wrong=wrong or {}, **run(load))
    return page, 422 if wrong else 200


@blueprint.post("/batches/<uuid:batch_id>/lines/<uuid:order_id>/return")
@requires(MAKER)
def book_return(batch_id: UUID, order_id: UUID) -> Any:
    """Books a payment that the bank has given back; it is paid again once the account is right."""

    def act(work: Work) -> None:
        if order_id not in {line.id for line in batches.lines_of(work, batch_id)}:
            raise NotFound(_("批次中没有这一笔。"))
        returns.book_return(work, order_id, request.form.get("reason", "")[:200])

    try:
        run(act)
    except InvalidInput as error:
        return _shown(batch_id, {str(order_id): error.fields["reason"]})
    flash(_("退票已登记；企业更正账户后系统自动重新支付。"), "success")
    return redirect(url_for("finance.batch", batch_id=batch_id))


def _last_answers(work: Work, batch_id: UUID) -> dict[UUID, Row[Any]]:
    rows = work.connection.execute(
        select(bank_answer).where(bank_answer.c.batch_id == batch_id).order_by(bank_answer.c.id)
    )
    return {row.order_id: row for row in rows}


def _tasks(work: Work, row: Row[Any]) -> list[Row[Any]]:
    """The batch's open tasks that the actor may do."""
    found = work.connection.execute(
        select(user_task).where(
            user_task.c.instance_id == row.instance_id, user_task.c.status == "open"
        )
    )
    return [task for task in found if may_take(work.actor, task)]
