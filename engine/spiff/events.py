"""Event definitions whose expressions are FEEL and which fire only when told to.

SpiffWorkflow's timers read the machine's clock at every refresh. Ours are armed once, with a due
instant computed at the step's time; from then on the row in `timer` is the truth, and the scheduler
tells the instance that it is due. So a paused clock needs to move one row only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition

from engine.feel.temporal import read_any
from engine.feel.values import YearsMonths
from engine.spiff.timer_cycle import Cycle, instant, later, read_cycle


class Catch(EventDefinition):  # type: ignore[misc]
    """Something an element waits for.

    `element` is the id of the drawn event; where one event waits for several things, the second and
    later ones add `#2` and so on.
    """

    def __init__(self, name: str, element: str) -> None:
        super().__init__(name)
        self.element = element

    def apply(self, my_task: Any, payload: Any) -> None:
        """Puts what the event brings into the data of the task that has waited."""
        if payload:
            my_task.data.update(payload)

    def next_round(self, my_task: Any) -> dict[str, Any] | None:
        """What a task that waits for the next round starts with; None if there is none."""
        return None

    def same_again(self, my_task: Any) -> dict[str, Any] | None:
        """What a task starts with that waits for the same again, while the host is at work."""
        return {}

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = None  # type: ignore[assignment]


class Timer(Catch):
    """Due at an instant, or a time after it was reached, or in cycles."""

    def __init__(self, name: str, element: str, kind: str, expression: str) -> None:
        super().__init__(name, element)
        self.kind, self.expression = kind, expression

    def arm(self, task: Any) -> datetime:
        """The due instant in UTC, computed at the first call and kept in the task."""
        key = f"due:{self.element}"
        if key not in task.internal_data:
            task.internal_data[key] = self._due(task).isoformat()
        return datetime.fromisoformat(task.internal_data[key])

    def arm_anew(self, task: Any) -> datetime:
        """The due instant computed again at this step's time; a cycle keeps its round."""
        if f"cycle:{self.element}" not in task.internal_data:
            task.internal_data.pop(f"due:{self.element}", None)
        return self.arm(task)

    def fired_at(self, task: Any, due: datetime) -> None:
        """Notes the instant at which the timer was due after all; its row may have been moved."""
        task.internal_data[f"due:{self.element}"] = due.isoformat()

    def _due(self, task: Any) -> datetime:
        engine = task.workflow.script_engine
        value = self.value(lambda text: engine.evaluate(task, text))
        due, cycle = self.first_round(value, engine.now)
        if cycle is not None:
            task.internal_data[f"cycle:{self.element}"] = value
            task.internal_data[f"left:{self.element}"] = cycle.times
        return due

    def value(self, evaluate: Callable[[str], Any]) -> Any:
        """What the expression says: a date, an instant, a duration, or a cycle's text."""
        text = self.expression.strip()
        if self.kind == "cycle" and read_cycle(text) is not None:
            return text
        value = read_any(text)
        return evaluate(text) if value is None else value

    def first_round(self, value: Any, now: datetime) -> tuple[datetime, Cycle | None]:
        """The first due instant of a timer armed now, and its cycle. Raises ValueError."""
        cycle = read_cycle(value) if self.kind == "cycle" else None
        due = due_instant(value, now) if self.kind != "cycle" else None
        if cycle is not None:
            due = cycle.first(now)
        if due is None:
            raise self._wrong(value)
        return due, cycle

    def _wrong(self, value: Any) -> ValueError:
        wanted = "R3/PT1H 这样的循环" if self.kind == "cycle" else "日期、时刻或时长"
        return ValueError(f"定时器“{self.name}”的表达式应得到{wanted},得到的是 {value!r}")

    def next_round(self, my_task: Any) -> dict[str, Any] | None:
        value = my_task.internal_data.get(f"cycle:{self.element}")
        cycle = read_cycle(value)
        if cycle is None:
            return None
        left = my_task.internal_data[f"left:{self.element}"]
        following = cycle.after(self.arm(my_task))
        if following is None or (left is not None and left <= 1):
            return None
        return {
            f"due:{self.element}": following.isoformat(),
            f"cycle:{self.element}": value,
            f"left:{self.element}": None if left is None else left - 1,
        }

    def same_again(self, my_task: Any) -> None:
        return None


def due_instant(value: Any, now: datetime) -> datetime | None:
    """The instant a timer's value stands for; a date is due when it begins in Shanghai."""
    if isinstance(value, (timedelta, YearsMonths)):
        return later(now, value)
    return instant(value)


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

    def apply(self, my_task: Any, payload: Any) -> None:
        if payload is not None:
            my_task.data.update({self.result: payload} if self.result else payload)


class Signal(Catch):
    """A signal, which everybody hears who waits for its name."""

    def __init__(self, name: str, element: str, result: str) -> None:
        super().__init__(name, element)
        self.result = result

    def apply(self, my_task: Any, payload: Any) -> None:
        if payload:
            my_task.data.update({self.result: payload} if self.result else payload)


class Condition(Catch):
    """A FEEL condition over the data of the scope; looked at whenever an element has been done."""

    def __init__(self, name: str, element: str, expression: str) -> None:
        super().__init__(name, element)
        self.expression = expression

    def has_become_true(self, task: Any) -> bool:
        """Whether it is true now and was not at the last look."""
        from engine.spiff.scopes import visible_data

        key = f"was:{self.element}"
        engine = task.workflow.script_engine
        now = engine.value(self.expression, visible_data(task)) is True
        before = task.internal_data.get(key, False)
        task.internal_data[key] = now
        return now and not before

    def same_again(self, my_task: Any) -> dict[str, Any]:
        return {f"was:{self.element}": True}


class Coded(Catch):
    """Caught by its code, from inside of what it is attached to; without one it catches all."""

    def __init__(self, name: str, element: str, code: str | None) -> None:
        super().__init__(name, element)
        self.code = code or None


class HandlerError(Coded):
    """An error: what a handler raised as BusinessError, or an error end event."""

    def same_again(self, my_task: Any) -> None:
        return None


class Escalation(Coded):
    """Somebody inside asks for attention; the work there goes on."""


class Cancelled(Catch):
    """The transaction this is attached to was cancelled."""
