"""Skip: an element is carried past without being done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from engine.operations.data import corrected
from engine.operations.perform import Scene
from engine.operations.places import saying_why, the_token
from engine.spiff import tokens


@dataclass(frozen=True)
class Skip:
    """Carries a token past its element; `changes` stand for what the element would have given."""

    task_id: UUID | None = None
    element: str = ""
    changes: dict[str, Any] = field(default_factory=dict)

    name: ClassVar[str] = "skip"
    kind: ClassVar[str] = "skipped"
    statuses: ClassVar[frozenset[str]] = frozenset(["running"])

    def act(self, scene: Scene) -> None:
        token = the_token(scene, self.task_id, self.element)
        scene.element, scene.task_id = token.element, token.task_id
        scene.preview.taken = [token]
        corrected(scene, tokens.data_at(scene.run, token.task_id), self.changes)
        _warn(scene, token)
        with saying_why(scene):
            tokens.skip(scene.run, token.task_id, self.changes)


def _warn(scene: Scene, token: tokens.Token) -> None:
    if token.kind == "scope":
        scene.warn(
            f"“{token.name}”里面尚未完成的步骤全部放弃,它应交回的数据不会产生。",
            f"Everything unfinished inside “{token.name}” is given up; it gives no data back.",
        )
    elif token.kind == "call":
        scene.warn(
            "对外调用可能已经发出,其结果不再被采用。",
            "The call may already have been made; its answer will be ignored.",
        )
    elif token.kind in ("person", "failed", "event", "loop"):
        scene.warn(
            f"“{token.name}”不会执行,它应写入的数据不会产生;后面的条件如要用到,请在此补填。",
            f"“{token.name}” is not done and writes no data; give here what later conditions need.",
        )
