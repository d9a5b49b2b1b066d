"""Explains decisions row by row: what is asked, what is, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from engine.dmn import model
from engine.dmn.model import Input, Logic, Rule, Table
from engine.feel import Expression, FeelError, syntax
from engine.feel.explain import lacking
from engine.feel.known import asks_for_null, holds, names_in, value_of
from engine.feel.say import Voice, say_tests, say_value
from engine.feel.values import is_number

Names = Mapping[str, Any]


@dataclass(frozen=True)
class Test:
    """One cell that is not `-`.

    `missing` is how much a number lacks to pass, negative if it is too much. `facts` are the names
    read. Without a value, `actual` is None. `label_english` is empty where the file gives none.
    """

    label: str
    label_english: str
    unit: str
    expression: str
    cell: str
    holds: bool | None
    actual: Any
    threshold: str
    threshold_english: str
    missing: Decimal | None
    facts: tuple[str, ...]

    def say(self, value: Any, language: str = "zh") -> str:
        """A value of this column in words, with its unit."""
        return say_value(value, Voice(language, self.unit))


@dataclass(frozen=True)
class Row:
    """One rule. `outputs` are given whether it holds or not; None where a fact is missing."""

    number: int
    holds: bool | None
    outputs: dict[str, Any]
    tests: tuple[Test, ...]


def explain_logic(
    logic: Logic | None, names: Names, functions: Names, answer: Callable[[], Any]
) -> list[Row]:
    """Every rule of a table; anything else is one row without tests whose output is `result`.

    `answer` gives the value of what is neither a table nor an expression.
    """
    if isinstance(logic, Table):
        return [_row(logic, rule, names, functions) for rule in logic.rules]
    value = value_of(logic, names, functions) if isinstance(logic, Expression) else answer()
    return [Row(1, value if isinstance(value, bool) else None, {"result": value}, ())]


def names_of(logic: Logic | None) -> set[str]:
    """The names that a decision's logic reads from outside."""
    match logic:
        case None:
            return set()
        case Expression():
            return set(names_in(logic.tree))
        case Table():
            columns = [column.expression for column in logic.inputs]
            cells = [cell for rule in logic.rules for cell in (*rule.tests, *rule.results)]
            defaults = [column.default for column in logic.outputs if column.default]
            return {name for e in (*columns, *cells, *defaults) for name in names_in(e.tree)}
        case model.Typed():
            return names_of(logic.logic)
        case model.Context():
            return _names_of_context(logic)
        case model.ListLogic():
            return _names_of_all(logic.items)
        case model.Relation():
            return _names_of_all(cell for row in logic.rows for cell in row)
        case model.FunctionLogic():
            return names_of(logic.body) - {parameter.name for parameter in logic.parameters}
        case model.Invocation():
            return _names_of_all((logic.called, *(bound for _, bound in logic.bindings)))
        case model.Conditional():
            return _names_of_all((logic.condition, logic.then, logic.otherwise))
        case model.FilterLogic():
            return _names_of_all((logic.source, logic.match)) - {"item"}
        case model.Iterator():
            return names_of(logic.source) | names_of(logic.body) - {logic.variable, "partial"}


def provides_for_null(logic: Logic | None) -> bool:
    """Whether any part of a decision's logic asks for a missing fact itself."""
    for part in model.parts_of(logic):
        found: Iterable[Expression] = (part,) if isinstance(part, Expression) else ()
        if isinstance(part, Table):
            cells = (cell for rule in part.rules for cell in (*rule.tests, *rule.results))
            found = (*(column.expression for column in part.inputs), *cells)
        if any(asks_for_null(expression.tree) for expression in found):
            return True
    return False


def _names_of_all(parts: Iterable[Logic]) -> set[str]:
    return {name for part in parts for name in names_of(part)}


def _names_of_context(logic: model.Context) -> set[str]:
    found: set[str] = set()
    seen: set[str] = set()
    for parameter, entry in logic.entries:
        found |= names_of(entry) - seen
        seen.add(parameter.name)
    return found | names_of(logic.result) - seen


def both(answers: list[bool | None]) -> bool | None:
    """All of them: false if one is, else unknown if one is."""
    return False if False in answers else None if None in answers else True


def _row(table: Table, rule: Rule, names: Names, functions: Names) -> Row:
    tests = tuple(_explain_cell(table, cell, names, functions) for cell in _cells(table, rule))
    outputs = {
        column.name: value_of(result, names, functions)
        for column, result in zip(table.outputs, rule.results, strict=True)
    }
    return Row(rule.number, both([test.holds for test in tests]), outputs, tests)


@dataclass(frozen=True)
class _Cell:
    """A cell that asks something, with what can be known of it before any value is.

    It is said as `said` about `tested`. `words` say it in Chinese and English, where neither a name nor
    a function stands in it.
    """

    column: Input
    asked: Expression
    tested: Expression
    said: Expression
    facts: tuple[str, ...]
    words: tuple[str, str] | None


_READ: WeakKeyDictionary[Table, dict[int, tuple[_Cell, ...]]] = WeakKeyDictionary()


def _cells(table: Table, rule: Rule) -> tuple[_Cell, ...]:
    """The cells of a rule that are not `-`; read once for each table."""
    read = _READ.setdefault(table, {})
    found = read.get(rule.number)
    if found is None:
        found = read[rule.number] = tuple(
            _cell(table, column, cell)
            for column, cell in zip(table.inputs, rule.tests, strict=True)
            if _asks(cell)
        )
    return found


def _cell(table: Table, column: Input, asked: Expression) -> _Cell:
    tested, said = _turned(column.expression, asked)
    facts = tuple(dict.fromkeys([*names_in(column.expression.tree), *names_in(asked.tree)]))
    fixed = not any(isinstance(node, _CHANGING) for node in syntax.walk(said.tree))
    words = _words(table, column, said, None) if fixed else None
    return _Cell(column, asked, tested, said, facts, words)


# Parts whose value is another one in another case.
_CHANGING = (syntax.Name, syntax.Call, syntax.FunctionDefinition)


def _words(
    table: Table, column: Input, said: Expression, known: Callable[[syntax.Node], Any] | None
) -> tuple[str, str]:
    """A cell in Chinese and English, with the values that are known for its parts."""
    chinese, english = (
        say_tests(said, replace(_voice(table, language), unit=column.unit, evaluate=known))
        for language in ("zh", "en")
    )
    return chinese, english


def _voice(table: Table, language: str) -> Voice:
    """Calls a fact by the label of the column that asks for it."""
    named = {
        column.expression.tree.name: column.label_in(language)
        for column in table.inputs
        if isinstance(column.expression.tree, syntax.Name)
    }
    return Voice(language, labels=named)


def _asks(cell: Expression) -> bool:
    return not isinstance(cell.tree, syntax.UnaryTests) or bool(cell.tree.tests)


def _explain_cell(table: Table, one: _Cell, names: Names, functions: Names) -> Test:
    column = one.column
    answer = holds(one.asked, value_of(column.expression, names, functions), names, functions)
    actual = value_of(one.tested, names, functions)
    known = partial(_value, one.said, names, functions)
    chinese, english = one.words or _words(table, column, one.said, known)
    return Test(
        label=column.bare_label,
        label_english=column.english,
        unit=column.unit,
        expression=column.expression.text,
        cell=one.asked.text,
        holds=answer,
        actual=actual,
        threshold=chinese,
        threshold_english=english,
        missing=_missing(one.said, actual, known) if answer is False else None,
        facts=one.facts,
    )


def _turned(tested: Expression, cell: Expression) -> tuple[Expression, Expression]:
    """`years >= 1` under the cell `true` is said as `years` under the cell `>= 1`."""
    tree, tests = tested.tree, cell.tree
    assert isinstance(tests, syntax.UnaryTests)
    plain = [t.value for t in tests.tests if isinstance(t, syntax.Literal)]
    if tests.negated or plain != [True] or len(tests.tests) != 1:
        return tested, cell
    asked = syntax.Input(tree.start, tree.start)
    alternatives: tuple[syntax.Node, ...]
    if isinstance(tree, syntax.Binary) and tree.operator in ("=", "!=", "<", "<=", ">", ">="):
        value = tree.left
        alternatives = (syntax.Binary(tree.start, tree.end, tree.operator, asked, tree.right),)
        if tree.operator == "=":
            alternatives = (tree.right,)
    elif isinstance(tree, syntax.In):
        value, alternatives = tree.value, tree.tests
    elif isinstance(tree, syntax.Between):
        value = tree.value
        alternatives = (syntax.RangeNode(tree.start, tree.end, tree.low, tree.high, True, True),)
    else:
        return tested, cell
    turned = syntax.UnaryTests(tree.start, tree.end, alternatives, False)
    return tested.part(value), Expression(tested.text, "unary tests", turned)


def _value(owner: Expression, names: Names, functions: Names, node: syntax.Node) -> Any:
    try:
        return value_of(owner.part(node), names, functions)
    except FeelError:
        return None


def _missing(cell: Expression, actual: Any, known: Any) -> Decimal | None:
    """The smallest change of a number that lets it pass (or reach an open limit)."""
    tree = cell.tree
    assert isinstance(tree, syntax.UnaryTests)
    if not is_number(actual) or tree.negated:
        return None
    found = lacking(tree.tests, Decimal(actual), known)
    return found if isinstance(found, Decimal) else None
