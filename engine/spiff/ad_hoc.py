"""Ad-hoc sub-processes: activities in an order that people choose (BPMN 2.0.2, 13.3.5).

What has no incoming flow begins with the sub-process: a user task is offered, everything else runs,
since nobody chooses when. Whenever an activity is completed the completion condition is asked. As
long as it is not true a user task that began with the sub-process is offered again. The sub-process
also ends when nothing is left in it that could be done.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict
from engine.spiff.catching import disarm
from engine.spiff.joins import AT_WORK, ScopeEnd
from engine.spiff.rewrite.ad_hoc import TURN_ENDING
from engine.spiff.scopes import Scope, host_of, scope_data
from engine.spiff.specs import HumanTask
from engine.spiff.subprocesses import SubProcess

DONE, CLOSING = "done", "closing"
# What a completion condition may ask beside the data: the ids of the activities completed so far,
# in order; of one that was done twice, twice.
COMPLETED_ACTIVITIES = "completedActivities"


class AdHoc(SubProcess):
    """An ad-hoc sub-process."""


class AdHocScope(Scope):
    """The inside of an ad-hoc sub-process."""

    def __init__(
        self, *args: Any, condition: str, sequential: bool, cancels: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.condition, self.takes_turns, self.cancels = condition, sequential, cancels
        self.activities: frozenset[str] = frozenset()
        self.offered: frozenset[str] = frozenset()
        """Ids of the user tasks that begin with the sub-process."""

    def listen(self, activities: set[str], offered: set[str]) -> None:
        """Connects to the activities, once, after parsing."""
        self.activities = frozenset(activities & self.task_specs.keys())
        self.offered = frozenset(offered)
        for activity in sorted(self.activities):
            self.task_specs[activity].completed_event.connect(_activity_done)


class Turn(SimpleBpmnTask):  # type: ignore[misc]
    """Lets an activity begin when nothing else is under way."""

    @property
    def leads_to(self) -> str:
        return str(self.name.removesuffix(TURN_ENDING))

    def _update_hook(self, my_task: Any) -> bool:
        if my_task._state != TaskState.WAITING:
            my_task._inherit_data()
            my_task._set_state(TaskState.WAITING)
        return not under_way(my_task.workflow, my_task)


def under_way(workflow: Any, but: Any) -> list[Any]:
    """The tasks of the activities that have begun and are not done, one of them left out."""
    return [t for t in workflow.tasks.values() if t is not but and _has_begun(t)]


def _has_begun(task: Any) -> bool:
    if not task._state & AT_WORK or isinstance(task.task_spec, BoundaryEvent):
        return False
    if isinstance(task.task_spec, (Turn, BoundaryEventSplit)):
        return bool(task._state == TaskState.READY)
    return task.task_spec.bpmn_id in task.workflow.spec.activities and not _is_open_offer(task)


def _is_open_offer(task: Any) -> bool:
    """Whether a task is a user task that is offered; one of a loop belongs to the loop."""
    return isinstance(task.task_spec, HumanTask) and host_of(task) is task


def refuse_out_of_turn(task: Any) -> None:
    """Raises Conflict if a user task is completed while its turn has not come."""
    spec = task.workflow.spec
    if not isinstance(spec, AdHocScope) or not spec.takes_turns or not _is_open_offer(task):
        return
    others = [t.task_spec for t in under_way(task.workflow, task)]
    if others:
        name = others[0].bpmn_name or others[0].bpmn_id
        raise Conflict(f"这里一次只办一项:“{name}”还没有完成,请等它完成后再提交")


def _activity_done(workflow: Any, task: Any) -> None:
    """Asks the completion condition, before what follows the activity begins."""
    spec, memory = workflow.spec, workflow.task_tree.internal_data
    element = task.task_spec.bpmn_id
    memory.setdefault(DONE, []).append(element)
    if memory.get(CLOSING) or _is_enough(workflow):
        memory[CLOSING] = True
        _close(workflow, task)
        task._drop_children()
        task._sync_children([spec.end], TaskState.FUTURE)
    elif element in spec.offered and spec.condition:
        _offer_again(task)


def _is_enough(workflow: Any) -> bool:
    if not workflow.spec.condition:
        return False
    names = {
        **scope_data(workflow),
        COMPLETED_ACTIVITIES: list(workflow.task_tree.internal_data[DONE]),
    }
    engine = workflow.script_engine
    return engine.value(workflow.spec.condition, names) is True


def _close(workflow: Any, done: Any) -> None:
    """Takes away what shall not go on: everything, or what has not begun yet."""
    for task in list(workflow.tasks.values()):
        if task is done or isinstance(task.task_spec, ScopeEnd) or task.id not in workflow.tasks:
            continue
        if task._state & AT_WORK and (workflow.spec.cancels or _has_not_begun(task)):
            task.cancel()
            disarm(workflow, task)


def _has_not_begun(task: Any) -> bool:
    if isinstance(task.task_spec, BoundaryEvent) or getattr(task.task_spec, "watches", False):
        return False
    if isinstance(task.task_spec, Turn) or _is_open_offer(task):
        return True
    return task.task_spec.bpmn_id not in task.workflow.spec.activities


def _offer_again(task: Any) -> None:
    specs = task.workflow.spec.task_specs
    entry = specs.get(f"{task.task_spec.name}.BoundaryEventSplit") or task.task_spec
    task._add_child(entry, TaskState.FUTURE).triggered = True
