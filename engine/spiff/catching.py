"""Elements that wait for something: intermediate events, boundary events, receive tasks, event gateways.

An event that may happen again (a non-interrupting one, or a timer with a cycle) is armed anew as a
task of its own. So each timer and message wait is one row with one due instant or key, and firing
it twice is impossible. The stock classes keep one task that fires again and again, share one due
instant among several timers, and look for boundary events all over the workflow.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EventBasedGateway,
    IntermediateCatchEvent,
    ReceiveTask,
    StartEvent,
)
from SpiffWorkflow.bpmn.specs.event_definitions import NoneEventDefinition
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.spiff.events import Catch, Condition
from engine.spiff.scopes import data_at


class Catcher(TaskSpec):  # type: ignore[misc]
    """Waits for one of its definitions, or for all of them if `every`."""

    def __init__(
        self,
        *args: Any,
        definitions: list[Catch] | None = None,
        every: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, event_definition=NoneEventDefinition(), **kwargs)
        self.definitions, self.every = definitions or [], every

    def _update_hook(self, my_task: Any) -> bool | None:
        if my_task._state == TaskState.WAITING:
            return False
        my_task._inherit_data()
        if not self.definitions:
            return True
        my_task._set_state(TaskState.WAITING)
        self.check_conditions(my_task)
        return False

    def check_conditions(self, my_task: Any) -> None:
        """Fires what a condition asks for. A condition fires when it becomes true, not while it is."""
        for definition in self.definitions:
            waits = isinstance(definition, Condition) and my_task._state == TaskState.WAITING
            if waits and definition.has_become_true(my_task):
                self.fire(my_task, definition, None)

    def fire(self, my_task: Any, definition: Catch, payload: Any) -> None:
        """Lets one of the awaited things happen."""
        self.see_current_data(my_task)
        definition.apply(my_task, payload)
        if self.every:
            seen = my_task.internal_data.setdefault("seen", [])
            if definition.element not in seen:
                seen.append(definition.element)
            if len(seen) < len(self.definitions):
                return
        self.happened(my_task, definition)

    def see_current_data(self, my_task: Any) -> None:
        """Before what the event brings: the data as they are now, for those who began to wait long ago."""

    def happened(self, my_task: Any, definition: Catch) -> None:
        """Everything that was awaited has happened."""
        again = definition.next_round(my_task)
        if again is not None:
            arm_again(my_task, again)
        let_go(my_task)

    def _on_ready_hook(self, my_task: Any) -> None:
        pass

    def _run_hook(self, my_task: Any) -> bool | None:
        return True

    def _on_cancel(self, my_task: Any) -> None:
        """The library's takes it from its event manager, which no event of ours is told to."""


def let_go(task: Any) -> None:
    """Makes a task that has waited ready to run."""
    task._ready()


def keep_listening(my_task: Any, definition: Catch) -> None:
    """What happened without interrupting may happen again, as often as its definition says."""
    again = definition.next_round(my_task) or definition.same_again(my_task)
    if again is not None:
        arm_again(my_task, again)


def arm_again(task: Any, internal: dict[str, Any]) -> Any:
    """A fresh task that waits for the next time, beside one that has fired."""
    fresh = task.parent._add_child(task.task_spec, TaskState.FUTURE)
    fresh.triggered = True
    fresh.internal_data.update(internal)
    fresh.task_spec._update(fresh)
    return fresh


class Begin(Catcher, StartEvent):  # type: ignore[misc]
    """A start event. What it waits for has happened by the time it is reached."""

    started_by: list[Catch]


class WaitEvent(Catcher, IntermediateCatchEvent):  # type: ignore[misc]
    pass


class WaitTask(Catcher, ReceiveTask):  # type: ignore[misc]
    pass


class Boundary(Catcher, BoundaryEvent):  # type: ignore[misc]
    """An event on the edge of an activity, its host. Hosts and their events are below one split."""

    def see_current_data(self, my_task: Any) -> None:
        if self.cancel_activity:
            host = next(t for t in my_task.parent.children if not _is_boundary(t))
            my_task.data = data_at(host)

    def happened(self, my_task: Any, definition: Catch) -> None:
        if self.cancel_activity:
            for other in my_task.parent.children:
                if other is not my_task and not _has_happened(other):
                    other.cancel()
        else:
            keep_listening(my_task, definition)
        let_go(my_task)

    def overhear(self, my_task: Any, definition: Catch) -> None:
        """Happens without an end of the host, even if it would interrupt it."""
        definition.apply(my_task, None)
        arm_again(my_task, {})
        let_go(my_task)


def _has_happened(task: Any) -> bool:
    """Whether a boundary event has happened, so that its token goes on whatever becomes of the host."""
    return _is_boundary(task) and bool(task._state & (TaskState.READY | TaskState.FINISHED_MASK))


def _is_boundary(task: Any) -> bool:
    return isinstance(task.task_spec, BoundaryEvent)


class HostSplit(BoundaryEventSplit):  # type: ignore[misc]
    """Starts an activity and arms its boundary events."""

    def _predict_hook(self, my_task: Any) -> None:
        my_task._sync_children(self.outputs, TaskState.MAYBE)
        for child in my_task.children:
            if not _is_boundary(child):
                child._set_state(TaskState.FUTURE)

    def _run_hook(self, my_task: Any) -> bool:
        return True


def disarm(workflow: Any, task: Any) -> None:
    """An activity is done: its boundary events cannot happen any more."""
    split = task.parent
    if split is not None and isinstance(split.task_spec, BoundaryEventSplit):
        for other in split.children:
            if _is_boundary(other) and not _has_happened(other):
                other.cancel()


class EventChoice(Catcher, EventBasedGateway):  # type: ignore[misc]
    """An event gateway: the first of its events to happen decides."""

    chooses = True

    def connect(self, child: Any) -> None:
        self._outputs.append(child.name)
        child._connect_notify(self)

    def take_events(self) -> None:
        """Takes the definitions over from the events that follow; they pass at once from now on."""
        self.choices = [(child.name, child.definitions, child.every) for child in self.outputs]
        self.definitions = [d for _, definitions, _ in self.choices for d in definitions]
        for child in self.outputs:
            child.definitions = []

    def fire(self, my_task: Any, definition: Catch, payload: Any) -> None:
        name, definitions, every = next(c for c in self.choices if definition in c[1])
        definition.apply(my_task, payload)
        if every:
            seen = my_task.internal_data.setdefault("seen", [])
            if definition.element not in seen:
                seen.append(definition.element)
            if not all(d.element in seen for d in definitions):
                return
        my_task.internal_data["chosen"] = name
        let_go(my_task)

    def _run_hook(self, my_task: Any) -> bool:
        chosen = my_task.internal_data.pop("chosen")
        my_task._sync_children([self._wf_spec.task_specs[chosen]], TaskState.FUTURE)
        return True


def definitions_of(task: Any) -> list[Catch]:
    """What a task still waits for; empty for tasks that wait for nothing."""
    definitions: list[Catch] = getattr(task.task_spec, "definitions", [])
    seen = task.internal_data.get("seen", ())
    return [d for d in definitions if d.element not in seen]
