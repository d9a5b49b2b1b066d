"""Undoing what has been done: each completed activity that can be undone is noted with its data.

SpiffWorkflow knows no compensation. A note is a list `[element, handler, data, notes inside]`, kept
by the scope in which the activity was done, in the order of completion, and stored with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.merging import Data, merge
from engine.spiff.prune import drop_subprocess
from engine.spiff.scopes import owner_of
from engine.spiff.subprocesses import EventSubProcess, ended_with
from engine.spiff.throwing import Throw, cancel_transaction

ELEMENT, HANDLER, DATA, INSIDE = range(4)
UNDOING = "undoing"


def note_done(workflow: Any, task: Any) -> None:
    """Notes an activity that has been completed, with what was done inside of it."""
    inside = workflow.top_workflow.subprocesses.get(task.id)
    notes = list(inside.compensations) if inside is not None else []
    handler = getattr(task.task_spec, "compensation", "")
    if handler or notes:
        element = task.task_spec.bpmn_id
        workflow.compensations.append([element, handler, dict(task.data), notes])


@dataclass
class ThrowCompensation(Throw):
    """Undoes an activity of its scope, or all of them, the last one first."""

    activity: str

    def throw(self, my_task: Any) -> bool:
        if UNDOING not in my_task.internal_data:
            my_task.internal_data[UNDOING] = take_notes(_undone_in(my_task), self.activity)
        return undo_next(my_task)


class ThrowCancel(Throw):
    """Cancels the transaction around it: what is under way ends, what is done is undone."""

    def throw(self, my_task: Any) -> bool:
        if UNDOING not in my_task.internal_data:
            for task in list(my_task.workflow.tasks.values()):
                if task is not my_task and not task._state & TaskState.FINISHED_MASK:
                    task.cancel()
            my_task.internal_data[UNDOING] = take_notes(my_task.workflow, "")
        if not undo_next(my_task):
            return False
        if not cancel_transaction(my_task):
            my_task.internal_data["terminates"] = True
        return True


def _undone_in(my_task: Any) -> Any:
    """The scope whose activities a throwing event undoes; an event sub-process undoes its scope's."""
    workflow = my_task.workflow
    owner = owner_of(workflow)
    while owner is not None and isinstance(owner.task_spec, EventSubProcess):
        workflow = owner.workflow
        owner = owner_of(workflow)
    return workflow


def take_notes(workflow: Any, activity: str) -> list[Any]:
    """Takes what is to be undone out of a scope's notes: `[handler, data, notes inside]` in order."""
    taken = [n for n in workflow.compensations if activity in ("", n[ELEMENT])]
    workflow.compensations = [n for n in workflow.compensations if n not in taken]
    return list(_in_order(taken))


def _in_order(notes: list[Any]) -> Any:
    """What undoes an activity; without a handler of its own, what undoes what was done inside."""
    for note in reversed(notes):
        if note[HANDLER]:
            yield [note[HANDLER], note[DATA], note[INSIDE]]
        else:
            yield from _in_order(note[INSIDE])


def undo_next(my_task: Any) -> bool:
    """Runs the handlers one after the other inside of the throwing task; True when all are done."""
    top = my_task.workflow.top_workflow
    inside = top.subprocesses.get(my_task.id)
    if inside is not None:
        if not inside.completed:
            return False
        began: Data = inside.task_tree.data
        my_task.data = merge(began, my_task.data, ended_with(inside))
        drop_subprocess(top, my_task.id)
    todo = my_task.internal_data[UNDOING]
    if not todo:
        del my_task.internal_data[UNDOING]
        return True
    handler, data, notes = todo.pop(0)
    inside = top.create_subprocess(my_task, handler)
    inside.compensations = list(notes)
    inside.completed_event.connect(my_task.task_spec._on_subworkflow_completed, my_task)
    inside.task_tree.data = {**my_task.data, **data}
    inside.task_tree.run()
    return False
