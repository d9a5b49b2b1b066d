"""What a list's line does in the real diagrams, for stock SpiffWorkflow to do the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import Any

from sqlalchemy import select

from engine import instances
from engine.actor import SYSTEM
from engine.bench.other_process import OtherProcess
from engine.bench.ours import TwinsDiffer
from engine.runtime import Runtime, Work
from engine.tables import definition, event, instance
from engine.values import from_json

STOCK_DIAGRAMS = "engine.bench.stock_diagrams"
PROCESS = "automatic"


@dataclass(frozen=True)
class Line:
    """A line's case as it waits for its payment.

    `elements`: how often each was completed; `answers`: what each handler returned; `data`: the
    case's and the payout's.
    """

    begun_with: dict[str, Any]
    elements: Counter[str]
    answers: dict[str, Any]
    data: dict[str, Any]
    waits_at: str


def a_line(runtime: Runtime) -> Line:
    """One that has been opened. Values are plain: a date is a text, which costs stock no copying."""
    return runtime.run(SYSTEM, _read)


def _read(work: Work) -> Line:
    row = work.connection.execute(
        select(instance.c.id)
        .join(definition, definition.c.id == instance.c.definition_id)
        .where(definition.c.process_id == PROCESS)
        .limit(1)
    ).one()
    events = work.connection.execute(
        select(event.c.kind, event.c.element, event.c.data)
        .where(event.c.instance_id == row.id)
        .order_by(event.c.sequence)
    ).all()
    started, *completed = [one for one in events if one.kind in ("started", "completed")]
    answers: dict[str, Any] = {}
    data: dict[str, Any] = _changed(started)
    for one in completed:
        changed = _changed(one)
        data |= changed
        if changed:
            (answers[one.element],) = changed.values()
    run = instances.restore(work, instances.get(work, row.id))
    (wait,) = run.waiting().messages
    return Line(
        begun_with=_changed(started),
        elements=Counter(one.element for one in completed),
        answers=answers,
        data=data | _plain(run.data_of(wait.task_id)),
        waits_at=wait.element,
    )


def _changed(row: Any) -> dict[str, Any]:
    """The values that an event says were changed."""
    return {name: _plain(from_json(value)) for name, value in row.data.get("changed", {}).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, date | datetime) else value


def prepare(line: Line, stock: OtherProcess) -> None:
    """Gives stock the shipped diagrams. Raises TwinsDiffer unless a case of it completes the same
    elements and waits at the same one, with the same data."""
    diagrams = {
        file.name: file.read_bytes()
        for file in resources.files("bpmn").iterdir()
        if file.name in ("automatic.bpmn", "payout.bpmn")
    }
    stock.call("open_diagrams", diagrams, PROCESS, line.answers)
    elements, data, waits_at = stock.call("standing", line.begun_with)
    # A called process of stock's has all the data of its caller, ours what the call hands on.
    same = {name: data.get(name) for name in line.data} == line.data
    if (elements, waits_at) != (line.elements, line.waits_at) or not same:
        raise TwinsDiffer("名单中的一行: 两个引擎走过的环节或得到的数据不同,无法比较")
