"""What handlers answer and processes start with is what the registry declares: looked at in every test."""

from __future__ import annotations

import functools
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.feel.types import ANY, Type
from engine.feel.values import CONTEXT, LIST, kind
from engine.lint.types import of_annotation
from engine.service_tasks import REGISTRY
from engine.spiff.run import Run
from engine.step_services import StepServices


def unlike(value: Any, declared: Type, where: str) -> Iterator[str]:
    """Where a value is not of its declared type."""
    if value is None or declared == ANY:
        return
    if kind(value) != declared.name:
        yield f"{where}: {kind(value)}, not {declared.name}"
    elif declared.name == LIST:
        for place, item in enumerate(value):
            yield from unlike(item, declared.item, f"{where}[{place}]")
    elif declared.name == CONTEXT and declared.entries:
        for name, entry in value.items():
            found = declared.entry(name)
            if found is None:
                yield f"{where}.{name}: not declared"
            else:
                yield from unlike(entry, found, f"{where}.{name}")
    elif declared.allowed and value not in declared.allowed:
        yield f"{where}: {value!r} is none of {declared.allowed}"


@contextmanager
def looked_at() -> Iterator[list[str]]:
    """While this lasts, what is not as declared is added to the list."""
    problems: list[str] = []
    call, start = StepServices.call, Run.__dict__["start"].__func__

    @functools.wraps(call)
    def checked_call(self: StepServices, name: str, *more: Any) -> Any:
        answer = call(self, name, *more)
        function = self.work.runtime.registry.get(name).function
        hint = typing.get_type_hints(function).get("return", Any)
        problems.extend(unlike(answer, of_annotation(hint), name))
        return answer

    @functools.wraps(start)
    def checked_start(cls: type[Run], process: Any, data: dict[str, Any], *more: Any) -> Run:
        declared = REGISTRY.starts.get(process.id, {})
        for name, hint in declared.items():
            problems.extend(unlike(data.get(name), of_annotation(hint), name))
        return start(cls, process, data, *more)

    StepServices.call, Run.start = checked_call, classmethod(checked_start)  # type: ignore
    try:
        yield problems
    finally:
        StepServices.call, Run.start = call, classmethod(start)  # type: ignore
