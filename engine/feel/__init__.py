"""FEEL, the expression language of DMN 1.5. Pure: imports nothing else of ours.

>>> str(evaluate("price * 3", {"price": 7}))
'21'
"""

from __future__ import annotations

from engine.feel.errors import FeelError, FeelLimit, FeelSyntaxError
from engine.feel.expression import (
    OWN_FUNCTION_NAMES,
    Expression,
    Result,
    evaluate,
    parse,
)
from engine.feel.functions import function
from engine.feel.library import BUILTINS
from engine.feel.run import FeelWarning

__all__ = [
    "BUILTINS",
    "OWN_FUNCTION_NAMES",
    "Expression",
    "FeelError",
    "FeelLimit",
    "FeelSyntaxError",
    "FeelWarning",
    "Result",
    "evaluate",
    "function",
    "parse",
]
