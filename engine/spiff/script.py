"""The script engine handed to SpiffWorkflow: every expression is FEEL; Python is never evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine

from engine import feel
from engine.errors import BusinessError, PermanentFailure
from engine.feel import FeelError, FeelWarning
from engine.spiff.events import HandlerError
from engine.spiff.shortcuts import id_of


class Services(Protocol):
    """What a running instance needs from outside of it."""

    functions: dict[str, Callable[..., Any]]

    @property
    def now(self) -> datetime:
        """The step's instant."""

    def effect(self, handler: str) -> str:
        """Returns "database" or "outside"."""

    def call(self, handler: str, arguments: dict[str, Any], element: str) -> Any:
        """Runs a database handler in a savepoint of its own."""

    def decide(self, decision: str, context: dict[str, Any], element: str) -> Any:
        """Evaluates a decision of the release for an element of the diagram."""


@dataclass
class Failure:
    """A task that could not be done; `permanent` if no retry can help."""

    task: Any
    cause: str
    detail: str
    permanent: bool

    @property
    def task_id(self) -> UUID:
        return id_of(self.task)


class Doubt(NamedTuple):
    """Why an expression came to null, with the place in its text."""

    text: str
    english: str
    line: int
    column: int


class ExpressionFailed(FeelError):
    """表达式求值失败。"""


@dataclass
class Environment:
    """SpiffWorkflow reaches for `script_engine.environment` directly in places; it is FEEL too."""

    engine: FeelEngine

    def evaluate(
        self, expression: str, context: dict[str, Any], external_context: Any = None
    ) -> Any:
        return self.engine.value(expression, {**(external_context or {}), **context})


@dataclass
class FeelEngine(PythonScriptEngine):  # type: ignore[misc]
    """One for each step. `failures` and `calls` are what the step leaves to others."""

    services: Services
    failures: list[Failure] = field(default_factory=list)
    calls: dict[int, dict[str, Any]] = field(default_factory=dict)
    # Expressions that came to nothing, by element and text, with the reasons.
    nulls: dict[tuple[str, str], list[Doubt]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = Environment(self)

    @property
    def now(self) -> datetime:
        return self.services.now

    def validate(self, expression: str) -> None:
        feel.parse(expression)

    def value(self, expression: str, names: dict[str, Any], element: str = "") -> Any:
        warnings: list[FeelWarning] = []
        parsed = feel.parse(expression)
        found = parsed.evaluate(names, functions=self.services.functions, warnings=warnings)
        if found is None and warnings:
            self.nulls[element, expression] = [
                Doubt(w.message, w.english, *parsed.place_of(w)) for w in warnings
            ]
        return found

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return self.value(expression, task.data, getattr(task.task_spec, "bpmn_id", None) or "")

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        found = self.value(script, task.data)
        if not isinstance(found, dict):
            raise ExpressionFailed("脚本任务应是一个 FEEL 上下文,例如 { 合计: 单价 * 数量 }")
        task.data.update(found)
        return True

    def decide(self, task: Any, spec: Any) -> None:
        decision = spec.decision
        if decision.startswith("="):
            decision = self.evaluate(task, decision[1:])
        answer = self.services.decide(decision, task.data, spec.bpmn_id)
        if not spec.result and not isinstance(answer, dict | None):
            raise ExpressionFailed(f"决策 {decision} 的答案不是上下文,请为任务填写结果变量")
        task.data.update({spec.result: answer} if spec.result else answer or {})

    def call_handler(self, task: Any, spec: Any) -> bool | None:
        """Runs a service task; see HandlerTask._execute for the meaning of the answer."""
        try:
            arguments = {k: self.evaluate(task, v) for k, v in spec.parameters.items()}
            if self.services.effect(spec.handler) == "outside":
                task.internal_data["waits"] = "outside"
                self.calls[task.id] = arguments
                return None
            answer = self.services.call(spec.handler, arguments, spec.bpmn_id)
        except BusinessError as error:
            if self.leave_by_boundary(task, error):
                return None
            self.fail(task, error, permanent=True)
            return None
        except FeelError as error:
            self.fail(task, error, permanent=True)
            return None
        except RetryStep:
            raise
        except Exception as error:
            self.fail(task, error, permanent=isinstance(error, PermanentFailure))
            return None
        self.keep_answer(task, spec, answer)
        return True

    def keep_answer(self, task: Any, spec: Any, answer: Any) -> None:
        """Merges a handler's answer into the data, under the result variable if one is named."""
        task.internal_data.pop("waits", None)
        if spec.result:
            task.data[spec.result] = answer
        elif isinstance(answer, dict):
            task.data.update(answer)

    def fail(self, task: Any, error: Exception, permanent: bool) -> None:
        task.internal_data["waits"] = "failed"
        cause = str(error) or type(error).__name__
        self.failures.append(Failure(task, cause, f"{type(error).__name__}: {error}", permanent))

    def leave_by_boundary(self, task: Any, error: BusinessError) -> bool:
        """Lets the nearest error event around a task catch what its handler raised; else False."""
        from engine.spiff.throwing import catch_nearest

        payload = {"error": {"code": error.code, "message": str(error)}}
        return catch_nearest(task, HandlerError, error.code, payload)


class RetryStep(Exception):
    """The whole step must be rolled back and run again (a lost race, a deadlock)."""


class RetryCarefully(RetryStep):
    """A handler failed after it had written: run again, each handler in a savepoint of its own."""
