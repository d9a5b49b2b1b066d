"""The administrators' record, read by the audit administrator."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from sqlalchemy import select

from engine.runtime import Work
from handlers.accounts import people
from handlers.accounts.roles import AUDIT_ADMINISTRATOR
from handlers.accounts.tables import administration_event
from web.access import requires, run
from web.admin import blueprint
from web.marking import N_

PAGE_SIZE = 100
# action → words
ACTIONS = {
    "create_account": N_("新建账户"), "add_membership": N_("授予岗位"), "end_membership": N_("结束岗位"),
    "reset_password": N_("重置密码"), "block": N_("停用账户"), "unblock": N_("启用账户"),
    "add_department": N_("增加部门"), "change_department": N_("变更部门"),
    "enter_calendar": N_("录入日历"), "remove_calendar": N_("删除日历录入"),
}  # fmt: skip


@blueprint.get("/record")
@requires(AUDIT_ADMINISTRATOR)
def record() -> Any:
    """What administrators did, the newest first, and whether the chain of hashes holds."""

    def act(work: Work) -> dict[str, Any]:
        statement = select(administration_event)
        before = request.args.get("before", type=int)
        if before is not None:
            statement = statement.where(administration_event.c.id < before)
        ordered = statement.order_by(administration_event.c.id.desc()).limit(PAGE_SIZE + 1)
        rows = list(work.connection.execute(ordered))
        known = {row.actor for row in rows} | {row.subject for row in rows}
        return {
            "rows": rows,
            "names": people.names_of(work.connection, known),
            "faults": people.broken_links(work.connection) if before is None else [],
            "checked": before is None,
        }

    found = run(act)
    rows = found.pop("rows")
    following = rows[PAGE_SIZE - 1].id if len(rows) > PAGE_SIZE else None
    return render_template(
        "admin/record.html",
        rows=rows[:PAGE_SIZE],
        following=following,
        actions=ACTIONS,
        **found,
    )
