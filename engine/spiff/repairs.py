"""Patches of SpiffWorkflow that no subclass can make. Each says what goes wrong without it.

Tests: tests/engine/spiff/test_repairs.py.
"""

from __future__ import annotations

import time
from typing import Any

from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskIterator, TaskState

NO_DEPTH_LIMIT = 10**9


def lift_depth_limit() -> None:
    """Without it a tree deeper than 1,000 tasks counts as completed with work unfinished."""
    TaskIterator.__init__.__defaults__ = (None, NO_DEPTH_LIMIT, True, None)
    BpmnTaskIterator.__init__.__defaults__ = (None, NO_DEPTH_LIMIT, True, False, None)


def walk_ancestors_without_recursion() -> None:
    """Without it a deep tree ends in RecursionError, since both methods call themselves."""

    def is_descendant_of(self: Any, task: Any) -> bool:
        parent = self.parent
        while parent is not None:
            if parent is task:
                return True
            parent = parent.parent
        return False

    def find_ancestor(self: Any, spec_name: str) -> Any:
        parent = self.parent
        while parent is not None and parent.task_spec.name != spec_name:
            parent = parent.parent
        return parent

    Task.is_descendant_of = is_descendant_of
    Task.find_ancestor = find_ancestor


def log_nothing_on_state_change() -> None:
    """Without it a fifth of the running time builds log records that nobody reads."""

    def set_state(self: Any, value: int) -> None:
        if value != self._state:
            self.last_state_change = time.time()
            self._state = value

    Task._set_state = set_state


def foresee_one_step() -> None:
    """Without it the whole rest of a sequence is foreseen at once: 1,000 elements are 1,000 tasks in
    every stored state, and a longer diagram ends in RecursionError."""

    def predict(
        self: Any,
        my_task: Any,
        seen: Any = None,
        looked_ahead: int = 0,
        mask: int = TaskState.PREDICTED_MASK,
    ) -> None:
        if my_task._state & mask:
            self._predict_hook(my_task)

    def update(self: Any, my_task: Any) -> None:
        if my_task._state & (TaskState.PREDICTED_MASK | TaskState.FUTURE):
            self._predict_hook(my_task)
        if self._update_hook(my_task):
            my_task._ready()

    TaskSpec._predict = predict
    TaskSpec._update = update


def run_and_respect_cancellation() -> None:
    """Without it an activity that its own boundary event interrupts while it runs comes to life again."""

    def run(self: Any) -> Any:
        done = self.task_spec._run(self)
        if self._state & TaskState.FINISHED_MASK:
            return done
        if done is None:
            self._set_state(TaskState.STARTED)
        elif done is False:
            self.error()
        else:
            self.complete()
        return done

    Task.run = run


def cancel_all_that_came_of_it() -> None:
    """Without it the sub-processes of a cancelled multi-instance go on running with no owner."""

    def cancel(self: Any) -> None:
        workflow = self.workflow
        if self.id not in workflow.tasks:
            return
        branch, found = [self], []
        while branch:
            task = branch.pop()
            found.append(task)
            branch.extend(task.children)
        for task in found:
            if task._state & (TaskState.PREDICTED_MASK | TaskState.FUTURE):
                workflow.tasks.pop(task.id, None)
            elif not task._state & TaskState.FINISHED_MASK:
                task._set_state(TaskState.CANCELLED)
                task.task_spec._on_cancel(task)
        kept = [self.parent, *found] if self.parent is not None else found
        for task in kept:
            task._children = [c for c in task._children if c in workflow.tasks]

    Task.cancel = cancel


def apply() -> None:
    lift_depth_limit()
    walk_ancestors_without_recursion()
    log_nothing_on_state_change()
    foresee_one_step()
    run_and_respect_cancellation()
    cancel_all_that_came_of_it()
