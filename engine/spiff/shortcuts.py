"""The same results as the library's, sooner: what costs most in a step and can be had for less.

None of these changes what happens; `tests/engine/spiff/test_shortcuts.py` compares them with the
library's own. What each saves stands in docs/profile.md.
"""

from __future__ import annotations

from time import time
from typing import Any
from uuid import UUID

import SpiffWorkflow.task
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.event import Event
from SpiffWorkflow.util.task import TaskState

from engine.ids import id_of_number, new_number


def id_of(task: Any) -> UUID:
    """A task's id as the rest of the program knows it."""
    return id_of_number(task.id)


def owner_id_of(workflow: Any) -> UUID | None:
    """The id of the task that runs this workflow as its sub-process; None for the whole process."""
    number = workflow.parent_task_id
    return None if number is None else id_of_number(number)


def number_tasks() -> None:
    """A task is found by its id hundreds of times in a step; a number is found at once, while the hash
    of a `UUID` is Python code. What leaves `engine.spiff` is `id_of`."""
    SpiffWorkflow.task.uuid4 = new_number


def make_tasks_without_detours() -> None:
    """The library looks the parent up to tell it of its child, and counts branches for a log."""

    def make(
        self: Any,
        workflow: Any,
        task_spec: Any,
        parent: Any = None,
        state: int = TaskState.MAYBE,
        id: int | None = None,
    ) -> None:
        self.id = number = id or new_number()
        self.workflow, self.task_spec, self._state = workflow, task_spec, state
        self.triggered, self.thread_id = False, 0
        self._children, self.data, self.internal_data = [], {}, {}
        self.last_state_change = time()
        workflow.tasks[number] = self
        if parent is None:
            self._parent = None
        else:
            self._parent = parent.id
            parent._children.append(number)

    Task.__init__ = make


def begin_without_asking_the_spec() -> None:
    """The library asks at every task whether its spec is well formed; the parser has done so."""

    def on_ready(self: Any, my_task: Any) -> None:
        self._on_ready_hook(my_task)

    TaskSpec._on_ready = on_ready


def look_up_relatives_directly() -> None:
    """The library's properties go through methods for what are plain look-ups."""

    def parent(self: Any) -> Any:
        return self.workflow.tasks.get(self._parent) if self._parent is not None else None

    def children(self: Any) -> list[Any]:
        tasks = self.workflow.tasks
        return [tasks.get(child) for child in self._children] if self._children else []

    Task.parent = Task.parent.getter(parent)
    Task.children = Task.children.getter(children)


def keep_lists_of_neighbours() -> None:
    """The library looks every neighbour of a spec up by name whenever it is asked for them."""

    def neighbours(attribute: str, kept: str) -> Any:
        def read(self: Any) -> list[Any]:
            names = getattr(self, attribute)
            found = self.__dict__.get(kept)
            # Event sub-processes add neighbours while they run.
            if found is None or found[0] != names:
                specs = self._wf_spec.task_specs
                found = self.__dict__[kept] = (names[:], [specs.get(name) for name in names])
            return list(found[1])

        return read

    TaskSpec.inputs = TaskSpec.inputs.getter(neighbours("_inputs", "kept_inputs"))
    TaskSpec.outputs = TaskSpec.outputs.getter(neighbours("_outputs", "kept_outputs"))


def ask_no_one_when_nobody_listens() -> None:
    """Each task tells four events; hardly any has a listener."""
    emit = Event.emit

    def emit_if_heard(self: Any, *arguments: Any, **named: Any) -> Any:
        if self.hard_subscribers is None and self.weak_subscribers is None:
            return None
        return emit(self, *arguments, **named)

    Event.emit = Event.__call__ = emit_if_heard


def inherit_without_copying() -> None:
    """A task without data of its own takes its parent's values as they are.

    No value is ever changed in place: FEEL makes new ones, and joins merge into copies.
    """

    def inherit(self: Any) -> None:
        parent = self.parent
        if self.data:
            self.data = DeepMerge.merge(self.data, parent.data)
        else:
            self.data = dict(parent.data)

    Task._inherit_data = inherit


def apply() -> None:
    number_tasks()
    make_tasks_without_detours()
    begin_without_asking_the_spec()
    look_up_relatives_directly()
    keep_lists_of_neighbours()
    ask_no_one_when_nobody_listens()
    inherit_without_copying()
