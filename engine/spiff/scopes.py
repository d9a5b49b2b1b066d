"""Processes and sub-processes as scopes: what is inside of what, and which data are to be seen there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, BpmnStartTask, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, StartEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.spiff.joins import ScopeEnd, holds_token
from engine.spiff.merging import Data, common_ancestor, merge

# No id in XML can look like these; so a drawn element may be called Start or End.
START, END = "(start)", "(end)"


BEGIN = "begin"


class OneStart(BpmnStartTask):  # type: ignore[misc]
    """Begins at one of a process's start events: the one of its task's `begin`, else a plain one."""

    def _predict_hook(self, my_task: Any) -> None:
        begins = [o for o in self.outputs if isinstance(o, StartEvent)]
        wanted = my_task.internal_data.get(BEGIN)
        plain = (o for o in begins if not o.started_by)
        chosen = next((o for o in begins if o.bpmn_id == wanted), None) or next(plain, None)
        kept = [chosen or begins[0]] if len(begins) > 1 else begins
        others = [o for o in self.outputs if o not in begins]
        my_task._sync_children([*kept, *others], TaskState.FUTURE)


class Scope(BpmnProcessSpec):  # type: ignore[misc]
    """The spec of a process or sub-process, with a start and an end of ours."""

    start: Any
    end: Any
    takes_turns = False  # whether an activity may wait for another one to be over

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task_specs.clear()
        self.start = OneStart(self, START)
        self.end = ScopeEnd(self, f"{self.name}.EndJoin")
        self.end.connect(SimpleBpmnTask(self, END))

    @property
    def first(self) -> frozenset[str]:
        """Ids of the elements that begin with the scope, if its start is not drawn."""
        found = set()
        todo = [o for o in self.start.outputs if isinstance(o, StartEvent) and not o.bpmn_id]
        while todo:
            for spec in todo.pop().outputs:
                if spec.bpmn_id:
                    found.add(spec.bpmn_id)
                else:
                    todo.append(spec)
        return frozenset(found)


def owner_of(workflow: Any) -> Any:
    """The task that runs this workflow as its sub-process; None for the whole process."""
    if workflow.parent_task_id is None:
        return None
    return workflow.top_workflow.get_task_from_id(workflow.parent_task_id)


def host_of(task: Any) -> Any:
    """The activity a task belongs to: for one instance of a multi-instance, the whole of it."""
    parent = task.parent
    while parent is not None and isinstance(parent.task_spec, LoopTask) and task.triggered:
        task, parent = parent, parent.parent
    return task


def boundary_events(host: Any) -> list[Any]:
    """The armed boundary events of an activity."""
    split = host.parent
    if split is None or not isinstance(split.task_spec, BoundaryEventSplit):
        return []
    return [
        t
        for t in split.children
        if isinstance(t.task_spec, BoundaryEvent) and t._state == TaskState.WAITING
    ]


def watchers(workflow: Any) -> list[Any]:
    """The armed event sub-processes of a scope."""
    return [
        t
        for t in workflow.tasks.values()
        if t._state == TaskState.WAITING and getattr(t.task_spec, "watches", False)
    ]


def outwards(task: Any) -> Iterator[list[Any]]:
    """The armed catchers around a task, level by level: nearest first.

    First the boundary events of its own activity, then the event sub-processes of its scope, then
    the boundary events of the sub-process or call around it, and so on. What an event sub-process
    throws is not for the other event sub-processes of its scope.
    """
    inside = task
    while inside is not None:
        host = host_of(inside)
        if not getattr(host.task_spec, "watches", False):
            yield boundary_events(host)
            yield [w for w in watchers(host.workflow) if w is not host]
        inside = owner_of(host.workflow)


def visible_data(task: Any) -> Data:
    """What a condition at a waiting task looks at: the data of all branches of its scope."""
    return merge(task.data, scope_data(task.workflow)) if task.data else scope_data(task.workflow)


def scope_data(workflow: Any) -> Data:
    """The data of all tokens of a scope, merged; embedded sub-processes included."""
    found: Data | None = None
    seen: list[Any] = []
    for task in sorted(workflow.tasks.values(), key=lambda t: t.last_state_change):
        if not holds_token(task) or _is_armed(task) or _is_instance(task):
            continue
        data = data_at(task)
        seen.append(task)
        if found is None:
            found = data
        else:
            found = merge(common_ancestor(seen).data, found, data)
    return dict(workflow.task_tree.data) if found is None else found


def data_at(task: Any) -> Data:
    """The data of one token; of a running embedded sub-process, what is inside of it."""
    sub = task.workflow.top_workflow.subprocesses.get(task.id)
    if sub is None or sub.completed or getattr(task.task_spec, "closed", False):
        return dict(task.data or (task.parent.data if task.parent is not None else {}))
    return scope_data(sub)


def _is_armed(task: Any) -> bool:
    return isinstance(task.task_spec, BoundaryEvent) and task._state == TaskState.WAITING


def _is_instance(task: Any) -> bool:
    """Instances of a loop speak through the loop's own task."""
    parent = task.parent
    return bool(task.triggered and parent is not None and isinstance(parent.task_spec, LoopTask))
