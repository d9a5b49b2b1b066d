"""Cancel: an instance ends, and everything it waits for goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.operations.perform import Scene
from engine.spiff import tokens


@dataclass(frozen=True)
class Cancel:
    """Ends an instance. What that means to its case and money, the district's reactions say."""

    name: ClassVar[str] = "cancel"
    kind: ClassVar[str] = "cancelled"
    statuses: ClassVar[frozenset[str]] = frozenset(["running", "suspended"])

    def act(self, scene: Scene) -> None:
        run = scene.run
        scene.preview.taken = [t for t in tokens.held(run) if t.kind not in tokens.CONTAINERS]
        if run.waiting().calls:
            scene.warn(
                "已发出的对外调用无法撤回,其结果不再被采用。",
                "Calls already sent out cannot be taken back; their answers will be ignored.",
            )
        run.cancel()
        scene.ended = "cancelled"
