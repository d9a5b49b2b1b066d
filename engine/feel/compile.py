"""Turns a syntax tree into Python closures. No Python object is ever reachable from an expression:
names resolve only in contexts and the fixed table of functions, paths only in contexts and in the
listed properties of temporal values."""

from __future__ import annotations

import decimal
import itertools
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeGuard

from engine.feel import syntax as ast
from engine.feel.errors import FeelLimit
from engine.feel.parameters import in_order
from engine.feel.temporal import read_any
from engine.feel.values import Range, YearsMonths

Evaluate = Callable[["Scope"], Any]
# The standard's decimal128: without its limits `string(1e999999999)` would fill the memory.
NUMBERS = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emax=6144, Emin=-6143)
MAX_STEPS = 1_000_000
MISSING = object()


@dataclass(slots=True)
class Warning_:
    """Why a part became null. `start` is its place in the text; `missing` the name without a value."""

    message: str
    start: int
    missing: str = ""


@dataclass(slots=True)
class Run:
    """What one evaluation shares: functions, warnings, the step budget."""

    functions: dict[str, Callable[..., Any]]
    warnings: list[Warning_] = field(default_factory=list)
    steps: int = 0

    def spend(self, count: int = 1) -> None:
        self.steps += count
        if self.steps > MAX_STEPS:
            raise FeelLimit("表达式计算量超过上限")


@dataclass(slots=True)
class Scope:
    """Names visible to an expression, innermost first."""

    values: dict[str, Any]
    run: Run
    outer: Scope | None = None

    def find(self, name: str) -> Any:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.outer
        return MISSING

    def inner(self, values: dict[str, Any]) -> Scope:
        return Scope(values, self.run, self)

    def null(self, message: str, node: ast.Node) -> None:
        self.run.warnings.append(Warning_(message, node.start))


@dataclass(slots=True)
class Function:
    """A function defined in FEEL."""

    parameters: tuple[str, ...]
    body: Evaluate
    scope: Scope

    def __call__(self, *arguments: Any) -> Any:
        if len(arguments) != len(self.parameters):
            return None
        self.scope.run.spend(10)
        return self.body(self.scope.inner(dict(zip(self.parameters, arguments, strict=True))))


def is_number(value: Any) -> TypeGuard[int | Decimal]:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def in_limits(number: Decimal) -> bool:
    """Whether a number lies in decimal128's range."""
    return number.is_finite() and (not number or abs(number.adjusted()) <= 6144)


def kind(value: Any) -> str:
    """The FEEL type name of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    for python, name in (
        (str, "string"),
        (datetime, "date and time"),
        (date, "date"),
        (time, "time"),
        (timedelta, "days and time duration"),
        (YearsMonths, "years and months duration"),
        (list, "list"),
        (dict, "context"),
        (Range, "range"),
    ):
        if isinstance(value, python):
            return name
    return "function"


def equal(left: Any, right: Any) -> bool | None:
    """FEEL equality; None between values of different types."""
    if left is None or right is None:
        return left is right
    if kind(left) != kind(right):
        return None
    if isinstance(left, list):
        return len(left) == len(right) and all(
            equal(a, b) for a, b in zip(left, right, strict=True)
        )
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(equal(v, right[k]) for k, v in left.items())
    return bool(left == right)


def compare(left: Any, right: Any, test: Callable[[Any, Any], bool]) -> bool | None:
    """Order of two values of one ordered type, else None."""
    if kind(left) != kind(right) or kind(left) in (
        "null",
        "boolean",
        "list",
        "context",
        "function",
    ):
        return None
    try:
        return test(left, right)
    except TypeError:
        return None


def passes(value: Any, test: Any) -> bool | None:
    """Whether a value passes an evaluated test: a range, a list, a truth value or an equal value."""
    if isinstance(test, Range):
        return in_range(value, test)
    if isinstance(test, list):
        if isinstance(value, list):
            return equal(value, test) or any(passes(value, item) is True for item in test)
        return any(passes(value, item) is True for item in test)
    return equal(value, test)


def in_range(value: Any, limits: Range) -> bool | None:
    low = high = True
    if limits.low is not None:
        found = compare(value, limits.low, operator.ge if limits.low_included else operator.gt)
        if found is None:
            return None
        low = found
    if limits.high is not None:
        found = compare(value, limits.high, operator.le if limits.high_included else operator.lt)
        if found is None:
            return None
        high = found
    return low and high


def add_months(value: date, months: int) -> date | None:
    import calendar

    total = value.year * 12 + value.month - 1 + months
    year, month = divmod(total, 12)
    if not 1 <= year <= 9999:
        return None
    day = min(value.day, calendar.monthrange(year, month + 1)[1])
    return value.replace(year=year, month=month + 1, day=day)


def _arithmetic(symbol: str, left: Any, right: Any) -> Any:
    """The value of `left symbol right`, or MISSING if FEEL defines none."""
    if is_number(left) and is_number(right):
        return _numbers(symbol, Decimal(left), Decimal(right))
    if symbol == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    durations = (timedelta, YearsMonths)
    if (
        isinstance(left, durations)
        or isinstance(right, durations)
        or isinstance(left, (date, time))
    ):
        try:
            return _temporal(symbol, left, right)
        except (OverflowError, TypeError, ZeroDivisionError):
            return MISSING
    return MISSING


def _numbers(symbol: str, left: Decimal, right: Decimal) -> Any:
    try:
        if symbol == "+":
            return NUMBERS.add(left, right)
        if symbol == "-":
            return NUMBERS.subtract(left, right)
        if symbol == "*":
            return NUMBERS.multiply(left, right)
        if symbol == "/":
            return MISSING if right == 0 else NUMBERS.divide(left, right)
        return NUMBERS.power(left, right)
    except decimal.DecimalException:
        return MISSING


def _temporal(symbol: str, left: Any, right: Any) -> Any:
    sign = {"+": 1, "-": -1}.get(symbol)
    if sign is None:
        return _scale(symbol, left, right)
    if isinstance(left, (timedelta, YearsMonths)) and isinstance(right, date) and sign == 1:
        left, right = right, left
    if isinstance(left, date):
        if isinstance(right, YearsMonths):
            found = add_months(left, sign * right.months)
            return MISSING if found is None else found
        if isinstance(right, timedelta):
            if isinstance(left, datetime):
                return left + sign * right
            moved = datetime.combine(left, time()) + sign * right
            return moved.date()
        if isinstance(right, date) and sign == -1:
            return _difference(left, right)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left + sign * right
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return YearsMonths(left.months + sign * right.months)
    return MISSING


def _difference(left: date, right: date) -> Any:
    if not isinstance(left, datetime):
        left = datetime.combine(left, time())
    if not isinstance(right, datetime):
        right = datetime.combine(right, time())
    if (left.tzinfo is None) != (right.tzinfo is None):
        return MISSING
    return left - right


def _scale(symbol: str, left: Any, right: Any) -> Any:
    if symbol == "*" and is_number(left):
        left, right = right, left
    if symbol in "*/" and isinstance(left, (timedelta, YearsMonths)):
        if is_number(right):
            factor = Decimal(right)
            if symbol == "/":
                factor = 1 / factor
            if isinstance(left, YearsMonths):
                return YearsMonths(int(left.months * factor))
            return timedelta(microseconds=int(Decimal(left // timedelta(microseconds=1)) * factor))
        if symbol == "/" and isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
            return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
        if symbol == "/" and isinstance(left, timedelta) and isinstance(right, timedelta):
            unit = timedelta(microseconds=1)
            return NUMBERS.divide(Decimal(left // unit), Decimal(right // unit))
    return MISSING


_PROPERTIES: dict[str, dict[str, Callable[[Any], Any]]] = {
    "date": {
        "year": lambda v: Decimal(v.year),
        "month": lambda v: Decimal(v.month),
        "day": lambda v: Decimal(v.day),
        "weekday": lambda v: Decimal(v.isoweekday()),
    },
    "time": {
        "hour": lambda v: Decimal(v.hour),
        "minute": lambda v: Decimal(v.minute),
        "second": lambda v: Decimal(v.second),
        "time offset": lambda v: v.utcoffset(),
        "timezone": lambda v: getattr(v.tzinfo, "key", None),
    },
    "days and time duration": {
        "days": lambda v: Decimal(int(v / timedelta(days=1))),
        "hours": lambda v: Decimal(abs(v).seconds // 3600),
        "minutes": lambda v: Decimal(abs(v).seconds // 60 % 60),
        "seconds": lambda v: Decimal(abs(v).seconds % 60),
    },
    "years and months duration": {
        "years": lambda v: Decimal(int(v.months / 12)),
        "months": lambda v: Decimal(abs(v.months) % 12),
    },
    "range": {
        "start": lambda v: v.low,
        "end": lambda v: v.high,
        "start included": lambda v: v.low_included,
        "end included": lambda v: v.high_included,
    },
}
_PROPERTIES["date and time"] = {**_PROPERTIES["date"], **_PROPERTIES["time"]}


def path(value: Any, name: str) -> Any:
    """`value.name`; over a list, of each item."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        return [path(item, name) for item in value]
    read = _PROPERTIES.get(kind(value), {}).get(name)
    return read(value) if read else None


class Compiler:
    """Compiles nodes to closures; one method per node class, found by name."""

    def __init__(self, known: dict[str, Callable[..., Any]]) -> None:
        self.known = known

    def compile(self, node: ast.Node) -> Evaluate:
        method: Callable[[Any], Evaluate] = getattr(self, "_" + type(node).__name__)
        return method(node)

    def _Literal(self, node: ast.Literal) -> Evaluate:
        value = node.value
        return lambda scope: value

    def _Input(self, node: ast.Input) -> Evaluate:
        def evaluate(scope: Scope) -> Any:
            value = scope.find("?")
            return None if value is MISSING else value

        return evaluate

    def _Name(self, node: ast.Name) -> Evaluate:
        name = node.name

        def evaluate(scope: Scope) -> Any:
            value = scope.find(name)
            if value is not MISSING:
                return value
            function = scope.run.functions.get(name)
            if function is not None:
                return function
            scope.run.warnings.append(Warning_(f"没有名为“{name}”的数据", node.start, name))
            return None

        return evaluate

    def _Unary(self, node: ast.Unary) -> Evaluate:
        operand = self.compile(node.operand)

        def evaluate(scope: Scope) -> Any:
            value = operand(scope)
            if is_number(value) or isinstance(value, timedelta):
                return -value
            if isinstance(value, YearsMonths):
                return YearsMonths(-value.months)
            scope.null("负号只能用于数字和时长", node)
            return None

        return evaluate

    def _Binary(self, node: ast.Binary) -> Evaluate:
        left, right = self.compile(node.left), self.compile(node.right)
        symbol = node.operator
        if symbol in ("and", "or"):
            return self._logic(symbol, left, right)
        if symbol in ("=", "!="):

            def equality(scope: Scope) -> Any:
                found = equal(left(scope), right(scope))
                if found is None:
                    return None
                return found if symbol == "=" else not found

            return equality
        order = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}.get(
            symbol
        )
        if order is not None:
            return lambda scope: compare(left(scope), right(scope), order)

        def arithmetic(scope: Scope) -> Any:
            a, b = left(scope), right(scope)
            value = _arithmetic(symbol, a, b)
            if value is MISSING:
                scope.null(f"{kind(a)} {symbol} {kind(b)} 没有意义", node)
                return None
            return value

        return arithmetic

    def _logic(self, symbol: str, left: Evaluate, right: Evaluate) -> Evaluate:
        decisive = symbol == "or"

        def evaluate(scope: Scope) -> Any:
            warnings = scope.run.warnings
            before = len(warnings)
            a = left(scope)
            between = len(warnings)
            if a is decisive and between == before:
                return decisive
            b = right(scope)
            if b is decisive and len(warnings) == between:
                # What the left side lacked makes no difference, so nobody should be told of it.
                del warnings[before:]
            if a is decisive or b is decisive:
                return decisive
            return (not decisive) if isinstance(a, bool) and isinstance(b, bool) else None

        return evaluate

    def _Between(self, node: ast.Between) -> Evaluate:
        value, low, high = (self.compile(n) for n in (node.value, node.low, node.high))

        def evaluate(scope: Scope) -> Any:
            ends = low(scope), high(scope)
            return None if None in ends else in_range(value(scope), Range(*ends))

        return evaluate

    def _In(self, node: ast.In) -> Evaluate:
        value = self.compile(node.value)
        tests = [self.test(test) for test in node.tests]

        def evaluate(scope: Scope) -> Any:
            inner = scope.inner({"?": value(scope)})
            found = [test(inner) for test in tests]
            return True if True in found else None if None in found else False

        return evaluate

    def test(self, node: ast.Node) -> Evaluate:
        """A test of `?`: a comparison or condition on it, or a value to compare it with."""
        evaluate = self.compile(node)
        if mentions_input(node):

            def condition(scope: Scope) -> Any:
                found = evaluate(scope)
                return found if isinstance(found, bool) else None

            return condition
        return lambda scope: passes(scope.find("?"), evaluate(scope))

    def _UnaryTests(self, node: ast.UnaryTests) -> Evaluate:
        tests = [self.test(test) for test in node.tests]
        if not tests:
            return lambda scope: True

        def evaluate(scope: Scope) -> Any:
            found = any(test(scope) is True for test in tests)
            return not found if node.negated else found

        return evaluate

    def _InstanceOf(self, node: ast.InstanceOf) -> Evaluate:
        value, wanted = self.compile(node.value), node.type_name

        def evaluate(scope: Scope) -> Any:
            found = value(scope)
            if found is None:
                return False
            return wanted == "Any" or kind(found) == wanted

        return evaluate

    def _If(self, node: ast.If) -> Evaluate:
        condition, then, otherwise = (
            self.compile(n) for n in (node.condition, node.then, node.otherwise)
        )
        return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)

    def _rounds(self, iterators: tuple[tuple[str, ast.Node], ...]) -> Callable[[Scope], Any]:
        sources = [(name, self.compile(source)) for name, source in iterators]

        def rounds(scope: Scope, index: int = 0) -> Any:
            if index == len(sources):
                yield scope
                return
            name, source = sources[index]
            for item in items_of(source(scope)):
                scope.run.spend()
                yield from rounds(scope.inner({name: item}), index + 1)

        return rounds

    def _For(self, node: ast.For) -> Evaluate:
        rounds, result = self._rounds(node.iterators), self.compile(node.result)

        def evaluate(scope: Scope) -> Any:
            done: list[Any] = []
            with_partial = scope.inner({"partial": done})
            for inner in rounds(with_partial):
                done.append(result(inner))
            return list(done)

        return evaluate

    def _Quantified(self, node: ast.Quantified) -> Evaluate:
        rounds, condition = self._rounds(node.iterators), self.compile(node.condition)

        def evaluate(scope: Scope) -> Any:
            unknown = False
            for inner in rounds(scope):
                found = condition(inner)
                if found is (not node.every):
                    return found
                unknown = unknown or not isinstance(found, bool)
            return None if unknown else node.every

        return evaluate

    def _FunctionDefinition(self, node: ast.FunctionDefinition) -> Evaluate:
        body = self.compile(node.body)
        return lambda scope: Function(node.parameters, body, scope)

    def _Call(self, node: ast.Call) -> Evaluate:
        arguments = [self.compile(argument) for argument in node.arguments]
        named = [(name, self.compile(argument)) for name, argument in node.named]
        if isinstance(node.function, ast.Name) and node.function.name == "@":
            return self._at_literal(node)
        function = self.compile(node.function)
        spoken = node.function.name if isinstance(node.function, ast.Name) else ""

        def evaluate(scope: Scope) -> Any:
            called = function(scope)
            if not callable(called):
                scope.null("这里调用的不是函数", node)
                return None
            scope.run.spend()
            values = [argument(scope) for argument in arguments]
            try:
                if named:
                    given = {name: get(scope) for name, get in named}
                    wanted = (
                        called.parameters
                        if isinstance(called, Function)
                        else in_order(spoken, given)
                    )
                    if wanted is None or not given.keys() <= set(wanted):
                        scope.null(f"函数 {spoken} 没有这样的参数: {'、'.join(given)}", node)
                        return None
                    return called(*(given.get(n) for n in wanted))
                return called(*values)
            except FeelLimit:
                raise
            except (
                TypeError,
                ValueError,
                ArithmeticError,
                AttributeError,
                LookupError,
                re.error,
            ) as error:
                scope.null(f"函数调用的参数不对: {error}", node)
                return None

        return evaluate

    def _at_literal(self, node: ast.Call) -> Evaluate:
        literal = node.arguments[0]
        assert isinstance(literal, ast.Literal)
        value = read_any(literal.value)
        return lambda scope: value

    def _Path(self, node: ast.Path) -> Evaluate:
        value, name = self.compile(node.value), node.name
        return lambda scope: path(value(scope), name)

    def _Filter(self, node: ast.Filter) -> Evaluate:
        value, condition = self.compile(node.value), self.compile(node.condition)

        def evaluate(scope: Scope) -> Any:
            found = value(scope)
            if found is None:
                return []
            items = found if isinstance(found, list) else [found]
            if is_number(
                node.condition.value if isinstance(node.condition, ast.Literal) else None
            ) or (isinstance(node.condition, ast.Unary)):
                return item_at(items, condition(scope))
            kept = []
            for item in items:
                scope.run.spend()
                names = {"item": item, **item} if isinstance(item, dict) else {"item": item}
                found = condition(scope.inner(names))
                if is_number(found):
                    return item_at(items, found)
                if found is True:
                    kept.append(item)
            return kept

        return evaluate

    def _ListNode(self, node: ast.ListNode) -> Evaluate:
        items = [self.compile(item) for item in node.items]
        return lambda scope: [item(scope) for item in items]

    def _ContextNode(self, node: ast.ContextNode) -> Evaluate:
        entries = [(name, self.compile(entry)) for name, entry in node.entries]

        def evaluate(scope: Scope) -> Any:
            values: dict[str, Any] = {}
            inner = scope.inner(values)
            for name, entry in entries:
                values[name] = entry(inner)
            return values

        return evaluate

    def _RangeNode(self, node: ast.RangeNode) -> Evaluate:
        low = self.compile(node.low) if node.low else None
        high = self.compile(node.high) if node.high else None

        def evaluate(scope: Scope) -> Any:
            return Range(
                low(scope) if low else None,
                high(scope) if high else None,
                node.low_included,
                node.high_included,
            )

        return evaluate


def items_of(value: Any) -> Any:
    """What `for` walks over: the items of a list, the whole numbers or days of a range."""
    if isinstance(value, Range):
        return _range_items(value)
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _range_items(value: Range) -> Any:
    low, high = value.low, value.high
    if is_number(low) and is_number(high):
        step = 1 if high >= low else -1
        return (Decimal(n) for n in range(int(low), int(high) + step, step))
    if kind(low) == kind(high) == "date":
        step = 1 if high >= low else -1
        count = abs((high - low).days)
        return (low + timedelta(days=step * n) for n in range(count + 1))
    return ()


def item_at(items: list[Any], index: Any) -> Any:
    if not is_number(index) or index != int(index) or index == 0:
        return None
    place = int(index) - 1 if index > 0 else len(items) + int(index)
    return items[place] if 0 <= place < len(items) else None


def mentions_input(node: Any) -> bool:
    """Whether `?` occurs in a tree."""
    if isinstance(node, ast.Input):
        return True
    if isinstance(node, tuple):
        return any(mentions_input(part) for part in node)
    if isinstance(node, ast.Node):
        names = itertools.chain.from_iterable(
            getattr(k, "__slots__", ()) for k in type(node).__mro__
        )
        return any(mentions_input(getattr(node, n)) for n in names)
    return False
