"""Three functions that the standard lacks and other products have."""

from __future__ import annotations

from typing import Any

from engine.feel.errors import Undefined
from engine.feel.library.register import Functions
from engine.feel.moments import add_months
from engine.feel.numbers import whole

FUNCTIONS = Functions()
FUNCTIONS.add("is defined", "value: Any -> boolean", lambda value: value is not None)
FUNCTIONS.add("trim", "string: string -> string", str.strip)


@FUNCTIONS("add months", "date: date|date and time, months: number -> date|date and time")
def months_later(value: Any, months: Any) -> Any:
    count = whole(months)
    found = None if count is None else add_months(value, count)
    if found is None:
        raise Undefined("no_such_date")
    return found
