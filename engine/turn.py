"""The right to write of a step, and what belongs to its act: taken together, once, at its first write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.changes import Changes
from engine.crash_points import crash_point
from engine.errors import Conflict, VersionConflict
from engine.runtime import Work
from engine.standings import Standing, WaitingRows


@dataclass(frozen=True)
class Settled:
    """What belongs to an act itself, such as the row of the task it completes.

    `part` is one of `engine.changes`. If its row is no longer as `values` say, the step ends with
    Conflict and this text; without a text it does not matter.
    """

    part: str
    values: dict[str, Any]
    otherwise: str | None = None

    def take_from(self, rows: WaitingRows) -> None:
        """What is settled is nothing the instance waits for any more."""
        if self.part == "close_task":
            rows.user_tasks.pop(self.values["id"], None)
        elif self.part == "use_timer":
            rows.timers.discard((self.values["task_id"], self.values["element"]))
        elif self.part == "answer_call":
            rows.calls.discard(self.values["task_id"])


@dataclass
class Turn:
    """The right to write of some steps: their instances locked at the versions that were read.

    It is taken once, before anything of theirs is written: by itself when a handler is about to
    touch the database, else together with what is written at the end. Every step takes the lock of
    its instance before any other, so that no two wait for each other in a circle.
    """

    work: Work
    standings: list[Standing]
    settled: list[Settled] = field(default_factory=list)
    taken: bool = False
    contended: bool = field(init=False)
    """Whether there is anything that somebody else could take; not if all instances are new. What
    their handlers only collect then leaves them to be written once, with their state."""

    def __post_init__(self) -> None:
        self.contended = bool(self.settled) or any(one.lock_version for one in self.standings)

    def take(self) -> None:
        """Raises VersionConflict if another step was faster, Conflict if there is nothing to settle."""
        if self.taken:
            return
        changes = Changes()
        for one in self.standings:
            if one.lock_version:
                changes.add("lock", id=one.id, version=one.lock_version)
            else:
                changes.add("create", **new_row(self.work, one), lock_version=0)
        self.write(changes)
        crash_point("row won")

    def write(self, changes: Changes) -> None:
        """Writes changes, and takes the turn with them if it has not been taken. Raises as `take`."""
        first = not self.taken
        if first:
            for one in self.settled:
                changes.add(one.part, **one.values)
        counts = changes.write(self.work.connection)
        if counts.get("lock", 0) + counts.get("step", 0) < sum(
            1 for one in self.standings if one.lock_version or not first
        ):
            raise VersionConflict
        if first:
            self._check(counts)
        changes.write_rest(self.work.connection)
        self.taken = True

    def _check(self, counts: dict[str, int]) -> None:
        new = sum(1 for one in self.standings if not one.lock_version)
        if counts.get("create", 0) < new:
            raise Conflict("这个流程已经启动")
        for one in self.settled:
            asked = sum(1 for other in self.settled if other.part == one.part)
            if one.otherwise is not None and counts[one.part] < asked:
                raise Conflict(one.otherwise)


def new_row(work: Work, standing: Standing) -> dict[str, Any]:
    """The row of an instance that is not in the database yet."""
    return {
        "id": standing.id,
        "definition_id": standing.definition_id,
        "business_key": standing.business_key,
        "status": "running",
        "started_at": work.now,
    }
