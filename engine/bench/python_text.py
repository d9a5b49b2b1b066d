"""The Python twin of a FEEL text, for stock SpiffWorkflow. Knows what the models use, no more."""

from __future__ import annotations

from decimal import Decimal

from engine import feel
from engine.feel import syntax

_OPERATORS = {"=": "==", "and": "and", "or": "or"}


def expression(text: str) -> str:
    """`enterprise.revenue = 5` is `enterprise["revenue"] == 5`."""
    return _python(feel.parse(text).tree)


def script(text: str) -> str:
    """`{ i: i + 1 }` is `i = i + 1`."""
    tree = feel.parse(text).tree
    assert isinstance(tree, syntax.ContextNode)
    return "\n".join(f"{name} = {_python(node)}" for name, node in tree.entries)


def cell(text: str) -> str:
    """A decision table's cell: `[5..200)` is `5 <= ? < 200`; `-` is empty."""
    tree = feel.parse(text, "unary tests").tree
    assert isinstance(tree, syntax.UnaryTests)
    if not tree.tests:
        return ""
    (test,) = tree.tests
    if isinstance(test, syntax.RangeNode):
        assert test.low is not None and test.high is not None
        low = "<=" if test.low_included else "<"
        high = "<=" if test.high_included else "<"
        return f"{_python(test.low)} {low} ? {high} {_python(test.high)}"
    return _python(test)


def _python(node: syntax.Node) -> str:
    match node:
        case syntax.Input():
            return "?"
        case syntax.Literal(value=value):
            return str(value) if isinstance(value, Decimal) else repr(value).replace("'", '"')
        case syntax.Name(name=name):
            return name
        case syntax.Path(value=value, name=name):
            return f'{_python(value)}["{name}"]'
        case syntax.Binary(operator=operator, left=left, right=right):
            return f"{_python(left)} {_OPERATORS.get(operator, operator)} {_python(right)}"
    raise NotImplementedError(f"no Python twin of {type(node).__name__}")
