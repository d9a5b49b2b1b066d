"""Reads states written before joins counted tokens and before loops kept their own counts.

Such a state names specs by their place among the names of that time, has a join behind every
activity with boundary events, marks all tokens but the newest at a join as cancelled, and finds the
finished instances of a loop by their ids.
"""

from __future__ import annotations

import struct
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.spiff.joins import Gathering, ScopeEnd
from engine.spiff.loops import ManyInstances, WhileLoop
from engine.spiff.parser import Process
from engine.spiff.scopes import END, START

PARENT, SPEC, STATUS, TRIGGERED, CHANGED, REMOVED, INTERNAL, CHILDREN = range(8)
_SPLIT = ".BoundaryEventSplit"


def upgraded(state: dict[str, Any], process: Process) -> dict[str, Any]:
    """The state as the present format has it."""
    called = [
        {**_upgraded_tasks(one, process.called[one["spec"]]), "spec": one["spec"]}
        for one in state["called"]
    ]
    return {**_upgraded_tasks(state, process.spec), "called": called}


def _names_then(spec: Any) -> list[str]:
    """Names of the specs in the order of then; retired ones are not among the present names."""
    old = {START: "Start", END: "End"}
    then = {old.get(name, name): name for name in spec.task_specs}
    for name in spec.task_specs:
        if name.endswith(_SPLIT):
            retired = name.removesuffix(_SPLIT) + ".BoundaryEventJoin"
            then[retired] = retired
    return [then[name] for name in sorted(then)]


def _upgraded_tasks(state: dict[str, Any], spec: Any) -> dict[str, Any]:
    names, now = _names_then(spec), sorted(spec.task_specs)
    place_now = {name: place for place, name in enumerate(now)}
    rows = state["rows"]
    kept = [n for n, row in enumerate(rows) if names[row[SPEC]] in place_now]
    moved = {old: new for new, old in enumerate(kept)}
    found = []
    for old in kept:
        row = list(rows[old])
        one = spec.task_specs[names[row[SPEC]]]
        _mend_join(row, one, rows)
        _mend_loop(row, one, [rows[c] for c in row[CHILDREN]])
        row[SPEC] = place_now[one.name]
        row[PARENT] = moved.get(row[PARENT], -1)
        row[CHILDREN] = [moved[c] for c in row[CHILDREN] if c in moved]
        found.append(row)
    moments = struct.unpack(f"<{len(rows)}d", state["moments"])
    return {
        **state,
        "rows": found,
        "ids": b"".join(state["ids"][16 * n : 16 * n + 16] for n in kept),
        "moments": struct.pack(f"<{len(kept)}d", *(moments[n] for n in kept)),
        "last": moved.get(state["last"], -1),
    }


def _mend_join(row: list[Any], spec: Any, rows: list[Any]) -> None:
    """A cancelled task at a join was a token that had arrived and waited for the others.

    It got its data only when the join fired: until then they are those of the task before.
    """
    if not isinstance(spec, (Gathering, ScopeEnd)) or row[PARENT] < 0:
        return
    waits = row[STATUS] in (TaskState.CANCELLED, TaskState.WAITING)
    if waits and rows[row[PARENT]][STATUS] == TaskState.COMPLETED:
        row[STATUS], row[CHANGED], row[REMOVED] = TaskState.WAITING, 0, 0


def _mend_loop(row: list[Any], spec: Any, children: list[Any]) -> None:
    internal = dict(row[INTERNAL] or {})
    if row[STATUS] != TaskState.STARTED or "merged" not in internal:
        return
    done = len(internal.pop("merged"))
    live = [c for c in children if c[STATUS] & TaskState.NOT_FINISHED_MASK and c[TRIGGERED]]
    row[INTERNAL] = internal
    if isinstance(spec, WhileLoop):
        internal["done"] = done
    elif isinstance(spec, ManyInstances):
        left = len(internal.pop("remaining", ()))
        if "cardinality" in internal:
            left = int(internal.pop("cardinality")) - internal.pop("current")
        internal.update(done=done, begun=done + len(live), total=done + len(live) + left)
        for place, child in enumerate(live, start=done):
            inner = dict(child[INTERNAL] or {})
            child[INTERNAL] = {**inner, "place": inner.get("key_or_index", place)}
        if spec.results:
            results = (row[CHANGED] or {}).get(spec.results, [])
            internal["results"] = [[n, value] for n, value in enumerate(results)]
