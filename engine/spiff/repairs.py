"""Patches of SpiffWorkflow that no subclass can make. Each says what goes wrong without it.

Tests: tests/engine/spiff/test_repairs.py.
"""

from __future__ import annotations

import time
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import _BpmnCondition
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskIterator, TaskState

from engine.spiff.script import ExpressionFailed

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


def foresee_nothing() -> None:
    """Without it the whole rest of a sequence is foreseen at once: 1,000 elements are 1,000 tasks in
    every stored state, and a longer diagram ends in RecursionError.

    What follows an element comes to be when the element is done. A gateway that chooses has made what
    it has chosen by then; one that was skipped has not, and goes every way.
    """

    def predict(self: Any, *_: Any, **__: Any) -> None:
        pass

    def follow(self: Any, my_task: Any) -> None:
        if my_task._children:
            my_task._sync_children(self.outputs, TaskState.FUTURE)
            return
        for spec in self.outputs:
            Task(my_task.workflow, spec, my_task, TaskState.FUTURE)

    def update(self: Any, my_task: Any) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def on_complete(self: Any, my_task: Any) -> None:
        if not (self.chooses and my_task._children):
            self._predict_hook(my_task)
        self._on_complete_hook(my_task)
        for child in my_task.children:
            if not child._state & TaskState.FINISHED_MASK:
                child.task_spec._update(child)
        my_task.workflow._task_completed_notify(my_task)

    TaskSpec.chooses, MultiChoice.chooses = False, True
    TaskSpec._predict, TaskSpec._predict_hook = predict, follow
    TaskSpec._update, TaskSpec._on_complete = update, on_complete


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


def take_only_true_for_true() -> None:
    """Without it a flow is taken if its condition comes to a number, or to the text "false"."""

    def matches(self: Any, task: Any) -> bool:
        found = task.workflow.script_engine.evaluate(task, self.args[0])
        if found is None or found is True or found is False:
            return found is True
        raise ExpressionFailed(
            f"条件 {self.args[0]} 的结果不是“是”或“否”,请写成比较,例如 金额 > 100"
        )

    _BpmnCondition._matches = matches


def apply() -> None:
    lift_depth_limit()
    walk_ancestors_without_recursion()
    log_nothing_on_state_change()
    foresee_nothing()
    run_and_respect_cancellation()
    cancel_all_that_came_of_it()
    take_only_true_for_true()
