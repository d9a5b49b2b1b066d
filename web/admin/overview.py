"""Where an administrator begins: what his office lets him do."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import lazy_gettext as _

from handlers.accounts.roles import (
    AUDIT_ADMINISTRATOR,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
)
from web.access import current_actor, requires
from web.admin import ANY, blueprint

# endpoint, title, what it is for, icon, role
SECTIONS = (
    ("admin.departments", _("部门"), _("增加、更名、停用部门"), "building", SYSTEM_ADMINISTRATOR),
    ("admin.calendar", _("工作日历"), _("录入放假通知和本地休息日,查看暂定的到期日"),
     "calendar", SYSTEM_ADMINISTRATOR),
    ("admin.processes", _("运行状况"), _("进程、队列、失败的作业、现行流程"), "server",
     SYSTEM_ADMINISTRATOR),
    ("admin.accounts", _("账户与岗位"), _("新建、停用账户,重置密码,授予和结束岗位"), "users",
     SECURITY_ADMINISTRATOR),
    ("admin.record", _("管理记录"), _("三员的每一步操作,核验是否被改动"), "history",
     AUDIT_ADMINISTRATOR),
)  # fmt: skip


@blueprint.get("")
@requires(*ANY)
def overview() -> Any:
    actor = current_actor()
    mine = [section for section in SECTIONS if actor.has_role(section[4])]
    return render_template("admin/overview.html", sections=mine)
