"""An instance's history as people read it: who, when, what, why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from engine import history
from engine.runtime import Work
from engine.values import from_json
from handlers.accounts import people
from web import diagrams
from web.marking import N_

# kind → (words, icon, colour)
KINDS: dict[str, tuple[str, str, str]] = {
    "started": (N_("已启动"), "player-play", "info"),
    "completed": (N_("已完成"), "check", "secondary"),
    "decided": (N_("已决策"), "git-branch", "secondary"),
    "null": (N_("表达式结果为空"), "alert-circle", "warning"),
    "assigned": (N_("已派发"), "user-plus", "secondary"),
    "answered": (N_("已办理"), "user-check", "success"),
    "withdrawn": (N_("已收回"), "user-minus", "secondary"),
    "timer fired": (N_("已到时"), "clock-play", "warning"),
    "message received": (N_("已收到消息"), "mail-opened", "info"),
    "failed": (N_("出错"), "alert-triangle", "danger"),
    "recovered": (N_("已恢复"), "check", "success"),
    "retried": (N_("已重试"), "refresh", "warning"),
    "corrected": (N_("已更正数据"), "edit", "warning"),
    "suspended": (N_("已挂起"), "player-pause", "warning"),
    "resumed": (N_("恢复运行"), "player-play", "success"),
    "cancelled": (N_("已取消"), "ban", "danger"),
    "skipped": (N_("已跳过"), "player-skip-forward", "warning"),
    "moved": (N_("已移动"), "arrow-move-right", "warning"),
    "went back": (N_("已退回"), "arrow-back-up", "warning"),
    "restarted": (N_("重新开始"), "rotate", "warning"),
    "migrated": (N_("已迁移版本"), "versions", "info"),
    "ended": (N_("已结束"), "flag", "info"),
}
FOR_PEOPLE = frozenset(KINDS) - {
    "completed", "decided", "null", "withdrawn", "assigned", "recovered"
}  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """One line of the history."""

    at: datetime
    kind: str
    words: str
    icon: str
    colour: str
    name: str
    element: str
    who: str
    reason: str
    changed: dict[str, Any]


def of_instance(
    work: Work, row: Row[Any], kinds: frozenset[str] | None = None, limit: int = 500
) -> list[Moment]:
    """The latest `limit` events of the wanted kinds, newest first."""
    events = history.of_instance(work.connection, row.id)
    events = [e for e in events if kinds is None or e.kind in kinds][-limit:]
    who = people.names_of(work.connection, {e.actor for e in events})
    names = diagrams.element_names(work, row)
    return [_moment(event, who, names) for event in reversed(events)]


def _moment(event: Row[Any], who: dict[str, str], names: dict[str, str]) -> Moment:
    words, icon, colour = KINDS.get(event.kind, (event.kind, "circle", "secondary"))
    return Moment(
        event.at,
        event.kind,
        str(_(words)),
        icon,
        colour,
        event.name or names.get(event.element, event.element),
        event.element,
        who.get(event.actor, event.actor),
        event.reason,
        from_json(event.data).get("changed", {}),
    )
