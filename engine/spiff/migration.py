"""Carries an instance's state over to another version of its process, token by token.

Tasks keep their ids, so that open user tasks with their holders and drafts, armed timers, message
waits and calls under way stay what they are. An element is found by its id, or by an explicit map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff import codec
from engine.spiff.compensation import ELEMENT, HANDLER, INSIDE, UNDOING
from engine.spiff.parser import Process
from engine.spiff.rewrite.ad_hoc import TURN_ENDING
from engine.spiff.rewrite.compensation_handlers import ENDING
from engine.spiff.run import ACTIVE, Run, is_armed
from engine.spiff.script import Services
from engine.spiff.specs import HandlerTask
from engine.spiff.tokens import is_arrival

AHEAD = TaskState.PREDICTED_MASK | TaskState.FUTURE
SUFFIXES = (".BoundaryEventSplit", ".EndJoin", " [child]", TURN_ENDING)


@dataclass(frozen=True)
class Obstacle:
    """Why a state cannot be carried over: `reason` is gone, kind, call, join or process."""

    element: str
    reason: str


@dataclass
class Carried:
    """The instance on the other version, or what stands in its way. `elements`: old → new id."""

    run: Run | None = None
    obstacles: list[Obstacle] = field(default_factory=list)
    elements: dict[str, str] = field(default_factory=dict)


def carry_over(
    run: Run, process: Process, services: Services, elements: Mapping[str, str]
) -> Carried:
    """Carries a restored run over to a process. The old run is used up by it."""
    carried = Carried()
    top = run.workflow
    _carry_scope(top, process.spec, elements, carried)
    for owner_id, inside in top.subprocesses.items():
        owner = run._at(owner_id)
        if owner is None or not owner._state & ACTIVE:
            continue
        undoes = not isinstance(owner.task_spec, SubWorkflowTask)
        name = _undoing(inside.spec.name, elements) if undoes else owner.task_spec.spec
        spec = process.called.get(name)
        if spec is None:
            carried.obstacles.append(Obstacle(inside.spec.name.removesuffix(ENDING), "process"))
        else:
            _carry_scope(inside, spec, elements, carried)
    for workflow in (top, *top.subprocesses.values()):
        _carry_notes(workflow, process, elements, carried)
    if carried.obstacles:
        return carried
    carried.run = Run.restore(process, codec.dump(top), services)
    return carried


def _undoing(handler: str, elements: Mapping[str, str]) -> str:
    """The name of what undoes an activity in the new version."""
    stem = handler.removesuffix(ENDING)
    return f"{elements.get(stem, stem)}{ENDING}"


def _carry_notes(
    workflow: Any, process: Process, elements: Mapping[str, str], carried: Carried
) -> None:
    """Has what was done, and may have to be undone, name what undoes it in the new version."""
    todo = list(workflow.compensations)
    while todo:
        note = todo.pop()
        note[ELEMENT] = elements.get(note[ELEMENT], note[ELEMENT])
        todo += note[INSIDE]
        if note[HANDLER]:
            note[HANDLER] = _still_undoes(note[HANDLER], process, elements, carried)
    for task in workflow.tasks.values():
        for waiting in task.internal_data.get(UNDOING, ()):
            waiting[0] = _still_undoes(waiting[0], process, elements, carried)


def _still_undoes(
    handler: str, process: Process, elements: Mapping[str, str], carried: Carried
) -> str:
    name = _undoing(handler, elements)
    if name not in process.called:
        carried.obstacles.append(Obstacle(handler.removesuffix(ENDING), "process"))
    return name


def _carry_scope(workflow: Any, spec: Any, elements: Mapping[str, str], carried: Carried) -> None:
    """Puts every task of a scope on the spec it has there; what was only foreseen is dropped."""
    _forget_foreseen(workflow)
    for task in list(workflow.tasks.values()):
        if task.id in workflow.tasks:
            _carry(task, spec, elements, carried)
    if not carried.obstacles:
        _arm(workflow, spec)
    for task in workflow.tasks.values():
        if _came_by_a_lost_flow(task):
            carried.obstacles.append(Obstacle(task.task_spec.name, "join"))
    workflow.spec = spec
    workflow.tasks = {task.id: task for task in _in_tree_order(workflow.task_tree)}


def _came_by_a_lost_flow(task: Any) -> bool:
    spec = task.task_spec
    drawn = isinstance(spec, UnstructuredJoin) and spec.bpmn_id
    if not drawn or not is_arrival(task, spec):
        return False
    return bool(task.parent.task_spec.name not in spec._inputs)


def _forget_foreseen(workflow: Any) -> None:
    for task in list(workflow.tasks.values()):
        if task._state & AHEAD and task.id in workflow.tasks:
            workflow._remove_task(task.id)


def _carry(task: Any, spec: Any, elements: Mapping[str, str], carried: Carried) -> None:
    old = task.task_spec
    new = spec.task_specs.get(_renamed(old, spec, elements))
    at_work = bool(task._state & ACTIVE)
    if new is not None and (not at_work or _fits(task, old, new, carried)):
        if old.bpmn_id and new.bpmn_id and old.bpmn_id != new.bpmn_id:
            carried.elements[old.bpmn_id] = new.bpmn_id
            _rename_waits(task, old.bpmn_id, new.bpmn_id)
        task.task_spec = new
    elif at_work and (isinstance(old, BoundaryEvent) or is_armed(task)):
        task.workflow._remove_task(task.id)
    elif at_work:
        if new is None:
            carried.obstacles.append(Obstacle(old.bpmn_id or old.name, "gone"))
    else:
        _make_carrier(task, spec)


def _renamed(old: Any, spec: Any, elements: Mapping[str, str]) -> str:
    """The name that an old spec should have in the new version."""
    for suffix in SUFFIXES:
        if old.name.endswith(suffix):
            stem = old.name.removesuffix(suffix)
            if suffix == ".EndJoin":
                return f"{spec.name}{suffix}"
            return f"{elements.get(stem, stem)}{suffix}"
    return elements.get(old.name, str(old.name))


def _fits(task: Any, old: Any, new: Any, carried: Carried) -> bool:
    """Whether what goes on at a task can go on at the new spec; notes why not."""
    if _family(old) is not _family(new):
        carried.obstacles.append(Obstacle(old.bpmn_id or old.name, "kind"))
        return False
    calls = isinstance(old, HandlerTask) and task.internal_data.get("waits") == "outside"
    if calls and old.handler != new.handler:
        carried.obstacles.append(Obstacle(old.bpmn_id, "call"))
        return False
    return True


def _family(spec: Any) -> type:
    """Elements of one family can stand for each other."""
    found: type = type(spec)
    if isinstance(spec, LoopTask):
        return found
    if isinstance(spec, SubWorkflowTask):
        found = SubWorkflowTask
    definitions: list[Any] = getattr(spec, "definitions", [])
    waits = bool(definitions) and not isinstance(spec, BoundaryEvent)
    return type(definitions[0]) if waits else found


def _rename_waits(task: Any, old: str, new: str) -> None:
    for kept in ("due", "key", "cycle", "left", "was"):
        if f"{kept}:{old}" in task.internal_data:
            task.internal_data[f"{kept}:{new}"] = task.internal_data.pop(f"{kept}:{old}")


def _make_carrier(task: Any, spec: Any) -> None:
    """A finished task whose element is gone only carries data for those below it."""
    if not task.children:
        task.workflow._remove_task(task.id)
        return
    task.task_spec = spec.start
    task._set_state(TaskState.COMPLETED)


def _arm(workflow: Any, spec: Any) -> None:
    """Gives activities at work the boundary events, and scopes the event sub-processes, of the new
    version that the old one has not."""
    for one in spec.start.outputs:
        if getattr(one, "watches", False) and one.name not in workflow.spec.task_specs:
            watcher = Task(workflow, one, workflow.task_tree, TaskState.WAITING)
            watcher.data = dict(workflow.task_tree.data)
    for task in list(workflow.tasks.values()):
        name = f"{task.task_spec.name}.BoundaryEventSplit"
        if not task._state & ACTIVE or name not in spec.task_specs:
            continue
        split = task.parent
        if split is None or split.task_spec.name != name:
            split = _split_above(task, spec.task_specs[name])
        known = {child.task_spec.name for child in split.children}
        for one in split.task_spec.outputs:
            if isinstance(one, BoundaryEvent) and one.name not in known:
                armed = Task(workflow, one, split, TaskState.WAITING)
                armed.data = dict(split.data)


def _split_above(task: Any, spec: Any) -> Any:
    """A boundary split between a task and its parent."""
    parent = task.parent
    split = Task(task.workflow, spec, parent, TaskState.COMPLETED)
    split.data = dict(parent.data)
    place = parent._children.index(task.id)
    parent._children.remove(split.id)
    parent._children[place] = split.id
    split._children, task._parent = [task.id], split.id
    return split


def _in_tree_order(root: Any) -> list[Any]:
    found, todo = [], [root]
    while todo:
        task = todo.pop()
        found.append(task)
        todo.extend(reversed(task.children))
    return found
