"""The same results as the library's, sooner: what costs most in a step and can be had for less.

None of these changes what happens; `tests/engine/spiff/test_shortcuts.py` compares them with the
library's own. What each saves stands in docs/profile.md.
"""

from __future__ import annotations

import os
from time import time
from typing import Any
from uuid import UUID

import SpiffWorkflow.task
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.event import Event
from SpiffWorkflow.util.task import TaskState

_POOL = 256  # ids made of one call to the system
_ids: list[int] = []
# A forked process must not hand out the ids that its parent holds.
os.register_at_fork(after_in_child=_ids.clear)


def random_id() -> int:
    """The number of a version-4 UUID. Many are made of one call: asking the system for each costs more
    than making it.

    A task is found by its id hundreds of times in a step; a number is found at once, while the hash of a
    `UUID` is Python code. Whoever leaves `engine.spiff` takes `id_of` with him. Taking the last of a list is one step for all threads; a generator would refuse the second one.
    """
    while True:
        try:
            return _ids.pop()
        except IndexError:
            _ids.extend(_batch())


def id_of(task: Any) -> UUID:
    """A task's id as the rest of the program knows it."""
    return UUID(int=task.id)


def owner_id_of(workflow: Any) -> UUID | None:
    """The id of the task that runs this workflow as its sub-process; None for the whole process."""
    return None if workflow.parent_task_id is None else UUID(int=workflow.parent_task_id)


def _batch() -> list[int]:
    variant, version = 0x8 << 60, 0x4 << 76
    mask = ~((0xF << 76) | (0x3 << 62))
    random = os.urandom(16 * _POOL)
    numbers = (int.from_bytes(random[at : at + 16], "big") for at in range(0, len(random), 16))
    return [number & mask | version | variant for number in numbers]


def make_ids_in_batches() -> None:
    SpiffWorkflow.task.uuid4 = random_id


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
        self.id = number = id or random_id()
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
    make_ids_in_batches()
    make_tasks_without_detours()
    begin_without_asking_the_spec()
    look_up_relatives_directly()
    keep_lists_of_neighbours()
    ask_no_one_when_nobody_listens()
    inherit_without_copying()
