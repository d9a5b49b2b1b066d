"""The operations that the monitor offers: their names for people, and when."""

from __future__ import annotations

from typing import Any

from web.marking import N_

# name → (title, icon, sentence afterwards, statuses in which it is offered)
RUNNING, ENDED = ("running",), ("completed", "cancelled")
ALIVE = ("running", "suspended")
OFFERED: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "suspend": (N_("挂起"), "player-pause", N_("流程已挂起,恢复前不会有任何步骤执行。"), RUNNING),
    "resume": (N_("恢复"), "player-play", N_("流程已恢复,到期的定时将依次触发。"), ("suspended",)),
    "skip": (N_("跳过步骤"), "player-skip-forward", N_("已跳过,流程继续运行。"), RUNNING),
    "move": (N_("移到另一步骤"), "arrow-move-right", N_("已移动,流程从新的步骤继续。"), RUNNING),
    "back": (N_("退回以前的步骤"), "arrow-back-up", N_("已退回,数据已恢复到当时。"), RUNNING),
    "migrate": (N_("迁移到另一版本"), "versions", N_("已迁移,流程按新版本继续。"), ALIVE),
    "restart": (N_("从头重办"), "rotate", N_("流程已从头开始。"), (*ALIVE, *ENDED)),
    "cancel": (N_("取消流程"), "ban", N_("流程已取消。"), ALIVE),
}
DANGEROUS = frozenset(["cancel", "restart"])
NAMES = "any(suspend, resume, cancel, skip, move, back, restart, migrate)"


def offered(row: Any) -> list[tuple[str, str, str]]:
    """(name, title, icon) of what may be done to an instance in its status."""
    return [
        (name, title, icon)
        for name, (title, icon, _done, statuses) in OFFERED.items()
        if row.status in statuses
    ]
