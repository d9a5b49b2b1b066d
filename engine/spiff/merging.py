"""Merges the data of parallel branches against the data they all started from.

Without it a join adds the branches' data up in the order of their arrival (`DeepMerge`): a variable
that one branch deleted comes back with the copy of another, a list is mixed item by item, and a
branch that only carried an old copy overwrites what another has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Data = dict[str, Any]


def merge(base: Data, *versions: Data) -> Data:
    """What `base` becomes with the changes of every version.

    A change is a value set or deleted since `base`. Where two versions changed the same thing the
    later one in the list wins; contexts are merged entry by entry, lists are values as a whole.
    """
    result = dict(base)
    for version in versions:
        for name, value in version.items():
            if name in base and _same(base[name], value):
                continue
            result[name] = _joined(base.get(name), result.get(name), value)
        for name in base:
            if name not in version:
                result.pop(name, None)
    return result


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and bool(one == other))


def _joined(base: Any, present: Any, value: Any) -> Any:
    """A changed value, with what another branch has changed in the same context."""
    if isinstance(present, dict) and isinstance(value, dict) and present is not base:
        return merge(base if isinstance(base, dict) else {}, present, value)
    return value


def common_ancestor(tasks: Sequence[Any]) -> Any:
    """The task from which the tasks' branches parted."""
    first, *others = tasks
    above: list[Any] = []
    task = first
    while task is not None:
        above.append(task)
        task = task.parent
    for other in others:
        seen = set()
        task = other
        while task is not None:
            seen.add(task.id)
            task = task.parent
        above = [t for t in above if t.id in seen]
    return above[0] if above else first.workflow.task_tree


def merged_data(tasks: Sequence[Any]) -> Data:
    """The data of tokens that become one, in the order of their arrival."""
    if len(tasks) == 1:
        return dict(tasks[0].data)
    return merge(common_ancestor(tasks).data, *(task.data for task in tasks))
