"""Why a condition holds or not: each part with its actual value, its threshold and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.feel import syntax as ast
from engine.feel.arithmetic import calculate
from engine.feel.comparison import compare, is_ordered
from engine.feel.errors import FeelError, Undefined
from engine.feel.expression import Expression, Functions
from engine.feel.facts import names_in
from engine.feel.known import value_of
from engine.feel.moments import nanoseconds_of
from engine.feel.say import Voice, say_node, say_value
from engine.feel.values import DATE, DATE_TIME, DAYS, NUMBER, Range, kind

Known = Callable[[ast.Node], Any]
_COMPARISONS = frozenset(["=", "!=", "<", "<=", ">", ">="])


@dataclass(frozen=True)
class Reason:
    """A condition or a part of one.

    `holds` is None where a fact is missing. `joined` is and, or, not, or empty for a part that is
    not divided further; only those have `actual`, `threshold` (a value, a range, or a list of the
    values that pass) and `lacks`: how much is missing to pass, negative for too much, a number or,
    of dates, a duration.
    """

    source: str
    said: str
    english: str
    holds: bool | None
    joined: str
    parts: tuple[Reason, ...]
    actual: Any
    threshold: Any
    lacks: Any
    facts: tuple[str, ...]
    voices: tuple[Voice, Voice]

    def failed(self) -> Iterator[Reason]:
        """The undivided parts because of which the whole does not hold, or is not known to."""
        if self.holds is True:
            return
        if self.joined in ("and", "or"):
            for part in self.parts:
                yield from part.failed()
        else:
            yield self

    def sentence(self, language: str = "zh") -> str:
        """`上年度区级地方贡献不低于 200 万元:现为 150 万元,还差 50 万元`."""
        chinese = language == "zh"
        voice = self.voices[0 if chinese else 1]
        said = self.said if chinese else self.english
        if self.joined or kind(self.actual) in ("boolean", "context", "function"):
            return said
        actual = say_value(self.actual, voice)
        if self.actual is None:
            return f"{said}:{actual}" if chinese else f"{said}: {actual}"
        text = f"{said}:现为 {actual}" if chinese else f"{said}: it is {actual}"
        return text + self._lacking(voice, chinese)

    def _lacking(self, voice: Voice, chinese: bool) -> str:
        if self.lacks is None or kind(self.lacks) != NUMBER:
            return ""
        amount = say_value(abs(self.lacks), voice)
        if self.lacks > 0:
            return f",还差 {amount}" if chinese else f", {amount} short"
        return f",超出 {amount}" if chinese else f", {amount} too much"


def explain(
    expression: Expression,
    names: Mapping[str, Any],
    functions: Functions | None = None,
    chinese: Voice | None = None,
    english: Voice | None = None,
) -> Reason:
    """Explains a condition with given facts.

    The voices bring the labels of facts and the unit of numbers. Raises FeelLimit.
    """
    voices = (chinese or Voice("zh"), replace(english or Voice("en"), language="en"))
    return _Explainer(expression, names, functions or {}, voices).reason(expression.tree)


@dataclass(frozen=True)
class _Explainer:
    expression: Expression
    names: Mapping[str, Any]
    functions: Functions
    voices: tuple[Voice, Voice]

    def value(self, node: ast.Node) -> Any:
        return value_of(self.expression.part(node), self.names, self.functions)

    def known(self, node: ast.Node) -> Any:
        try:
            return self.value(node)
        except FeelError:
            return None

    def reason(self, node: ast.Node) -> Reason:
        joined, parts = _divided(node)
        found = tuple(self.reason(part) for part in parts)
        answer = self.value(node)
        subject, tests = _tested(node)
        actual = threshold = lacks = None
        if not joined and subject is not None:
            actual = self.known(subject)
            threshold = _threshold(tests, self.known)
            if answer is False:
                lacks = lacking(tests, actual, self.known)
        return Reason(
            source=self.expression.text[node.start : node.end],
            said=say_node(node, self.voices[0]),
            english=say_node(node, self.voices[1]),
            holds=answer if isinstance(answer, bool) else None,
            joined=joined,
            parts=found,
            actual=actual if subject is not None else answer,
            threshold=threshold,
            lacks=lacks,
            facts=tuple(names_in(node)),
            voices=self.voices,
        )


def _divided(node: ast.Node) -> tuple[str, tuple[ast.Node, ...]]:
    """How a condition is put together, and its parts; chains of one operator are one list."""
    if isinstance(node, ast.Binary) and node.operator in ("and", "or"):
        sides: list[ast.Node] = []
        for side in (node.left, node.right):
            joined, parts = _divided(side)
            sides += parts if joined == node.operator else (side,)
        return node.operator, tuple(sides)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.function, ast.Name)
        and node.function.name == "not"
        and len(node.arguments) == 1
    ):
        return "not", node.arguments
    return "", ()


def _tested(node: ast.Node) -> tuple[ast.Node | None, tuple[ast.Node, ...]]:
    """The value that an undivided condition is about, and the tests it must pass one of."""
    if isinstance(node, ast.Binary) and node.operator in _COMPARISONS:
        asked = ast.Input(node.start, node.start)
        return node.left, (ast.Binary(node.start, node.end, node.operator, asked, node.right),)
    if isinstance(node, ast.Between):
        limits = ast.RangeNode(node.low.start, node.high.end, node.low, node.high, True, True)
        return node.value, (limits,)
    if isinstance(node, ast.In):
        return node.value, node.tests
    return None, ()


def _threshold(tests: tuple[ast.Node, ...], known: Known) -> Any:
    found = [
        known(test.right)
        if isinstance(test, ast.Binary) and isinstance(test.left, ast.Input)
        else _limits(test, known)
        for test in tests
    ]
    return found[0] if len(found) == 1 else found


def _limits(test: ast.Node, known: Known) -> Any:
    if isinstance(test, ast.RangeNode):
        low, high = (None if end is None else known(end) for end in (test.low, test.high))
        return Range(low, high, test.low_included, test.high_included)
    return known(test)


def lacking(tests: tuple[ast.Node, ...], actual: Any, known: Known) -> Any:
    """The smallest change that lets a number or date pass one of some tests, or reach an open limit.

    None for values that have no distance. `known` gives the value of a part of the tests.
    """
    if actual is None or kind(actual) not in (NUMBER, DATE, DATE_TIME):
        return None
    found = [_lacks(test, actual, known) for test in tests]
    amounts = [amount for amount in found if amount is not None]
    return min(amounts, key=_size, default=None)


def _size(amount: Any) -> Any:
    return abs(nanoseconds_of(amount) if kind(amount) == DAYS else amount)


def _lacks(test: ast.Node, actual: Any, known: Known) -> Any:
    low = high = None
    if isinstance(test, ast.Binary) and isinstance(test.left, ast.Input):
        limit = known(test.right)
        low = limit if test.operator in (">", ">=", "=") else None
        high = limit if test.operator in ("<", "<=", "=") else None
    else:
        limit = _limits(test, known)
        low, high = (limit.low, limit.high) if isinstance(limit, Range) else (limit, limit)
    for end, short in ((low, True), (high, False)):
        if end is None or not is_ordered(kind(end)):
            continue
        beyond = compare(actual, end, (lambda a, b: a < b) if short else (lambda a, b: a > b))
        if beyond:
            return _distance(end, actual)
    return None


def _distance(end: Any, actual: Any) -> Any:
    try:
        return calculate("-", end, actual)
    except Undefined:
        return None
