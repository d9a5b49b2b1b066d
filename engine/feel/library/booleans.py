"""Boolean functions."""

from __future__ import annotations

from typing import Any

from engine.feel.errors import Undefined
from engine.feel.library.register import Functions
from engine.feel.values import kind

FUNCTIONS = Functions()


@FUNCTIONS("not", "negand: Any -> boolean")
def not_(negand: Any) -> bool | None:
    if negand is None:
        return None
    if not isinstance(negand, bool):
        raise Undefined("argument_type", "not", "negand", kind(negand))
    return not negand


@FUNCTIONS("all", "list...: list<boolean|null> -> boolean")
def all_(items: list[bool | None]) -> bool | None:
    if False in items:
        return False
    return None if None in items else True


@FUNCTIONS("any", "list...: list<boolean|null> -> boolean")
def any_(items: list[bool | None]) -> bool | None:
    if True in items:
        return True
    return None if None in items else False
