"""The compact form of an instance's state.

Arrays for each task, specs by index, data as the difference to the parent's data. The spec itself is
not stored: it belongs to the definition, which never changes. `FORMAT` is written first; a state of
an older format is read by the function of that format.
"""

from __future__ import annotations

import struct
from typing import Any
from weakref import WeakKeyDictionary

from SpiffWorkflow.task import Task

from engine.errors import EngineError
from engine.spiff import state_format_1
from engine.spiff.parser import Process
from engine.spiff.script import FeelEngine
from engine.spiff.workflow import Instance, SubInstance
from engine.values import pack_plain, plain, unpack

FORMAT = 3  # goes up with any change of what is written, or of the parser's internal specs
# Format 2 holds tasks that were foreseen below those at work; 3 leaves them to the program that runs
# what comes before them, which those that wrote 2 would not do.
_THE_SAME = (2, 3)
_indexes: WeakKeyDictionary[Any, tuple[dict[str, int], list[Any]]] = WeakKeyDictionary()


class StateUnreadable(EngineError):
    """办件的状态数据无法读取。"""


def _index(spec: Any) -> tuple[dict[str, int], list[Any]]:
    found = _indexes.get(spec)
    if found is None:
        names = sorted(spec.task_specs)
        found = _indexes[spec] = (
            {name: place for place, name in enumerate(names)},
            [spec.task_specs[name] for name in names],
        )
    return found


def difference(data: dict[str, Any], base: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What data have that the base has not, or otherwise, and the names of the base that they lack."""
    if data == base:  # compared without running Python, and so it is with most gateways and events
        return {}, []
    changed = {k: v for k, v in data.items() if k not in base or not (base[k] is v or base[k] == v)}
    return changed, [k for k in base if k not in data]


def _dump_tasks(workflow: Any) -> dict[str, Any]:
    names, _ = _index(workflow.spec)
    place = {task_id: n for n, task_id in enumerate(workflow.tasks)}
    rows = []
    for task in workflow.tasks.values():
        parent = workflow.tasks.get(task._parent)
        changed, removed = difference(task.data, parent.data if parent is not None else {})
        rows.append(
            [
                place[task._parent] if parent is not None else -1,
                names[task.task_spec.name],
                task._state,
                task.triggered,
                plain(changed) if changed else 0,
                removed or 0,
                plain(task.internal_data) if task.internal_data else 0,
                [place[c] for c in task._children],
            ]
        )
    moments = [task.last_state_change for task in workflow.tasks.values()]
    return {
        "rows": rows,
        "ids": b"".join(task_id.to_bytes(16, "big") for task_id in workflow.tasks),
        "moments": struct.pack(f"<{len(moments)}d", *moments),
        "data": plain(workflow.data),
        "last": place.get(workflow.last_task.id, -1) if workflow.last_task else -1,
        "success": workflow.success,
        "completed": workflow.completed,
        **({"undo": workflow.compensations} if workflow.compensations else {}),
    }


def dump(workflow: Instance) -> bytes:
    """Returns the state of a pruned instance."""
    state = _dump_tasks(workflow)
    state["format"] = FORMAT
    state["called"] = [
        {**_dump_tasks(sub), "spec": sub.spec.name, "owner": owner.to_bytes(16, "big")}
        for owner, sub in workflow.subprocesses.items()
    ]
    return pack_plain(state)


def _load_tasks(workflow: Any, state: dict[str, Any]) -> None:
    _, specs = _index(workflow.spec)
    rows, ids = state["rows"], state["ids"]
    moments = struct.unpack(f"<{len(rows)}d", state["moments"])
    order = [int.from_bytes(ids[16 * n : 16 * n + 16], "big") for n in range(len(rows))]
    tasks: dict[int, Any] = {}
    for n, (parent, spec, status, triggered, changed, removed, internal, children) in enumerate(
        rows
    ):
        task = Task.__new__(Task)
        task.id, task.workflow, task.task_spec = order[n], workflow, specs[spec]
        task._parent = order[parent] if parent >= 0 else None
        task._children = [order[c] for c in children]
        task._state, task.triggered, task.thread_id = status, triggered, 0
        task.last_state_change, task.internal_data = moments[n], internal or {}
        data = dict(tasks[order[parent]].data) if parent >= 0 else {}
        for name in removed or ():
            data.pop(name, None)
        data.update(changed or {})
        task.data = data
        tasks[task.id] = task
    workflow.tasks, workflow.task_tree = tasks, tasks[order[0]]
    workflow.data, workflow.success = state["data"], state["success"]
    workflow.completed = state["completed"]
    workflow.compensations = state.get("undo", [])
    workflow.last_task = tasks[order[state["last"]]] if state["last"] >= 0 else None


def load(process: Process, data: bytes, engine: FeelEngine) -> Instance:
    """Restores an instance of a process. Raises StateUnreadable for an unknown format."""
    state = unpack(data)
    written = state.get("format")
    if written == 1:
        state = state_format_1.upgraded(state, process)
    elif written not in _THE_SAME:
        raise StateUnreadable(f"办件的状态是格式 {written},本程序只能读取格式 1 至 {FORMAT}")
    workflow = Instance(process.spec, process.called, script_engine=engine, deserializing=True)
    _load_tasks(workflow, state)
    for one in state["called"]:
        owner_id = int.from_bytes(one["owner"], "big")
        owner = workflow.get_task_from_id(owner_id)
        sub = SubInstance(
            workflow.subprocess_specs[one["spec"]], owner_id, workflow, deserializing=True
        )
        _load_tasks(sub, one)
        workflow.subprocesses[owner_id] = sub
        sub.completed_event.connect(owner.task_spec._on_subworkflow_completed, owner)
    return workflow
