"""Event definitions whose expressions are FEEL and which fire only when told to.

SpiffWorkflow's timers read the machine's clock at every refresh. Ours are armed once, with a due
instant computed at the step's time; from then on the row in `timer` is the truth, and the scheduler
tells the instance that it is due. So a paused clock needs to move one row only.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition

from engine.calendar import SHANGHAI
from engine.feel.moments import add_months
from engine.feel.temporal import read_any
from engine.feel.values import YearsMonths


class Catch(EventDefinition):  # type: ignore[misc]
    """Something an element waits for; `element` is the id of the drawn event."""

    def __init__(self, name: str, element: str, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.element = element

    def catches(self, my_task: Any, event: Any) -> bool:
        return event.event_definition is self

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = None  # type: ignore[assignment]


class Timer(Catch):
    """Due at an instant, or a time after it was reached. `kind` is date or duration."""

    def __init__(self, name: str, element: str, kind: str, expression: str) -> None:
        super().__init__(name, element)
        self.kind, self.expression = kind, expression

    def arm(self, task: Any) -> datetime:
        """The due instant in UTC, computed at the first call and kept in the task."""
        key = f"due:{self.element}"
        if key not in task.internal_data:
            due = self._due(task)
            task.internal_data[key] = due.isoformat()
        return datetime.fromisoformat(task.internal_data[key])

    def _due(self, task: Any) -> datetime:
        engine = task.workflow.script_engine
        value = read_any(self.expression.strip())
        if value is None:
            value = engine.evaluate(task, self.expression)
        found = due_instant(value, engine.now)
        if found is None:
            raise ValueError(
                f"定时器“{self.name}”的表达式应得到日期、时刻或时长,得到的是 {value!r}"
            )
        return found


def due_instant(value: Any, now: datetime) -> datetime | None:
    """The instant a timer's value stands for; a date is due when it begins in Shanghai."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if isinstance(value, date):
        return datetime.combine(value, time(), SHANGHAI)
    if isinstance(value, timedelta):
        return now + value
    if isinstance(value, YearsMonths):
        moved = add_months(now, value.months)
        return moved if isinstance(moved, datetime) else None
    return None


class Message(Catch):
    """A message with a key; the payload goes into the variable `result`, or is merged."""

    def __init__(self, name: str, element: str, key: str, result: str) -> None:
        super().__init__(name, element)
        self.key, self.result = key, result

    def correlation(self, task: Any) -> str:
        """The key this task waits for, computed at the first call and kept in the task."""
        kept = f"key:{self.element}"
        if kept not in task.internal_data:
            value = task.workflow.script_engine.evaluate(task, self.key)
            if value is None:
                raise ValueError(f"消息“{self.name}”的关联键 {self.key} 没有值")
            task.internal_data[kept] = str(value)
        return str(task.internal_data[kept])

    def catch(self, my_task: Any, event: Any = None) -> None:
        my_task.internal_data["payload"] = event.payload
        super().catch(my_task, event)

    def update_task_data(self, my_task: Any) -> None:
        payload = my_task.internal_data.pop("payload", None)
        if payload is not None:
            my_task.data.update({self.result: payload} if self.result else payload)


class HandlerError(Catch):
    """An error boundary event: catches what its own activity's handler raised with this code."""

    def __init__(self, name: str, element: str, code: str | None) -> None:
        super().__init__(name, element)
        self.code = code
