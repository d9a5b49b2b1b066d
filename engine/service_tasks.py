"""The table of Python handlers that diagrams may call by name.

    @service_task("funds.reserve")
    def reserve(work: Work, *, entitlement_id: UUID, amount: Decimal) -> dict[str, object]: ...

A `database` handler runs inside the step's transaction; if it fails, its writes go. An `outside`
handler runs in a job, without a transaction, and gets an `OutsideWork`; its answer enters as a
second step. The keyword parameters and their annotations are what a diagram must give, and the
annotation of the answer, a TypedDict at best, is what diagrams may read of it.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from engine.errors import EngineError, PermanentFailure

Effect = Literal["database", "outside"]


@dataclass(frozen=True)
class Parameter:
    """One keyword parameter of a handler."""

    name: str
    kind: type
    required: bool
    nullable: bool


@dataclass(frozen=True)
class Handler:
    """A registered handler. `tries` bounds the attempts before a failure becomes an incident."""

    name: str
    effect: Effect
    function: Callable[..., Any]
    parameters: dict[str, Parameter]
    tries: int

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    def arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        """Checks and converts what a diagram gives. Raises PermanentFailure naming the parameter."""
        unknown = given.keys() - self.parameters.keys()
        if unknown:
            raise PermanentFailure(f"处理程序 {self.name} 没有参数 {', '.join(sorted(unknown))}")
        found = {}
        for parameter in self.parameters.values():
            if parameter.name not in given:
                if parameter.required:
                    raise PermanentFailure(f"处理程序 {self.name} 缺少参数 {parameter.name}")
                continue
            found[parameter.name] = _convert(self.name, parameter, given[parameter.name])
        return found


class Registry:
    """What diagrams may name: handlers and, once the application has said them, roles.

    `starts` are the types of the variables that the application gives to the processes it starts, by
    process and name; `payloads` those of the messages it sends, by name. Types are Python's annotations.
    """

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self.roles: frozenset[str] | None = None
        self.starts: dict[str, dict[str, Any]] = {}
        self.payloads: dict[str, Any] = {}

    def started_with(self, process: str, **variables: Any) -> None:
        """Declares all the variables that a process is started with."""
        self.starts[process] = variables

    def message(self, name: str, payload: Any) -> None:
        """Declares what messages of a name carry: a TypedDict."""
        self.payloads[name] = payload

    def add(self, handler: Handler) -> None:
        if handler.name in self._handlers and self._handlers[handler.name] != handler:
            raise EngineError(f"处理程序 {handler.name} 已经登记")
        self._handlers[handler.name] = handler

    def get(self, name: str) -> Handler:
        """Raises PermanentFailure if no handler has this name."""
        try:
            return self._handlers[name]
        except KeyError:
            raise PermanentFailure(f"没有名为 {name} 的处理程序") from None

    def __contains__(self, name: str) -> bool:
        return name in self._handlers

    def all(self) -> list[Handler]:
        return sorted(self._handlers.values(), key=lambda handler: handler.name)


REGISTRY = Registry()


def service_task(
    name: str, effect: Effect = "database", tries: int = 5, registry: Registry = REGISTRY
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function as the handler `name`."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        registry.add(Handler(name, effect, function, _parameters(function), tries))
        return function

    return register


def _parameters(function: Callable[..., Any]) -> dict[str, Parameter]:
    hints = typing.get_type_hints(function)
    found = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        kind, nullable = _base_type(hints.get(parameter.name, object))
        required = parameter.default is inspect.Parameter.empty
        found[parameter.name] = Parameter(parameter.name, kind, required, nullable)
    return found


def _base_type(hint: Any) -> tuple[type, bool]:
    members = [m for m in typing.get_args(hint) if m is not type(None)]
    optional = type(None) in typing.get_args(hint)
    if optional and len(members) == 1:
        return _base_type(members[0])[0], True
    origin = typing.get_origin(hint)
    if origin is not None:
        return (origin if isinstance(origin, type) else object), optional
    return (hint if isinstance(hint, type) else object), hint is object or hint is Any


@lru_cache(1024)
def _id(text: str) -> UUID:
    """The handlers of a step are given the same few ids."""
    return UUID(text)


def _convert(handler: str, parameter: Parameter, value: Any) -> Any:
    wanted = parameter.kind
    if value is None:
        if parameter.nullable:
            return None
        raise PermanentFailure(f"处理程序 {handler} 的参数 {parameter.name} 没有值")
    try:
        if wanted is UUID and isinstance(value, str):
            return _id(value)
        if wanted is int and isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        if wanted is Decimal and isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        if wanted is date and isinstance(value, datetime):
            return value.date()
    except ValueError:
        pass
    else:
        if wanted is object or (
            isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))
        ):
            return value
    raise PermanentFailure(
        f"处理程序 {handler} 的参数 {parameter.name} 应为 {_spoken(wanted)},得到的是 {value!r}"
    )


def _spoken(kind: type) -> str:
    names = {
        str: "文字",
        int: "整数",
        Decimal: "数字",
        bool: "是/否",
        date: "日期",
        datetime: "时刻",
        timedelta: "时长",
        list: "列表",
        dict: "一组数据",
        UUID: "编号",
    }
    return names.get(kind, kind.__name__)
