"""Drops finished tasks (and finished sub-processes) that no unfinished task can need any more.

Call it between two `task.run()` calls: before saving, and every few hundred tasks
inside a long automatic run.  Cost is linear in the tasks now in the tree, so it stays constant if called at each save.
Kept tasks keep their id, data, order and mutual ancestor relation: a removed task is replaced, in place, in its
parent's list of children by its kept descendants.  History must already be written elsewhere: step back is lost.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.util.task import TaskState

LIVE = TaskState.NOT_FINISHED_MASK | TaskState.ERROR  # an ERROR task can be retried: never dropped
FINISHED = TaskState.FINISHED_MASK


def _needed(wf: Any) -> set[int]:
    """Ids of the tasks of one (sub-)workflow that must stay.

    The root; what is unfinished, with its direct parent, whose data it was given; and every task at
    which the ways to unfinished tasks part, since joins merge their data against its data.
    """
    tasks = wf.tasks
    keep = {wf.task_tree.id}
    passed: set[int] = set()
    for task in tasks.values():
        if not task._state & LIVE:
            continue
        keep.add(task.id)
        above = task._parent
        if above is not None:
            keep.add(above)
        while above is not None:
            if above in passed:
                keep.add(above)
                break
            passed.add(above)
            above = tasks[above]._parent
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


def drop_subprocess(top: Any, tid: int) -> None:
    """Forgets the sub-process of a task, with all sub-processes inside of it."""
    sub = top.subprocesses.pop(tid, None)
    if sub is not None:
        for t in sub.tasks.values():
            drop_subprocess(top, t.id)


def prune(top: Any) -> int:
    """Returns the number of tasks removed.  Write them to the history before calling."""
    before = len(top.tasks) + sum(len(s.tasks) for s in top.subprocesses.values())
    for tid, sub in list(top.subprocesses.items()):
        if tid not in top.subprocesses:
            continue  # went with an outer one
        owner = sub.parent_workflow.tasks[tid]
        if owner._state & (FINISHED & ~TaskState.ERROR):
            drop_subprocess(top, tid)
    for wf in [top, *top.subprocesses.values()]:
        if wf.completed:  # about to be read by its owner
            continue
        for t in _prune_one(wf):
            drop_subprocess(top, t.id)
    return before - len(top.tasks) - sum(len(s.tasks) for s in top.subprocesses.values())
