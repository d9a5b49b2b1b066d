"""Embedded sub-processes, calls of other processes, transactions and event sub-processes.

The stock classes start a sub-process while its predecessor completes, so that a wrong input is
blamed on the predecessor, and run event sub-processes at once or never.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import CallActivity, SubWorkflowTask
from SpiffWorkflow.util.task import TaskState

from engine.spiff.catching import Catcher, keep_listening, let_go
from engine.spiff.events import Catch
from engine.spiff.merging import merge
from engine.spiff.scopes import scope_data
from engine.values import copied


class RunsInside:
    """Runs the spec named `spec` inside of this task."""

    closed = False  # whether data inside are hidden from outside until it is done

    def _update_hook(self, my_task: Any) -> bool | None:
        if my_task._state == TaskState.STARTED:
            return False
        my_task._inherit_data()
        return True

    def _run_hook(self, my_task: Any) -> bool | None:
        inside = my_task.workflow.top_workflow.subprocesses.get(my_task.id)
        if inside is None:
            self.start_workflow(my_task)
            return None
        if not inside.completed:
            return None
        self.update_data(my_task, inside)
        return True

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if my_task._state == TaskState.STARTED:
            my_task._set_state(TaskState.READY)

    def start_workflow(self, my_task: Any) -> None:
        top = my_task.workflow.top_workflow
        if self.spec not in top.subprocess_specs:  # type: ignore[attr-defined]
            raise LookupError(f"没有名为 {self.spec} 的流程")  # type: ignore[attr-defined]
        inside = top.create_subprocess(my_task, self.spec)  # type: ignore[attr-defined]
        inside.completed_event.connect(self._on_subworkflow_completed, my_task)
        try:
            self.copy_data(my_task, inside)
        except Exception:
            top.subprocesses.pop(my_task.id)
            raise
        inside.task_tree.run()

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        subworkflow.task_tree.data = copied(my_task.data)

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        my_task.data = copied(ended_with(subworkflow))


def ended_with(subworkflow: Any) -> dict[str, Any]:
    """The data with which a sub-process ended."""
    if subworkflow.last_task is not None:
        return dict(subworkflow.last_task.data)
    found = dict(subworkflow.data)
    found.pop("data_objects", None)
    return found


class SubProcess(RunsInside, SubWorkflowTask):  # type: ignore[misc]
    """A sub-process drawn inside of its parent; it works on the parent's data."""


class Transaction(SubProcess):
    """A sub-process that can be cancelled as a whole; see throwing.ThrowCancel."""


class ProcessCall(RunsInside, CallActivity):  # type: ignore[misc]
    """A call with declared inputs and outputs (FEEL). Without any, all data go in and come back."""

    def __init__(
        self, *args: Any, inputs: dict[str, str], outputs: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.given, self.taken = inputs, outputs
        self.closed = bool(inputs or outputs)

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        if not self.given:
            return super().copy_data(my_task, subworkflow)
        engine = my_task.workflow.script_engine
        subworkflow.task_tree.data = {
            k: copied(engine.evaluate(my_task, v)) for k, v in self.given.items()
        }

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        if not self.closed:
            return super().update_data(my_task, subworkflow)
        engine, names = my_task.workflow.script_engine, ended_with(subworkflow)
        my_task.data.update({k: copied(engine.value(v, names)) for k, v in self.taken.items()})


class EventSubProcess(Catcher, RunsInside, SubWorkflowTask):  # type: ignore[misc]
    """Waits beside the flow of its scope, and runs when its start event happens."""

    watches = True

    def __init__(self, *args: Any, interrupting: bool, **kwargs: Any) -> None:
        kwargs.pop("event_definition", None)
        self.interrupting = interrupting
        super().__init__(*args, **kwargs)

    def _update_hook(self, my_task: Any) -> bool | None:
        if my_task._state & (TaskState.WAITING | TaskState.STARTED):
            return False
        return Catcher._update_hook(self, my_task)

    def see_current_data(self, my_task: Any) -> None:
        my_task.data = scope_data(my_task.workflow)

    def happened(self, my_task: Any, definition: Catch) -> None:
        if self.interrupting:
            for other in list(my_task.workflow.tasks.values()):
                if other is not my_task and not other._state & TaskState.FINISHED_MASK:
                    other.cancel()
        else:
            keep_listening(my_task, definition)
        let_go(my_task)

    def _run_hook(self, my_task: Any) -> bool | None:
        return RunsInside._run_hook(self, my_task)

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        """A non-interrupting one only adds its own changes to what its scope has done meanwhile."""
        ended = copied(ended_with(subworkflow))
        if self.interrupting:
            my_task.data = ended
        else:
            my_task.data = merge(subworkflow.task_tree.data, my_task.parent.data, ended)
