"""SpiffWorkflow's workflow without whole-tree walks, and with a trace of what ran.

The stock loop walks the whole task tree at every round, which makes a step quadratic in the number
of tasks. Here tasks are scanned in their order of creation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.spiff.catching import Catcher
from engine.spiff.events import Condition
from engine.spiff.prune import prune
from engine.spiff.scopes import END
from engine.spiff.script import RetryStep

Done = Callable[[Any], None]
PRUNE_EVERY = 200


class _Scanning:
    """Shared by top and sub-workflows."""

    tasks: dict[Any, Any]
    completed: bool
    top_workflow: Any

    def update_waiting_tasks(self) -> None:
        """Asks what waits for others whether it may go on; an event waits to be told."""
        for task in [t for t in self.tasks.values() if t._state == TaskState.WAITING]:
            if task._state == TaskState.WAITING and not isinstance(task.task_spec, Catcher):
                task.task_spec._update(task)

    def _task_completed_notify(self, task: Any) -> None:
        """The library's, which knows the end by its name."""
        self.last_task = task
        if task.task_spec.name == END:
            self._mark_complete(task)  # type: ignore[attr-defined]
        if self.completed:
            self.completed_event(self)  # type: ignore[attr-defined]
        else:
            self.update_waiting_tasks()

    def is_completed(self) -> bool:
        if not self.completed:
            self.completed = not any(
                t._state & TaskState.NOT_FINISHED_MASK for t in self.tasks.values()
            )
        return self.completed

    def collect_log_extras(self, extra: dict[str, Any] | None = None) -> dict[str, Any]:
        """Nothing: the library lists every task's id for a log that nobody reads."""
        return {}

    def run_ready(self, done: Done) -> int:
        """Runs every READY task that needs no person, until none is left; returns how many."""
        count = 0
        while True:
            ready = [
                t
                for t in self.tasks.values()
                if t._state == TaskState.READY and not t.task_spec.manual
            ]
            if not ready:
                return count
            for task in ready:
                if task._state == TaskState.READY:
                    run_task(task)
                    count += 1
                    done(task)
                    self.top_workflow.check_conditions()
                    if count % PRUNE_EVERY == 0:
                        prune(self.top_workflow)


def run_task(task: Any) -> None:
    """Runs one task. An error in a gateway or script is kept as a failure of that task."""
    try:
        task.run()
    except RetryStep:
        raise
    except Exception as error:
        # The library marks the task ERROR; an instance whose last task failed would then count as
        # completed.
        task._set_state(TaskState.STARTED)
        task.workflow.script_engine.fail(task, error, permanent=True)


def has_conditions(top: Any) -> bool:
    """Whether an instance, or what it may call, can wait for a condition; looked up once for a spec."""
    known = top.spec.__dict__.get("_has_conditions")
    if known is None:
        known = top.spec.__dict__["_has_conditions"] = any(
            isinstance(definition, Condition)
            for spec in (top.spec, *top.subprocess_specs.values())
            for one in spec.task_specs.values()
            for definition in getattr(one, "definitions", ())
        )
    return bool(known)


class SubInstance(_Scanning, BpmnSubWorkflow):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.compensations: list[Any] = []
        super().__init__(*args, **kwargs)


class Instance(_Scanning, BpmnWorkflow):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.sent: list[Any] = []
        self.compensations: list[Any] = []
        super().__init__(*args, **kwargs)

    def create_subprocess(self, my_task: Any, spec_name: str) -> SubInstance:
        sub = SubInstance(
            self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self
        )
        self.subprocesses[my_task.id] = sub
        return sub

    def run_engine_steps(self, done: Done) -> None:
        """Runs to quiescence, deepest sub-process first."""
        self.check_conditions()
        for sub in self.get_active_subprocesses():
            if sub.spec.takes_turns:
                sub.update_waiting_tasks()
        while self._round(done):
            pass

    def _round(self, done: Done) -> bool:
        active = self.get_active_subprocesses()
        count = 0
        for sub in sorted(active, key=lambda s: s.depth, reverse=True):
            count += sub.run_ready(done)
        count += self.run_ready(done)
        return count > 0 or len(self.get_active_subprocesses()) > len(active)

    def check_conditions(self) -> None:
        """Lets the conditional events fire that have become true by what was just done."""
        if not has_conditions(self):
            return
        for task in self.all_tasks():
            if task._state == TaskState.WAITING and isinstance(task.task_spec, Catcher):
                task.task_spec.check_conditions(task)

    def all_tasks(self) -> list[Any]:
        """Every task of this instance, sub-processes included."""
        found = list(self.tasks.values())
        for sub in self.subprocesses.values():
            found.extend(sub.tasks.values())
        return found
