"""Drops finished tasks (and finished sub-processes) that no unfinished task can need any more.

Call it between two `task.run()` calls: before saving, and every few hundred tasks
inside a long automatic run.  Cost is linear in the tasks now in the tree, so it stays constant if called at each save.
Kept tasks keep their id, data, order and mutual ancestor relation: a removed task is replaced, in place, in its
parent's list of children by its kept descendants.  History must already be written elsewhere: step back is lost.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

UNFINISHED = TaskState.NOT_FINISHED_MASK
LIVE = UNFINISHED | TaskState.ERROR  # an ERROR task can be retried: never dropped
ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED | TaskState.ERROR
FINISHED = TaskState.FINISHED_MASK
COMPLETED = TaskState.COMPLETED
_reach: dict[
    int, tuple[Any, int, dict[str, set[str]]]
] = {}  # id(spec) -> (spec, number of links, {join name: names that lead to it})


def _leading_to(spec: Any, join: Any) -> set[str]:
    """Names of the task specs from which a token can reach `join`."""
    links = sum(
        len(s._inputs) for s in spec.task_specs.values()
    )  # event sub-processes add links at run time
    hit = _reach.get(id(spec))
    if hit is None or hit[0] is not spec or hit[1] != links:
        hit = _reach[id(spec)] = (spec, links, {})
    names = hit[2].get(join.name)
    if names is None:
        names, todo = {join.name}, [join.name]
        while todo:
            for n in spec.task_specs[todo.pop()]._inputs:
                if n not in names:
                    names.add(n)
                    todo.append(n)
        hit[2][join.name] = names
    return names


def _overwritten(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """True if merging `old` and then `new` surely gives the same as merging `new` alone."""
    for k, v in old.items():
        if k not in new:
            return False
        w = new[k]
        if isinstance(w, dict):
            if not isinstance(v, dict) or not _overwritten(v, w):
                return False
        elif isinstance(w, (list, set)) and w != v:
            return False
    return True


def _ancestors(tasks: dict[UUID, Any], task: Any) -> set[UUID]:
    seen, p = set(), task._parent
    while p is not None:
        seen.add(p)
        p = tasks[p]._parent
    return seen


def _needed(wf: Any) -> set[UUID]:
    """Ids of the tasks of one (sub-)workflow that must stay."""
    tasks, root = wf.tasks, wf.task_tree
    keep = {root.id}
    joins: dict[Any, list[Any]] = {}
    active: list[Any] = []
    for t in tasks.values():
        s = t._state
        if s & LIVE:
            keep.add(t.id)
            if s & ACTIVE:
                active.append(t)
            p = t._parent
            if p is not None:
                keep.add(p)  # data comes from here at every update
                if isinstance(
                    tasks[p].task_spec, BoundaryEventSplit
                ):  # the boundary join looks at all siblings
                    keep.update(tasks[p]._children)
            split = getattr(
                t.task_spec, "split_task", None
            )  # boundary / start-event join: find_ancestor(split)
            while split is not None and p is not None:
                a = tasks[p]
                if a.task_spec.name == split:
                    keep.add(p)
                    keep.update(a._children)
                    break
                p = a._parent
        elif isinstance(t.task_spec, UnstructuredJoin):
            joins.setdefault(t.task_spec, []).append(t)
        elif (
            s != COMPLETED and t._parent is not None
        ):  # parallel multi-instance asks: are *all* completed?
            p = tasks[t._parent]
            if p._state & UNFINISHED and isinstance(p.task_spec, LoopTask):
                keep.add(t.id)
    if not joins:
        return keep
    up = {t.id: _ancestors(tasks, t) for t in active}
    for join, records in joins.items():
        names = _leading_to(wf.spec, join)
        coming = [
            u
            for u in active
            if u.task_spec.name in names or u.task_spec.name not in wf.spec.task_specs
        ]
        if not coming:
            continue  # nobody can get here any more
        # A token that arrived (CANCELLED record) is used up by a firing (COMPLETED record) of this join that came later,
        # or under which every token that can still come here now lies.  The firing itself is nobody's input.
        fired = [
            (f, all(f.id in up[u.id] for u in coming)) for f in records if f._state == COMPLETED
        ]
        newest: dict[str, Any] = {}  # input -> parent of its newest waiting token
        for j in sorted(records, key=lambda t: t.last_state_change, reverse=True):
            if j._state == COMPLETED:
                continue
            if fired:
                anc = _ancestors(tasks, j)
                if any(
                    f.id not in anc and (last or f.last_state_change >= j.last_state_change)
                    for f, last in fired
                ):
                    continue
            p = tasks[j._parent]
            if p._state == COMPLETED:
                later = newest.get(p.task_spec.name)
                if later is not None and _overwritten(p.data, later.data):
                    continue  # same input, and its data would be overwritten
                newest[p.task_spec.name] = p
            keep.add(j.id)
            keep.add(p.id)
    return keep


def _prune_one(wf: Any) -> list[Any]:
    keep = _needed(wf)
    tasks = wf.tasks
    gone = [t for t in tasks.values() if t.id not in keep]
    if not gone:
        return gone
    # Rebuild the links top-down, in place, without recursion (an unpruned tree can be thousands deep)
    for tid in [i for i in tasks if i in keep]:
        t = tasks[tid]
        if all(c in keep for c in t._children):
            continue
        out, stack = [], list(reversed(t._children))
        while stack:
            c = stack.pop()
            if c in keep:
                out.append(c)
                tasks[c]._parent = tid
            else:
                stack.extend(reversed(tasks[c]._children))
        t._children = out
    for t in gone:
        del tasks[t.id]
    if wf.last_task is not None and wf.last_task.id not in tasks:
        wf.last_task = None
    return gone


def _drop_subprocess(top: Any, tid: UUID) -> None:
    sub = top.subprocesses.pop(tid, None)
    if sub is not None:
        for t in sub.tasks.values():
            top.event_manager.tasks.pop(t.id, None)
            _drop_subprocess(top, t.id)


def prune(top: Any) -> int:
    """Returns the number of tasks removed.  Write them to the history before calling."""
    before = len(top.tasks) + sum(len(s.tasks) for s in top.subprocesses.values())
    for tid, sub in list(top.subprocesses.items()):
        if tid not in top.subprocesses:
            continue  # went with an outer one
        owner = sub.parent_workflow.tasks[tid]
        if owner._state & (FINISHED & ~TaskState.ERROR):
            _drop_subprocess(top, tid)
    for wf in [top, *top.subprocesses.values()]:
        if wf.completed or hasattr(
            wf.spec, "completion_condition"
        ):  # about to be read by its owner / ad hoc: by shape
            continue
        for t in _prune_one(wf):
            top.event_manager.tasks.pop(t.id, None)
            _drop_subprocess(top, t.id)
        for t in wf.tasks.values():  # loop counters: only len() and the last id are read
            if isinstance(t.task_spec, LoopTask):
                m = t.internal_data.get("merged")
                if m and m[-1] is not None:
                    t.internal_data["merged"] = [None] * len(m)
    return before - len(top.tasks) - sum(len(s.tasks) for s in top.subprocesses.values())
