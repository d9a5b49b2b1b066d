"""Multi-instance activities and standard loops.

The stock classes count finished children in the tree (so that pruning changes what they do), hang at
a null item, take a negative number of instances for none, blame the activity before for a wrong
collection, order the results by completion and know no behaviour events.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import StandardLoopTask
from SpiffWorkflow.bpmn.specs.mixins import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.spiff.catching import definitions_of
from engine.spiff.events import Signal
from engine.spiff.merging import merge
from engine.spiff.scopes import boundary_events
from engine.spiff.throwing import Throw, ThrowSignal

MOST_INSTANCES = 10_000


class Repeats(LoopTask):  # type: ignore[misc]
    """Runs its child spec again and again; `begin` and `child_ended` say how often."""

    task_spec: str

    def _update_hook(self, my_task: Any) -> bool:
        if my_task._state == TaskState.STARTED:
            return False
        my_task._inherit_data()
        return True

    def _run_hook(self, my_task: Any) -> bool | None:
        if my_task.internal_data.pop("finished", False):
            self.settle(my_task)
            return True
        my_task._set_state(TaskState.STARTED)
        if self.begin(my_task):
            self.settle(my_task)
            return True
        return None

    def listen(self) -> None:
        """Connects to the child spec, once, after parsing."""
        self._wf_spec.task_specs[self.task_spec].completed_event.connect(self._child_done)

    def _child_done(self, workflow: Any, child: Any) -> None:
        my_task = child.parent
        if my_task is None or my_task._state != TaskState.STARTED:
            return
        if self.child_ended(my_task, child):
            for other in my_task.children:
                if other.triggered and not other._state & TaskState.FINISHED_MASK:
                    other.cancel()
            my_task.internal_data["finished"] = True
            my_task._set_state(TaskState.READY)

    def add(self, my_task: Any, **local: Any) -> Any:
        """A new instance, with variables of its own."""
        spec = self._wf_spec.task_specs[self.task_spec]
        child = my_task._add_child(spec, TaskState.FUTURE)
        child.triggered = True
        child.task_spec._update(child)
        child.data.update(local)
        return child

    def begin(self, my_task: Any) -> bool:
        """Starts the first instances; True if there is nothing to do."""
        raise NotImplementedError

    def child_ended(self, my_task: Any, child: Any) -> bool:
        """Takes over what an instance has done; True if it was the last one."""
        raise NotImplementedError

    def settle(self, my_task: Any) -> None:
        """Clears the bookkeeping and writes the result."""


class WhileLoop(Repeats, StandardLoopTask):  # type: ignore[misc]
    """A standard loop: goes on while its condition is true, at most `maximum` times."""

    def begin(self, my_task: Any) -> bool:
        my_task.internal_data["done"] = 0
        if self.test_before and not self.goes_on(my_task):
            return True
        self.add(my_task)
        return False

    def child_ended(self, my_task: Any, child: Any) -> bool:
        my_task.internal_data["done"] += 1
        my_task.data = dict(child.data)
        if not self.goes_on(my_task):
            return True
        self.add(my_task)
        return False

    def goes_on(self, my_task: Any) -> bool:
        done = my_task.internal_data["done"]
        if self.maximum is not None and done >= self.maximum:
            return False
        if not self.condition:
            return True
        names = {**my_task.data, "loopCounter": Decimal(done)}
        return my_task.workflow.script_engine.value(self.condition, names) is True

    def settle(self, my_task: Any) -> None:
        my_task.internal_data.pop("done", None)


class ManyInstances(Repeats, BpmnSpecMixin):  # type: ignore[misc]
    """A multi-instance activity: one instance for each item, or so many as the cardinality says.

    `behavior` is None, One, All or Complex; `announced` maps it to what an instance's end throws.
    """

    def __init__(
        self, wf_spec: Any, name: str, *, settings: dict[str, Any], child: str, **kwargs: Any
    ) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.task_spec = child
        self.sequential: bool = settings["sequential"]
        self.cardinality: str = settings["cardinality"]
        self.collection: str = settings["collection"]
        self.item: str = settings["item"]
        self.results: str = settings["results"]
        self.result: str = settings["result"]
        self.condition: str = settings["condition"]
        self.announced: list[tuple[str, Throw]] = settings["announced"]

    def begin(self, my_task: Any) -> bool:
        items = self.items(my_task)
        my_task.internal_data.update(total=len(items), done=0, begun=0)
        if self.results:
            my_task.internal_data["results"] = []
        if not items:
            return True
        for item in items[:1] if self.sequential else items:
            self.add_instance(my_task, item)
        return False

    def items(self, my_task: Any) -> list[Any]:
        """The items, or the numbers from 1. Raises ValueError for what is neither."""
        engine = my_task.workflow.script_engine
        if self.collection:
            found = engine.evaluate(my_task, self.collection)
            if isinstance(found, dict):
                found = list(found.values())
            if not isinstance(found, list):
                raise ValueError(f"多实例的集合 {self.collection} 应是列表,得到的是 {found!r}")
        else:
            number = engine.evaluate(my_task, self.cardinality)
            if not isinstance(number, (int, Decimal)) or number != int(number) or number < 0:
                raise ValueError(f"多实例的数量应是不小于 0 的整数,得到的是 {number}")
            found = [Decimal(n) for n in range(1, int(min(number, MOST_INSTANCES + 1)) + 1)]
        if len(found) > MOST_INSTANCES:
            raise ValueError(f"多实例最多 {MOST_INSTANCES} 个")
        return found

    def add_instance(self, my_task: Any, item: Any) -> None:
        place = my_task.internal_data["begun"]
        my_task.internal_data["begun"] = place + 1
        child = self.add(my_task, **({self.item: item} if self.item else {}))
        child.internal_data["place"] = place

    def child_ended(self, my_task: Any, child: Any) -> bool:
        internal = my_task.internal_data
        internal["done"] += 1
        names = dict(child.data)
        self.take_over(my_task, child)
        self.announce(my_task, names)
        if my_task._state != TaskState.STARTED:
            return False
        if internal["done"] >= internal["total"] or self.is_enough(my_task, names):
            return True
        if self.sequential:
            self.add_instance(my_task, self.items(my_task)[internal["begun"]])
        return False

    def take_over(self, my_task: Any, child: Any) -> None:
        """Keeps an instance's result, or what it has changed if no result is named."""
        if self.results:
            kept = my_task.internal_data["results"]
            kept.append([child.internal_data["place"], child.data.get(self.result)])
            return
        changed = dict(child.data)
        if self.item and self.item in my_task.data:
            changed[self.item] = my_task.data[self.item]
        elif self.item:
            changed.pop(self.item, None)
        base = my_task.parent.data if my_task.parent is not None else {}
        my_task.data = changed if self.sequential else merge(base, my_task.data, changed)

    def is_enough(self, my_task: Any, names: dict[str, Any]) -> bool:
        if not self.condition:
            return False
        engine = my_task.workflow.script_engine
        return engine.value(self.condition, {**self.counts(my_task), **names}) is True

    def counts(self, my_task: Any) -> dict[str, Any]:
        """What a completion condition may ask: BPMN's counters, and the results so far."""
        internal = my_task.internal_data
        begun, done = internal["begun"], internal["done"]
        found = {
            **my_task.data,
            "numberOfInstances": Decimal(internal["total"]),
            "numberOfCompletedInstances": Decimal(done),
            "numberOfActiveInstances": Decimal(begun - done),
            "numberOfTerminatedInstances": Decimal(0),
            "loopCounter": Decimal(done),
        }
        if self.results:
            found[self.results] = self.collected(my_task)
        return found

    def announce(self, my_task: Any, names: dict[str, Any]) -> None:
        """Throws what the behaviour asks for at the end of an instance.

        The activity's own boundary events catch it without ending the activity (BPMN 2.0.2, 10.3.8).
        """
        engine = my_task.workflow.script_engine
        for when, throw in self.announced:
            if when == "One" and my_task.internal_data["done"] > 1:
                continue
            asked = when not in ("None", "One")
            if asked and engine.value(when, {**self.counts(my_task), **names}) is not True:
                continue
            if not (isinstance(throw, ThrowSignal) and echo(my_task, throw.name)):
                throw.throw(my_task)

    def collected(self, my_task: Any) -> list[Any]:
        """The results in the order of the items."""
        return [value for _, value in sorted(my_task.internal_data["results"], key=lambda r: r[0])]

    def settle(self, my_task: Any) -> None:
        if self.results and "results" in my_task.internal_data:
            my_task.data[self.results] = self.collected(my_task)
        for name in ("total", "done", "begun", "results"):
            my_task.internal_data.pop(name, None)


def echo(host: Any, name: str) -> bool:
    """Lets a host's own boundary events hear a signal while it goes on; False if none of them does."""
    heard = False
    for event in boundary_events(host):
        for definition in definitions_of(event):
            if isinstance(definition, Signal) and definition.name == name:
                event.task_spec.overhear(event, definition)
                heard = True
                break
    return heard
