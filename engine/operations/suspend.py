"""Suspend and resume: while suspended no step runs, and timers that come due wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import func, select

from engine.operations.perform import Scene
from engine.tables import timer


@dataclass(frozen=True)
class Suspend:
    """Lets nothing happen to an instance until it is resumed."""

    name: ClassVar[str] = "suspend"
    kind: ClassVar[str] = "suspended"
    statuses: ClassVar[frozenset[str]] = frozenset(["running"])

    def act(self, scene: Scene) -> None:
        scene.columns["status"] = "suspended"
        scene.say(
            "待办仍可查看,但恢复前不能提交。",
            "Open tasks can be read but not completed until it is resumed.",
        )
        scene.say(
            "定时到期后也不触发,恢复后立即补触发;法定计时不因挂起而停止。",
            "Timers that come due wait and fire once it is resumed; statutory clocks run on.",
        )


@dataclass(frozen=True)
class Resume:
    """Lets a suspended instance go on."""

    name: ClassVar[str] = "resume"
    kind: ClassVar[str] = "resumed"
    statuses: ClassVar[frozenset[str]] = frozenset(["suspended"])

    def act(self, scene: Scene) -> None:
        scene.columns["status"] = "running"
        due = scene.work.connection.scalar(
            select(func.count())
            .select_from(timer)
            .where(
                timer.c.instance_id == scene.row.id,
                timer.c.due_at <= scene.work.now,
                timer.c.held_at.is_(None),
            )
        )
        if due:
            scene.warn(
                f"挂起期间已有 {due} 个定时到期,恢复后立即触发。",
                f"{due} timer(s) came due meanwhile and will fire at once.",
            )
