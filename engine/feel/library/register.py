"""A module's functions by name, filled by a decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel.functions import Builtin, form

Body = Callable[..., Any]


class Functions(dict[str, Builtin]):
    """`@FUNCTIONS("abs", "n: number")` adds a form of a function."""

    def __call__(self, name: str, signature: str) -> Callable[[Body], Body]:
        def register(body: Body) -> Body:
            self.add(name, signature, body)
            return body

        return register

    def add(self, name: str, signature: str, body: Body) -> None:
        before = self[name].forms if name in self else ()
        self[name] = Builtin(name, (*before, form(signature, body)))
