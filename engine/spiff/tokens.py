"""Tokens taken away, put elsewhere or carried past an element: what operations do to a state.

A token is a leaf of the task tree. A sub-process, call or loop under way is a *container*: its task
holds the token of the scope around it, and inside it there are tokens of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, InclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, NotFound
from engine.spiff.catching import EventChoice
from engine.spiff.loops import ManyInstances
from engine.spiff.run import ACTIVE, Run, is_armed
from engine.spiff.scopes import owner_of
from engine.spiff.shortcuts import id_of, owner_id_of
from engine.spiff.specs import HandlerTask, HumanTask
from engine.spiff.workflow import run_task

CONTAINERS = frozenset(["scope", "loop"])


@dataclass(frozen=True)
class Token:
    """Where an instance stands. `path` are the elements around it, outermost first; `scope` is the
    task of the innermost of them. `kind` is person, call, failed, event, choice, join, scope, loop
    or step."""

    task_id: UUID
    element: str
    name: str
    process: str
    path: tuple[str, ...]
    scope: UUID | None
    kind: str

    @property
    def place(self) -> str:
        """`Call_Payout/Task_Correct`: the element with what it lies in."""
        return "/".join((*self.path, self.element))


class NotThere(Conflict):
    """所选的位置现在没有令牌,请刷新后再试。"""


class CannotStand(Conflict):
    """令牌不能放在这个元素上。

    `reason` is join, boundary, awaited, inside loop or several; the operation says it to people.
    """

    def __init__(self, element: str, reason: str) -> None:
        super().__init__()
        self.element, self.reason = element, reason


def held(run: Run) -> list[Token]:
    """Every token, containers included, in the order of the tree; armed boundary events are none."""
    found = []
    joins: set[tuple[Any, str]] = set()
    for task in run.workflow.all_tasks():
        spec = task.task_spec
        if not _holds(task) or not spec.bpmn_id:
            continue
        if isinstance(spec, (BoundaryEvent, BoundaryEventSplit)) or is_armed(task):
            continue
        if isinstance(spec, UnstructuredJoin):
            if (task.workflow, spec.name) in joins:
                continue
            joins.add((task.workflow, spec.name))
        found.append(_token(run, task))
    return found


def token_of(run: Run, task_id: UUID) -> Token:
    """The token of a task. Raises NotThere."""
    return _token(run, _active(run, task_id))


def data_at(run: Run, task_id: UUID) -> dict[str, Any]:
    """The data of a token, as a copy. Raises NotThere."""
    return deepcopy(dict(_active(run, task_id).data))


def _token(run: Run, task: Any) -> Token:
    path = tuple(reversed(list(_owners(run, task))))
    spec, workflow = task.task_spec, task.workflow
    name = spec.bpmn_name or spec.bpmn_id
    scope = owner_id_of(workflow)
    return Token(id_of(task), spec.bpmn_id, name, workflow.spec.name, path, scope, _kind(task))


def _owners(run: Run, task: Any) -> Iterator[str]:
    while (owner := owner_of(task.workflow)) is not None:
        task = owner
        yield task.task_spec.bpmn_id


def _kind(task: Any) -> str:
    spec = task.task_spec
    if task.internal_data.get("waits") == "failed":
        return "failed"
    kinds: list[tuple[Any, str]] = [
        (LoopTask, "loop"),
        (SubWorkflowTask, "scope"),
        (HumanTask, "person"),
        (HandlerTask, "call"),
        (EventChoice, "choice"),
        (UnstructuredJoin, "join"),
    ]
    for kind, word in kinds:
        if isinstance(spec, kind):
            return word
    if task.id in task.workflow.top_workflow.subprocesses:
        return "scope"  # an event that undoes: what undoes runs inside of it
    return "event" if task._state == TaskState.WAITING else "step"


def _active(run: Run, task_id: UUID) -> Any:
    task = run._find(task_id)
    if task is None or not task._state & ACTIVE:
        raise NotThere
    return task


def owners_of(run: Run, task_id: UUID) -> list[Token]:
    """The containers around a token, outermost first."""
    found = []
    owner = owner_id_of(_active(run, task_id).workflow)
    while owner is not None:
        found.append(token_of(run, owner))
        owner = found[-1].scope
    return found[::-1]


# -- taking away


def unit_of(run: Run, task_id: UUID) -> UUID:
    """The task that goes when this one is taken away: of a loop's instance, the loop."""
    task = _active(run, task_id)
    parent = task.parent
    if parent is not None and isinstance(parent.task_spec, BoundaryEventSplit):
        parent = parent.parent
    if parent is not None and isinstance(parent.task_spec, LoopTask) and parent._state & ACTIVE:
        return unit_of(run, id_of(parent))
    return task_id


def take(run: Run, task_id: UUID) -> None:
    """Takes a token away, with its boundary events and all that goes on inside it.

    A sub-process that is left without a token goes too. Raises NotThere.
    """
    task = _active(run, unit_of(run, task_id))
    workflow = task.workflow
    if isinstance(task.task_spec, UnstructuredJoin):
        _forget_arrivals(task)
    else:
        for one in _with_boundary(task):
            _cancel(one)
    owner_id = owner_id_of(workflow)
    if owner_id is not None and not any(_holds(t) for t in workflow.tasks.values()):
        take(run, owner_id)


def _holds(task: Any) -> bool:
    """Whether something is at work at a task; what only watches a scope is no token."""
    watching = task._state == TaskState.WAITING and getattr(task.task_spec, "watches", False)
    return bool(task._state & ACTIVE) and not watching


def _with_boundary(task: Any) -> list[Any]:
    """The task and the boundary events that wait beside it."""
    split = task.parent
    if split is None or not isinstance(split.task_spec, BoundaryEventSplit):
        return [task]
    armed = [
        t
        for t in split.children
        if isinstance(t.task_spec, BoundaryEvent) and t._state == TaskState.WAITING
    ]
    return [task, *armed]


def _cancel(task: Any) -> None:
    for child in task.children:
        if child._state & ACTIVE:
            _cancel(child)
    _cancel_inside(task)
    task.cancel()


def _cancel_inside(task: Any) -> None:
    """Ends what runs inside a sub-process or call."""
    top = task.workflow.top_workflow
    inside = top.subprocesses.get(task.id)
    if inside is not None:
        for one in list(inside.tasks.values()):
            if one._state & ACTIVE:
                _cancel(one)


def _forget_arrivals(task: Any) -> None:
    """Takes away what has come to a join and waits there."""
    workflow = task.workflow
    for one in [t for t in workflow.tasks.values() if is_arrival(t, task.task_spec)]:
        one.cancel()


def arrived(run: Run, task_id: UUID) -> list[UUID]:
    """The tasks of all tokens that have come to the join of one of them."""
    task = _active(run, task_id)
    return [id_of(t) for t in task.workflow.tasks.values() if is_arrival(t, task.task_spec)]


def is_arrival(task: Any, join: Any) -> bool:
    """Whether a task is a token that has come to a join and was not used up."""
    return task.task_spec is join and bool(task._state & TaskState.WAITING)


# -- putting


def put(
    run: Run,
    path: tuple[str, ...],
    element: str,
    data: dict[str, Any],
    beside: UUID | None = None,
    inner: dict[str, Any] | None = None,
    fresh: int | None = None,
) -> list[UUID]:
    """Puts a token with its data on an element; returns the new tasks (several behind a fork).

    `path` are the elements around it; those that are not under way are begun with `data`, and the
    token gets what they are given, or `inner`. With `fresh` all from that level on are begun anew.
    `beside` is the token that gives its place in the tree. Raises NotFound, CannotStand.
    """
    workflow, beside_task = run.workflow, run._find(beside) if beside is not None else None
    for level, owner in enumerate(path):
        anew = fresh is not None and level >= fresh
        live = None if anew else _live_owner(run, workflow, owner)
        if live is None:
            anchor = _in_workflow(run, beside_task, workflow)
            live, data = _begin(run, workflow, owner, data, anchor)
            if inner is not None:
                data = inner
        workflow = run.workflow.subprocesses[live.id]
    anchor = _in_workflow(run, beside_task, workflow)
    spec = spec_of(workflow.spec, element)
    return [id_of(_enter(workflow, one, data, anchor)) for one in _where_to(spec)]


def is_under_way(run: Run, path: tuple[str, ...]) -> bool:
    """Whether every element of a path has tokens inside it now."""
    workflow = run.workflow
    for owner in path:
        live = _live_owner(run, workflow, owner)
        if live is None:
            return False
        workflow = run.workflow.subprocesses[live.id]
    return True


def _live_owner(run: Run, workflow: Any, owner: str) -> Any:
    live = [
        t
        for t in workflow.tasks.values()
        if t._state & ACTIVE and t.task_spec.bpmn_id == owner and t.id in run.workflow.subprocesses
    ]
    if len(live) > 1:
        raise CannotStand(owner, "several")
    return live[0] if live else None


def _in_workflow(run: Run, task: Any, workflow: Any) -> Any:
    """The task, or what it lies in, at the level of a workflow; None if it lies elsewhere."""
    while task is not None and task.workflow is not workflow:
        task = owner_of(task.workflow)
    return task


def _begin(
    run: Run, workflow: Any, owner: str, data: dict[str, Any], anchor: Any
) -> tuple[Any, dict[str, Any]]:
    """Begins a sub-process or call without a token inside it; with the data it was given."""
    spec = spec_of(workflow.spec, owner)
    if isinstance(spec, LoopTask):
        raise CannotStand(owner, "inside loop")
    task = _enter(workflow, spec, data, anchor)
    if task._state == TaskState.READY:
        run_task(task)
    inside = run.workflow.subprocesses.get(task.id)
    if inside is None:
        raise NotFound(f"元素 {owner} 不是子流程,里面没有步骤")
    given = dict(inside.task_tree.data)
    for one in list(inside.tasks.values()):
        if _holds(one):
            _cancel(one)
    return task, given


def data_inside(run: Run, path: tuple[str, ...], data: dict[str, Any]) -> dict[str, Any]:
    """The data that the innermost of some nested elements begins with, from those of the outermost."""
    for levels in range(1, len(path) + 1):
        data = given_to(run, path[:levels], data)
    return data


def given_to(run: Run, path: tuple[str, ...], data: dict[str, Any]) -> dict[str, Any]:
    """What the innermost element of a path gives to what it runs, of the data it was reached with."""
    spec = run.process.spec
    for owner in path[:-1]:
        spec = run.workflow.subprocess_specs[_runs(spec, owner)]
    given = next(
        (s.given for s in spec.task_specs.values() if s.bpmn_id == path[-1] and _declares(s)), None
    )
    if given is None:
        return deepcopy(data)
    return {k: run.engine.value(v, data) for k, v in given.items()}


def handed_inwards(run: Run) -> dict[str, list[Any]]:
    """What the elements under way have handed to what runs inside them, by name: declared inputs and
    the items of multi-instance activities, computed anew. No step has written these."""
    found: dict[str, list[Any]] = {}
    for task in run.workflow.all_tasks():
        spec = task.task_spec
        if not _holds(task):
            continue
        if isinstance(spec, ManyInstances) and spec.item:
            found.setdefault(spec.item, []).extend(_items(run, task))
        elif _declares(spec):
            for name, expression in spec.given.items():
                found.setdefault(name, []).append(run.engine.value(expression, task.data))
    return found


def _items(run: Run, loop: Any) -> Iterator[Any]:
    """Of the collection as it was when the instances began, and as they have made it since."""
    if not loop.task_spec.collection:
        yield from map(Decimal, range(1, loop.internal_data["total"] + 1))
        return
    for data in (loop.parent.data, loop.data):
        found = run.engine.value(loop.task_spec.collection, data)
        if isinstance(found, dict):
            found = list(found.values())
        if isinstance(found, list):
            yield from found


def _declares(spec: Any) -> bool:
    return bool(getattr(spec, "given", None))


def _runs(spec: Any, element: str) -> str:
    return next(
        str(s.spec) for s in spec.task_specs.values() if s.bpmn_id == element and _is_scope(s)
    )


def _is_scope(spec: Any) -> bool:
    return isinstance(spec, SubWorkflowTask)


def data_outside(run: Run, task_id: UUID, levels: int) -> dict[str, Any]:
    """The data of a token that leaves `levels` elements around it without their outputs."""
    task = _active(run, task_id)
    data = task.data
    for _ in range(levels):
        task = owner_of(task.workflow)
        if getattr(task.task_spec, "given", None) or getattr(task.task_spec, "taken", None):
            data = task.data
    return deepcopy(dict(data))


def spec_of(spec: Any, element: str) -> Any:
    """The spec that stands for a drawn element: of a loop, the loop. Raises NotFound."""
    found = [s for s in spec.task_specs.values() if s.bpmn_id == element]
    if not found:
        raise NotFound(f"流程 {spec.name} 中没有元素 {element}")
    return next((s for s in found if isinstance(s, LoopTask)), found[0])


def _where_to(spec: Any) -> list[Any]:
    """Where a token that is put on an element comes to stand. Raises CannotStand."""
    if isinstance(spec, BoundaryEvent):
        raise CannotStand(spec.bpmn_id, "boundary")
    if any(isinstance(s, EventChoice) for s in spec.inputs):
        raise CannotStand(spec.bpmn_id, "awaited")
    if isinstance(spec, (ParallelGateway, InclusiveGateway)) and len(spec.inputs) > 1:
        raise CannotStand(spec.bpmn_id, "join")
    if isinstance(spec, ParallelGateway):
        # It would count arrivals on its incoming flow, where none was; a fork only passes on.
        return [one for follower in spec.outputs for one in _where_to(_drawn(follower))]
    return [spec]


def _drawn(spec: Any) -> Any:
    """Of a boundary split, its activity."""
    if isinstance(spec, BoundaryEventSplit):
        return next(s for s in spec.outputs if not isinstance(s, BoundaryEvent))
    return spec


def _enter(workflow: Any, spec: Any, data: dict[str, Any], anchor: Any) -> Any:
    """A new task of a spec below a completed start that carries the data."""
    parent = anchor.parent if anchor is not None else None
    while parent is not None and isinstance(parent.task_spec, (BoundaryEventSplit, LoopTask)):
        parent = parent.parent
    carrier = Task(workflow, workflow.spec.start, parent or workflow.task_tree, TaskState.COMPLETED)
    carrier.data = deepcopy(data)
    split = workflow.spec.task_specs.get(f"{spec.name}.BoundaryEventSplit")
    task = carrier._add_child(split or spec, TaskState.FUTURE)
    task.task_spec._update(task)
    if split is None:
        return task
    run_task(task)
    return next(c for c in task.children if not isinstance(c.task_spec, BoundaryEvent))


# -- carrying past


def skip(run: Run, task_id: UUID, changes: dict[str, Any]) -> None:
    """Completes an element without doing it; `changes` are merged into the data.

    Raises NotThere, CannotStand for a join, an event gateway or an end.
    """
    task = _active(run, task_id)
    kind = _kind(task)
    if kind in ("join", "choice"):
        raise CannotStand(task.task_spec.bpmn_id, kind)
    for child in task.children:
        if child._state & ACTIVE:
            _cancel(child)
    _cancel_inside(task)
    task.internal_data.pop("waits", None)
    task.data.update(deepcopy(changes))
    task._set_state(TaskState.READY)
    task.complete()
    run._done(task)


# -- joins


def starved_joins(run: Run) -> list[str]:
    """Names of the parallel joins that a token can reach while no token can reach one of their
    other incoming flows, nor has come there."""
    found = []
    for workflow in (run.workflow, *run.workflow.subprocesses.values()):
        active = [
            t for t in workflow.tasks.values() if t._state & ACTIVE and not workflow.completed
        ]
        for spec in workflow.spec.task_specs.values():
            if isinstance(spec, ParallelGateway) and len(spec.inputs) > 1:
                come = [
                    _has_come(workflow, spec, one) or _may_come(active, spec, one)
                    for one in spec.inputs
                ]
                if any(come) and not all(come):
                    found.append(spec.bpmn_name or spec.bpmn_id)
    return found


def _has_come(workflow: Any, join: Any, source: Any) -> bool:
    return any(
        is_arrival(t, join) and t.parent.task_spec is source for t in workflow.tasks.values()
    )


def _may_come(active: list[Any], join: Any, source: Any) -> bool:
    """Whether an active task can still lead to a join through one of its inputs."""
    names, todo = {source.name}, [source]
    while todo:
        for one in todo.pop().inputs:
            if one is not join and one.name not in names:
                names.add(one.name)
                todo.append(one)
    return any(t.task_spec.name in names for t in active)
