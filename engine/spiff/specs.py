"""Task specs of ours: what a user task, a service task, a decision and a call mean here."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import (
    CallActivity,
    EventBasedGateway,
    ScriptTask,
    ServiceTask,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent

from engine.values import copied


class HumanTask(UserTask):  # type: ignore[misc]
    """A user task. `role`, `department` and `due` are FEEL; `form` is a path in the release."""

    def __init__(self, *args: Any, settings: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settings = settings


class HandlerTask(ServiceTask):  # type: ignore[misc]
    """Calls the registered handler `handler` with FEEL parameters; the answer goes to `result`."""

    def __init__(
        self, *args: Any, handler: str, parameters: dict[str, str], result: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.handler, self.parameters, self.result = handler, parameters, result

    def _execute(self, task: Any) -> bool | None:
        """True if it is done; None while it waits for the outside, a retry or its boundary event."""
        done: bool | None = task.workflow.script_engine.call_handler(task, self)
        return done


class DecisionTask(ServiceTask):  # type: ignore[misc]
    """Evaluates a decision of the release; its answer goes to `result`."""

    def __init__(self, *args: Any, decision: str, result: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision, self.result = decision, result

    def _execute(self, task: Any) -> bool:
        task.workflow.script_engine.decide(task, self)
        return True


class FeelScript(ScriptTask):  # type: ignore[misc]
    """A script that is one FEEL context; its entries are merged into the data."""


class ProcessCall(CallActivity):  # type: ignore[misc]
    """A call with declared inputs and outputs (FEEL). Without any, all data go in and come back."""

    def __init__(
        self, *args: Any, inputs: dict[str, str], outputs: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.given, self.taken = inputs, outputs

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        engine = my_task.workflow.script_engine
        start = next(t for t in subworkflow.tasks.values() if t.task_spec.name == "Start")
        if self.given:
            start.data = {k: copied(engine.evaluate(my_task, v)) for k, v in self.given.items()}
        else:
            start.data = copied(my_task.data)

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        engine = my_task.workflow.script_engine
        ended = subworkflow.last_task
        if self.given or self.taken:
            my_task.data.update(
                {k: copied(engine.evaluate(ended, v)) for k, v in self.taken.items()}
            )
        else:
            my_task.data = copied(ended.data)


class EventChoice(EventBasedGateway):  # type: ignore[misc]
    """An event gateway that forgets the event it has seen once it has acted on it.

    The stock one keeps the event object in the task's data, which then cannot be stored.
    """

    def _run_hook(self, my_task: Any) -> bool:
        done: bool = super()._run_hook(my_task)
        my_task.internal_data.pop("seen_events", None)
        return done


def definitions_of(task: Any) -> list[Any]:
    """The event definitions a catching task waits for; an event gateway has several."""
    if not isinstance(task.task_spec, CatchingEvent):
        return []
    definition = task.task_spec.event_definition
    return list(getattr(definition, "event_definitions", [definition]))
