"""The standard's names of the built-in functions' parameters (DMN 1.5, 10.3.4), for named arguments."""

from __future__ import annotations

from collections.abc import Iterable

_SAME: dict[str, tuple[str, ...]] = {
    "n": (
        "abs", "floor", "ceiling", "decimal", "round up", "round down", "round half up",
        "round half down",
    ),
    "number": ("sqrt", "exp", "log", "odd", "even"),
    "string": (
        "string length", "upper case", "lower case", "contains", "starts with", "ends with",
        "substring before", "substring after", "substring", "split", "trim",
    ),
    "list": (
        "count", "min", "max", "sum", "mean", "median", "mode", "stddev", "product", "all", "any",
        "list contains", "append", "reverse", "distinct values", "flatten", "index of", "sublist",
        "insert before", "remove", "string join", "sort", "concatenate", "union", "list replace",
    ),
    "date": ("day of week", "day of year", "week of year", "month of year"),
}  # fmt: skip
_MORE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        [
            "floor",
            "ceiling",
            "decimal",
            "round up",
            "round down",
            "round half up",
            "round half down",
        ],
        ("scale",),
    ),
    **dict.fromkeys(
        ["contains", "starts with", "ends with", "substring before", "substring after"], ("match",)
    ),
    "substring": ("start position", "length"),
    "split": ("delimiter",),
    "list contains": ("element",),
    "index of": ("match",),
    "sublist": ("start position", "length"),
    "insert before": ("position", "newItem"),
    "remove": ("position",),
    "list replace": ("position", "newItem"),
    "string join": ("delimiter",),
    "sort": ("precedes",),
}
_FIRST = {function: name for name, functions in _SAME.items() for function in functions}
# Several where a function has several forms.
PARAMETERS: dict[str, tuple[tuple[str, ...], ...]] = {
    **{function: ((first, *_MORE.get(function, ())),) for function, first in _FIRST.items()},
    "modulo": (("dividend", "divisor"),),
    "number": (("from", "grouping separator", "decimal separator"),),
    "string": (("from",),),
    "not": (("negand",),),
    "date": (("from",), ("year", "month", "day")),
    "time": (("from",), ("hour", "minute", "second", "offset")),
    "date and time": (("from",), ("date", "time")),
    "duration": (("from",),),
    "years and months duration": (("from", "to"),),
    "matches": (("input", "pattern", "flags"),),
    "replace": (("input", "pattern", "replacement", "flags"),),
    "get value": (("m", "key"),),
    "get entries": (("m",),),
    "context put": (("context", "key", "value"), ("context", "keys", "value")),
    "context merge": (("contexts",),),
    "is": (("value1", "value2"),),
    "includes": (("range", "point"),),
    "working days after": (("date", "days"),),
    "working days between": (("from", "to"),),
}


def in_order(function: str, names: Iterable[str]) -> list[str] | None:
    """The given names in the function's order, empty where one is left out; None for no such form."""
    given = set(names)
    for form in PARAMETERS.get(function, ()):
        if given <= set(form):
            last = max(form.index(name) for name in given)
            return [name if name in given else "" for name in form[: last + 1]]
    return None
