"""The standard's built-in functions (DMN 1.5, 10.3.4), by what they are about."""

from __future__ import annotations

from engine.feel.functions import Builtin
from engine.feel.library import (
    booleans,
    contexts,
    conversion,
    dates,
    extras,
    intervals,
    lists,
    mathematics,
    statistics,
    texts,
)

BUILTINS: dict[str, Builtin] = {
    name: builtin
    for part in (
        conversion,
        booleans,
        texts,
        lists,
        statistics,
        mathematics,
        contexts,
        dates,
        intervals,
        extras,
    )
    for name, builtin in part.FUNCTIONS.items()
}
