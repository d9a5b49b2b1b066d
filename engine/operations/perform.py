"""Previews and applies an operation: one piece of code does both, and a preview is rolled back.

So a preview shows exactly what will happen, up to what database handlers answer, as of this moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Protocol
from uuid import UUID

from engine import instances, standings, steps
from engine.errors import Conflict, EngineError, InvalidInput, NotAllowed, VersionConflict
from engine.history import Entry
from engine.operations.preview import Preview, compare, items, token_json, warn_of_failures
from engine.reactions import KINDS, Change, Refused
from engine.runtime import Work
from engine.sentence import Sentence
from engine.spiff import Process, Run
from engine.spiff.script import RetryStep
from engine.spiff.tokens import Token
from engine.standings import Standing
from engine.step_services import StepServices
from engine.steps import Doing
from engine.turn import Turn

# What was set aside for the first run must be freed before the second sets it aside again.
BEFORE_IT_RUNS = frozenset(["restarted"])
MAX_REASON = 500
MOVED_ON = "流程在您查看之后已有变化,没有执行;请重新预览后再确认"


@dataclass
class Scene:
    """One operation at work on one instance. What an operation sets here is written afterwards."""

    work: Work
    row: Standing
    preview: Preview
    element: str = ""
    task_id: UUID | None = None
    ended: str | None = None
    status: str | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    """What the history's event says beyond tokens and data."""
    advance: bool = True
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    """What needs the rows of the new state."""
    _run: Run | None = None

    @cached_property
    def turn(self) -> Turn:
        return Turn(self.work, [self.row])

    @cached_property
    def services(self) -> StepServices:
        return StepServices(self.work, self.row.release_id, self.turn)

    @property
    def run(self) -> Run:
        """The instance in memory, restored at the first use."""
        if self._run is None:
            self._run = steps.restored(self.work, self.row, self.services)
        return self._run

    @run.setter
    def run(self, run: Run) -> None:
        self._run = run

    @property
    def touched(self) -> bool:
        """Whether the state was looked at and has to be written."""
        return self._run is not None

    def warn(self, text: str, english: str) -> None:
        self.preview.warnings.append(Sentence(text, english))

    def say(self, text: str, english: str) -> None:
        self.preview.effects.append(Sentence(text, english))


class Operation(Protocol):
    """What may be done to an instance. `kind` is that of the history's event."""

    name: ClassVar[str]
    kind: ClassVar[str]
    statuses: ClassVar[frozenset[str]]

    def act(self, scene: Scene) -> None:
        """Changes the instance in memory. Raises Refused."""


def preview(work: Work, instance_id: UUID, operation: Operation) -> Preview:
    """What an operation would do now. Everything it did to find out is rolled back.

    Raises NotFound.
    """
    shown = _shown(work, instance_id, operation)
    savepoint = work.connection.begin_nested()
    try:
        _perform(work, instance_id, operation, "预览", shown)
    except Refused as refused:
        shown.refusals.extend(refused.sentences)
    except (NotAllowed, VersionConflict, RetryStep):
        raise
    except EngineError as error:
        shown.refusals.append(Sentence(error.message, getattr(error, "english", error.message)))
    finally:
        savepoint.rollback()
    return shown


def apply(
    work: Work,
    instance_id: UUID,
    operation: Operation,
    *,
    reason: str,
    expected_version: int | None = None,
) -> Preview:
    """Does it and says what was done. Nothing of it is committed here.

    Raises InvalidInput without a reason, Conflict if the instance is no longer at
    `expected_version`, Refused with every sentence.
    """
    why = reason_of(reason)
    shown = _shown(work, instance_id, operation)
    if expected_version is not None and shown.version != expected_version:
        raise Conflict(MOVED_ON)
    _perform(work, instance_id, operation, why, shown)
    return shown


def reason_of(text: str) -> str:
    """A reason, trimmed. Raises InvalidInput if it is missing or too long."""
    reason = text.strip()
    if not reason:
        raise InvalidInput(fields={"reason": "请写明原因,它会记入办理经过"})
    if len(reason) > MAX_REASON:
        raise InvalidInput(fields={"reason": "原因最多 500 个字"})
    return reason


def names_of(process: Process) -> dict[str, str]:
    """Element → name, over a process and all it calls."""
    return {
        spec.bpmn_id: spec.bpmn_name or spec.bpmn_id
        for one in (process.spec, *process.called.values())
        for spec in one.task_specs.values()
        if spec.bpmn_id
    }


def _shown(work: Work, instance_id: UUID, operation: Operation) -> Preview:
    row = instances.get(work, instance_id)
    return Preview(operation.name, instance_id, row.lock_version, row.status, row.status)


def _perform(
    work: Work, instance_id: UUID, operation: Operation, reason: str, shown: Preview
) -> None:
    row = instances.standing(work, instance_id)
    if row.status not in operation.statuses:
        raise Refused(_WRONG_STATUS[row.status])
    names = names_of(instances.process_of(work, row))
    before = items(work, instance_id, names)
    scene = Scene(work, row, shown)
    # First of all locks: every step takes it before any other, and reactions take further ones.
    scene.turn.take()
    operation.act(scene)
    if operation.kind in BEFORE_IT_RUNS:
        _tell(scene, operation, reason)
    if scene.touched and scene.advance and scene.ended is None:
        scene.run.advance()
    _write(scene, operation, reason)
    for finish in scene.afterwards:
        finish()
    now = instances.get(work, instance_id)
    shown.status_after = now.status
    if operation.kind not in BEFORE_IT_RUNS:
        _tell(scene, operation, reason)
    names |= names_of(instances.process_of(work, now))
    compare(shown, before, items(work, instance_id, names))
    warn_of_failures(shown, scene.task_id)


def _write(scene: Scene, operation: Operation, reason: str) -> None:
    shown = scene.preview
    data: dict[str, Any] = {**scene.told}
    if shown.taken:
        data["taken"] = [token_json(t) for t in shown.taken]
    if shown.changed:
        data["changed"] = shown.changed
    if shown.dropped:
        data["removed"] = shown.dropped
    entry = Entry(operation.kind, scene.element, "", scene.task_id, data, reason)
    if scene.touched:
        work, row = scene.work, scene.row
        # Operations write rows of their own; what is compared is what they have left.
        row = replace(row, rows=standings.read(work, [row.id])[row.id].rows)
        doing = Doing(row, scene.run, scene.services, [entry], scene.ended, scene.columns)
        steps.save(work, scene.turn, [doing])
    else:
        steps.note(scene.work, scene.row, entry, scene.columns)


def _tell(scene: Scene, operation: Operation, reason: str) -> None:
    if operation.kind in KINDS:
        change = _change(scene, operation, reason)
        scene.preview.effects += scene.work.runtime.reactions.tell(scene.work, change)


def _change(scene: Scene, operation: Operation, reason: str) -> Change:
    def places(tokens: list[Token]) -> tuple[str, ...]:
        return tuple(t.place for t in tokens)

    shown = scene.preview
    return Change(
        operation.kind,
        scene.row.id,
        scene.row.process_id,
        reason,
        shown.status_after,
        places(shown.taken),
        places(shown.placed),
    )


_WRONG_STATUS = {
    "running": Sentence("流程正在运行,不需要这个操作", "The instance is running; there is no need"),
    "suspended": Sentence("流程已挂起,请先恢复", "The instance is suspended; resume it first"),
    "completed": Sentence("流程已经办结", "The instance has ended"),
    "cancelled": Sentence("流程已经取消", "The instance was cancelled"),
}


def shown_at(at: datetime) -> str:
    """An instant in a sentence, in Shanghai's time."""
    from engine.calendar import SHANGHAI

    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
