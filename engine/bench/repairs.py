"""What each repair costs: a case's processor time with all of them, and with one left out.

Left out means the library's own code in its place, or nothing. Only this benchmark can do that, and
only where the models reach the same end without: they are cases in which nothing goes wrong.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task

from engine.bench.figures import Benchmark, Figure, Setting
from engine.bench.measure import side_by_side, timed
from engine.bench.models import AUTOMATIC, INSTANT, PROMISED
from engine.bench.other_process import STOCK, OtherProcess
from engine.bench.ours import OurTwin, twin_of
from engine.spiff import complex_gateway, joins, run, workflow
from engine.spiff.run import Run

COMPARED = (AUTOMATIC, INSTANT, PROMISED)


def as_it_comes(module: str) -> ModuleType:
    """A second copy of one of the library's modules, which nothing has patched."""
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


_TASK = as_it_comes("SpiffWorkflow.task").Task
_SPEC = as_it_comes("SpiffWorkflow.specs.base").TaskSpec


@dataclass(frozen=True)
class Repair:
    """`instead`: who has what, and what stands there while it is left out."""

    name: str
    instead: tuple[tuple[Any, str, Any], ...]

    @contextlib.contextmanager
    def left_out(self) -> Iterator[None]:
        kept = [(owner, name, getattr(owner, name)) for owner, name, _ in self.instead]
        for owner, name, other in self.instead:
            setattr(owner, name, other)
        try:
            yield
        finally:
            for owner, name, own in kept:
                setattr(owner, name, own)


def _library(owner: Any, other: Any, *names: str) -> tuple[tuple[Any, str, Any], ...]:
    return tuple((owner, name, getattr(other, name)) for name in names)


def _note_nothing(self: Run, task: Any) -> None:
    if not task.task_spec.bpmn_id:
        self._send_on(task)


def _last_wins(tasks: list[Any]) -> dict[str, Any]:
    return {name: value for task in tasks for name, value in task.data.items()}


REPAIRS = (
    Repair("history", ((Run, "_done", _note_nothing),)),
    Repair(
        "pruning",
        ((run, "prune", lambda top: 0), (workflow, "prune", lambda top: 0)),
    ),
    Repair(
        "foreseeing_nothing",
        _library(TaskSpec, _SPEC, "_predict", "_predict_hook", "_update", "_on_complete"),
    ),
    Repair("respecting_cancellation", _library(Task, _TASK, "run")),
    Repair("cancelling_all", _library(Task, _TASK, "cancel")),
    Repair("conditional_events", ((workflow, "has_conditions", lambda top: False),)),
    Repair(
        "inclusive_joins",
        tuple((one, "may_still_come", lambda *_: False) for one in (joins, complex_gateway)),
    ),
    Repair(
        "merging",
        tuple((one, "merged_data", _last_wins) for one in (joins, complex_gateway)),
    ),
)


def measure(setting: Setting) -> dict[str, Figure]:
    """In a short run only the longest model, in fewer rounds."""
    found = {}
    with OtherProcess(STOCK) as stock:
        for model in COMPARED[-1:] if setting.short else COMPARED:
            twin = twin_of(model, stock)
            for repair in REPAIRS:
                figure = cost(twin, repair, *((0.3, 3) if setting.short else (8, 9)))
                if figure is not None:
                    found[f"repairs_{model.id}_{repair.name}"] = figure
    return found


def cost(twin: OurTwin, repair: Repair, seconds: float, rounds: int) -> Figure | None:
    """Microseconds of a case that is saved at each user task, with a repair and without.

    None if the model does not come to the same end without it.
    """
    wanted = saved_at_each_wait(twin)
    try:
        with repair.left_out():
            if saved_at_each_wait(twin) != wanted:
                return None
    except Exception:  # whatever the library does there, the model needs the repair
        return None

    def without(count: int) -> float:
        with repair.left_out():
            return timed(act)(count)

    act = _case(twin)
    on, off = side_by_side(timed(act), without, seconds, rounds)
    return Figure(on * 1e6, "us", off * 1e6)


def _case(twin: OurTwin) -> Callable[[], object]:
    return lambda: saved_at_each_wait(twin)


def saved_at_each_wait(twin: OurTwin) -> dict[str, Any]:
    """The data at the end of a case that is stored and restored around each user task."""
    run = twin.start(twin.model.data)
    while people := twin.people(run):
        element = people[0].element
        run = twin.restore(twin.save(run))
        (person,) = (p for p in twin.people(run) if p.element == element)
        twin.complete(run, person, {})
    return run.data


BENCHMARK = Benchmark(
    "repairs",
    tuple(f"repairs_{model.id}_{repair.name}" for model in COMPARED for repair in REPAIRS),
    measure,
)
