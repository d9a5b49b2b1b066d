"""Joins that count tokens: each arrival waits as a task of its own and is used exactly once.

The stock joins look at the shape of the whole task tree. In a loop they count the tokens of earlier
rounds again, fire too early or crash; an excess token fires them a second time; and what happens
depends on when the tree was pruned.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, InclusiveGateway, ParallelGateway
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.spiff.merging import merged_data

AT_WORK = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class Gathering(TaskSpec):  # type: ignore[misc]
    """What all joins have in common. Subclasses say which of the waiting tokens are used."""

    def _update_hook(self, my_task: Any) -> bool:
        if self.only_passes:
            my_task._inherit_data()
            return True
        if my_task._state != TaskState.WAITING:
            self.arrive(my_task)
        used = self.enough(my_task, waiting_at(self, my_task.workflow))
        if not used:
            return False
        if my_task not in used:
            my_task = used[-1]
            self.use(my_task, used)
            my_task._ready()
            return False
        self.use(my_task, used)
        return True

    @property
    def only_passes(self) -> bool:
        """Whether there is nothing to join."""
        return len(self._inputs) < 2

    def arrive(self, my_task: Any) -> None:
        """Notes a token, with its place in the order of arrivals."""
        before = [t.internal_data.get("arrived", 0) for t in waiting_at(self, my_task.workflow)]
        my_task._inherit_data()
        my_task._set_state(TaskState.WAITING)
        my_task.internal_data["arrived"] = max(before, default=0) + 1

    def use(self, survivor: Any, used: list[Any]) -> None:
        """Makes one token of several."""
        survivor.data = merged_data(used)
        survivor.internal_data.pop("arrived", None)
        for task in used:
            if task is not survivor:
                task.cancel()

    def enough(self, my_task: Any, tokens: list[Any]) -> list[Any]:
        """The tokens that are used now, in the order of arrival; none if it is too early."""
        raise NotImplementedError


def waiting_at(spec: Any, workflow: Any) -> list[Any]:
    """The tokens that wait at a join, in the order of their arrival."""
    found = [
        t for t in workflow.tasks.values() if t.task_spec is spec and t._state == TaskState.WAITING
    ]
    return sorted(found, key=lambda t: t.internal_data.get("arrived", 0))


def came_from(token: Any) -> str:
    """The name of the element whose flow brought a token."""
    return str(token.parent.task_spec.name)


def first_of_each(tokens: list[Any]) -> list[Any]:
    """The oldest token of each incoming flow."""
    found: dict[str, Any] = {}
    for token in tokens:
        found.setdefault(came_from(token), token)
    return list(found.values())


class ParallelJoin(Gathering, ParallelGateway):  # type: ignore[misc]
    """Uses one token of each incoming flow; excess tokens stay for the next time.

    With `tokens` it uses so many, whatever flow they have come by.
    """

    def __init__(self, *args: Any, tokens: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tokens = tokens

    @property
    def only_passes(self) -> bool:
        return not self.tokens and super().only_passes

    def enough(self, my_task: Any, tokens: list[Any]) -> list[Any]:
        if self.tokens:
            return tokens[: self.tokens] if len(tokens) >= self.tokens else []
        wanted: Counter[str] = Counter(self._inputs)
        used = []
        for token in tokens:
            name = came_from(token)
            if wanted[name] > 0:
                wanted[name] -= 1
                used.append(token)
        return [] if any(n > 0 for n in wanted.values()) else used

    def _run_hook(self, my_task: Any) -> bool:
        return True


class InclusiveJoin(Gathering, InclusiveGateway):  # type: ignore[misc]
    """Waits while a token can still reach an empty incoming flow (BPMN 2.0.2, 13.4.3)."""

    def enough(self, my_task: Any, tokens: list[Any]) -> list[Any]:
        arrived = {came_from(token) for token in tokens}
        if may_still_come(self, my_task.workflow, arrived):
            return []
        return first_of_each(tokens)

    def _run_hook(self, my_task: Any) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        chosen = matches or defaults
        if not chosen:
            raise NoWayOut(f"网关“{self.bpmn_name or self.bpmn_id}”没有一个条件成立,也没有默认的线")
        my_task._sync_children(chosen, TaskState.FUTURE)
        return True


class NoWayOut(Exception):
    """No flow out of an element can be taken."""


def may_still_come(join: Any, workflow: Any, arrived: set[str]) -> bool:
    """Whether a token elsewhere can reach an empty incoming flow of a join.

    A token that can also reach a flow which has a token already does not count, if it can by moving:
    a boundary event that does not interrupt moves no token, it adds one.
    """
    empty = [name for name in join._inputs if name not in arrived]
    if not empty:
        return False
    elsewhere = {t.task_spec.name for t in workflow.tasks.values() if is_elsewhere(t, join)}
    full = [leading_to(join, name, by_moves=True) for name in arrived]
    for name in empty:
        ways = leading_to(join, name)
        if any(at in ways and not any(at in way for way in full) for at in elsewhere):
            return True
    return False


def is_elsewhere(task: Any, join: Any) -> bool:
    """Whether a task holds a token that is not at this join."""
    if task.task_spec is join or not holds_token(task):
        return False
    return not isinstance(task.task_spec, _EndJoin)


def holds_token(task: Any) -> bool:
    """Whether something of the process is at this task, or is about to be.

    A task that was reached but not yet updated is still FUTURE, below a finished parent.
    """
    if getattr(task.task_spec, "watches", False) and task._state == TaskState.WAITING:
        return False
    if task._state & AT_WORK:
        return True
    parent = task.parent
    return bool(
        task._state == TaskState.FUTURE
        and parent is not None
        and parent._state == TaskState.COMPLETED
    )


def leading_to(join: Any, name: str, by_moves: bool = False) -> frozenset[str]:
    """The names of the specs from which a token can come to a join by its flow from `name`.

    `by_moves` leaves boundary events that do not interrupt aside.
    """
    known: dict[tuple[str, bool], frozenset[str]] = join.__dict__.setdefault("_leading_to", {})
    if (name, by_moves) not in known:
        specs = join._wf_spec.task_specs
        found, todo = {name}, [name]
        while todo:
            for before in _before(specs[todo.pop()], by_moves):
                if before not in found and before != join.name:
                    found.add(before)
                    todo.append(before)
        known[name, by_moves] = frozenset(found)
    return known[name, by_moves]


def _before(spec: Any, by_moves: bool) -> tuple[str, ...]:
    if by_moves and isinstance(spec, BoundaryEvent) and not spec.cancel_activity:
        return ()
    return (*spec._inputs, *_hosts(spec))


def _hosts(spec: Any) -> list[str]:
    """A token at an activity may leave it by its boundary events."""
    if not isinstance(spec, BoundaryEvent):
        return []
    return [
        other
        for split in spec.inputs
        if isinstance(split, BoundaryEventSplit)
        for other in split._outputs
        if other != spec.name
    ]


class ScopeEnd(_EndJoin):  # type: ignore[misc]
    """The end of a process or sub-process: waits until no other token is left in it.

    Tokens that end earlier become one at once, so that a branch which ends a thousand times while
    another waits leaves one task and not a thousand.
    """

    def _update_hook(self, my_task: Any) -> bool:
        workflow = my_task.workflow
        if my_task._state != TaskState.WAITING:
            earlier = waiting_at(self, workflow)
            my_task._inherit_data()
            my_task._set_state(TaskState.WAITING)
            if earlier:
                my_task.data = merged_data([*earlier, my_task])
                for task in earlier:
                    task.cancel()
        if any(is_elsewhere(t, self) for t in workflow.tasks.values()):
            return False
        for task in list(workflow.tasks.values()):
            if task._state == TaskState.WAITING and task is not my_task:
                task.cancel()
        return True

    def _run_hook(self, my_task: Any) -> bool:
        my_task.workflow.data.update(my_task.data)
        return True
