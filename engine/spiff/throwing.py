"""What end events, intermediate throw events and send tasks do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import EndEvent, IntermediateThrowEvent, SendTask
from SpiffWorkflow.bpmn.specs.event_definitions import NoneEventDefinition
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.errors import PermanentFailure
from engine.spiff.catching import definitions_of
from engine.spiff.events import Cancelled, Coded, Escalation, HandlerError, Signal
from engine.spiff.scopes import boundary_events, host_of, outwards, owner_of
from engine.spiff.shortcuts import id_of


@dataclass(frozen=True)
class Sent:
    """A message or signal that leaves the instance with this step. `key` is None for a signal."""

    name: str
    key: str | None
    payload: dict[str, Any]
    task_id: Any
    element: str


class UnhandledError(PermanentFailure):
    """流程抛出的错误没有任何环节处理。"""


class Throw:
    """Something an element does to others. `throw` is False while the element must wait."""

    def throw(self, my_task: Any) -> bool:
        raise NotImplementedError


@dataclass
class ThrowSignal(Throw):
    """Everybody hears it who waits for its name: in this instance, in others, and processes."""

    name: str
    parameters: dict[str, str]

    def throw(self, my_task: Any) -> bool:
        payload = evaluated(my_task, self.parameters)
        top = my_task.workflow.top_workflow
        top.sent.append(Sent(self.name, None, payload, id_of(my_task), my_task.task_spec.bpmn_id))
        hear(top, self.name, payload)
        return True


@dataclass
class ThrowMessage(Throw):
    """Goes to the one that waits, or will wait, for its name and key."""

    name: str
    key: str
    parameters: dict[str, str]

    def throw(self, my_task: Any) -> bool:
        engine, top = my_task.workflow.script_engine, my_task.workflow.top_workflow
        key = engine.evaluate(my_task, self.key) if self.key else ""
        if key is None:
            raise ValueError(f"消息“{self.name}”的关联键 {self.key} 没有值")
        payload = evaluated(my_task, self.parameters)
        top.sent.append(
            Sent(self.name, str(key), payload, id_of(my_task), my_task.task_spec.bpmn_id)
        )
        return True


@dataclass
class ThrowEscalation(Throw):
    """Whoever is nearest around may catch it; if nobody does, nothing happens."""

    code: str | None

    def throw(self, my_task: Any) -> bool:
        catch_nearest(my_task, Escalation, self.code, None)
        return True


@dataclass
class ThrowError(Throw):
    """The nearest around with this code, or without a code, catches it; else it is an incident."""

    code: str | None
    name: str

    def throw(self, my_task: Any) -> bool:
        payload = {"error": {"code": self.code, "message": self.name}}
        if not catch_nearest(my_task, HandlerError, self.code, payload):
            raise UnhandledError(f"错误“{self.name}”(代码 {self.code or '无'})没有任何环节处理")
        return True


class Terminate(Throw):
    """Ends its process or sub-process at once, with everything that is under way in it."""

    def throw(self, my_task: Any) -> bool:
        for task in list(my_task.workflow.tasks.values()):
            if task is not my_task and not task._state & TaskState.FINISHED_MASK:
                task.cancel()
        my_task.internal_data["terminates"] = True
        return True


def evaluated(task: Any, parameters: dict[str, str]) -> dict[str, Any]:
    """FEEL parameters with the task's data."""
    return {k: task.workflow.script_engine.evaluate(task, v) for k, v in parameters.items()}


def hear(top: Any, name: str, payload: dict[str, Any]) -> int:
    """Lets everybody in an instance hear a signal; returns how many did."""
    heard = 0
    for task in top.all_tasks():
        if task._state == TaskState.WAITING:
            for definition in definitions_of(task):
                if isinstance(definition, Signal) and definition.name == name:
                    task.task_spec.fire(task, definition, payload)
                    heard += 1
                    break
    return heard


def catch_nearest(
    task: Any, kind: type[Coded], code: str | None, payload: dict[str, Any] | None
) -> bool:
    """Lets the nearest catcher around a task catch what it throws; False if there is none.

    Without it an error also reaches a running sibling that catches the same code, and cancels it.
    """
    for level in outwards(task):
        found = _best(level, kind, code)
        if found is not None:
            catcher, definition = found
            catcher.task_spec.fire(catcher, definition, payload)
            return True
    return False


def _best(level: list[Any], kind: type[Coded], code: str | None) -> tuple[Any, Coded] | None:
    """The catcher that names the code, else one that catches all."""
    fits = [
        (catcher, definition)
        for catcher in level
        for definition in definitions_of(catcher)
        if isinstance(definition, kind) and definition.code in (None, code)
    ]
    named = [f for f in fits if f[1].code is not None]
    return next(iter(named or fits), None)


def cancel_transaction(my_task: Any) -> bool:
    """Leaves the transaction around a task by its cancel event; False if it has none."""
    owner = owner_of(my_task.workflow)
    if owner is None:
        return False
    for catcher in boundary_events(host_of(owner)):
        for definition in definitions_of(catcher):
            if isinstance(definition, Cancelled):
                catcher.task_spec.fire(catcher, definition, None)
                return True
    return False


class Thrower(TaskSpec):  # type: ignore[misc]
    """Throws what is drawn in it, one after the other."""

    def __init__(self, *args: Any, throws: list[Throw] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, event_definition=NoneEventDefinition(), **kwargs)
        self.throws = throws or []

    closed = True  # what undoes an activity runs inside of the event that asks for it

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if my_task._state == TaskState.STARTED:
            my_task._set_state(TaskState.READY)

    def _on_cancel(self, my_task: Any) -> None:
        inside = my_task.workflow.top_workflow.subprocesses.get(my_task.id)
        if inside is not None:
            inside.cancel()
        super()._on_cancel(my_task)

    def _update_hook(self, my_task: Any) -> bool:
        if my_task._state == TaskState.STARTED:
            return False
        my_task._inherit_data()
        return True

    def _run_hook(self, my_task: Any) -> bool | None:
        for place in range(my_task.internal_data.pop("thrown", 0), len(self.throws)):
            if not self.throws[place].throw(my_task):
                my_task.internal_data["thrown"] = place
                return None
            if my_task._state & TaskState.FINISHED_MASK:
                return None
        return True


class ThrowEvent(Thrower, IntermediateThrowEvent):  # type: ignore[misc]
    pass


class Send(Thrower, SendTask):  # type: ignore[misc]
    pass


class Finish(Thrower, EndEvent):  # type: ignore[misc]
    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        if my_task.internal_data.pop("terminates", False):
            my_task.workflow._mark_complete(my_task)
