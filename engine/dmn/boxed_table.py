"""Reads decision tables (DMN 1.5, 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.dmn import model
from engine.dmn.model import HIT_POLICIES, Logic
from engine.dmn.scope import Scope
from engine.dmn.source import child, children, local, text_of
from engine.dmn.types import ANY, Type
from engine.errors import InvalidInput
from engine.feel import Expression, syntax
from engine.xml import OURS

if TYPE_CHECKING:
    from engine.dmn.boxed import Boxed


def read_table(boxed: Boxed, node: etree._Element, scope: Scope) -> Logic:
    """A table. Raises InvalidInput for an unknown hit policy and for rows of the wrong length."""
    policy = node.get("hitPolicy", "UNIQUE")
    if policy not in HIT_POLICIES:
        raise InvalidInput(f"{boxed.path}: 不认识的命中策略 {policy}")
    inputs = tuple(_input(boxed, one, scope) for one in children(node, "input"))
    columns = children(node, "output")
    answer = _answer_type(boxed, node)
    outputs = tuple(
        _output(
            boxed, one, scope, answer if len(columns) == 1 else answer.part(one.get("name", ""))
        )
        for one in columns
    )
    rules = tuple(
        _rule(boxed, number, one, scope, inputs, outputs)
        for number, one in enumerate(children(node, "rule"), 1)
    )
    heads = tuple(one.get("name", "") for one in children(node, "annotation"))
    aggregation = node.get("aggregation", "")
    return model.Table(policy, aggregation, inputs, outputs, rules, heads)


def _input(boxed: Boxed, node: etree._Element, scope: Scope) -> model.Input:
    expression = child(node, "inputExpression")
    text = text_of(expression)
    listed = child(node, "inputValues")
    name = expression.get("typeRef", "") if expression is not None else ""
    declared = boxed.type_of(name)
    label = node.get("label", "") or text
    with boxed.at(f"“{label}”", f"“{label}”"):
        parsed = boxed.parse(text or "null", "expression", expression, scope, declared)
    known = scope.type_of(parsed)
    # Of the two types the one that says more: an item definition, not only `string`.
    wanted = known if declared.is_any or (known.title and not declared.title) else declared
    return model.Input(
        label,
        parsed,
        _tests(boxed, label, listed, scope, wanted),
        wanted.basic_name or name,
        wanted,
        node.get(f"{{{OURS}}}label_en", ""),
    )


def _tests(
    boxed: Boxed, label: str, node: etree._Element | None, scope: Scope, wanted: Type
) -> Expression | None:
    """The allowed values of a column."""
    text = text_of(node)
    if not text:
        return None
    with boxed.at(f"“{label}”的允许值", f"allowed values of “{label}”"):
        return boxed.parse(text, "unary tests", node, scope, wanted)


def _answer_type(boxed: Boxed, table: etree._Element) -> Type:
    """What the answer of a table, of a collecting one each item, is declared to be."""
    owner = table.getparent()
    if owner is not None and local(owner) in ("encapsulatedLogic", "functionDefinition"):
        owner = owner.getparent()
    variable = child(owner, "variable")
    name = variable.get("typeRef", "") if variable is not None else ""
    found = boxed.type_of(table.get("typeRef", "") or name)
    found = found.result or ANY if found.parameters is not None else found
    return found.item() if found.collection else found


def _output(boxed: Boxed, node: etree._Element, scope: Scope, answer: Type) -> model.Output:
    listed, default = child(node, "outputValues"), child(node, "defaultOutputEntry")
    wanted = boxed.type_of(node.get("typeRef", ""))
    label = node.get("label", "") or node.get("name", "")
    tests = _tests(boxed, label, listed, scope, wanted)
    otherwise = None
    if text_of(default):
        with boxed.at(f"“{label}”的默认结果", f"default output of “{label}”"):
            otherwise = boxed.parse(text_of(default), "expression", default, scope, wanted)
    return model.Output(
        node.get("name", "") or label,
        label,
        # Without a list of its own, those of its type or of the answer's are in order.
        next(filter(None, map(_listed, (tests, *wanted.limits, *answer.limits))), ()),
        otherwise,
        wanted,
        tests,
    )


def _rule(
    boxed: Boxed,
    number: int,
    node: etree._Element,
    scope: Scope,
    inputs: tuple[model.Input, ...],
    outputs: tuple[model.Output, ...],
) -> model.Rule:
    tests, results = children(node, "inputEntry"), children(node, "outputEntry")
    if len(tests) != len(inputs) or len(results) != len(outputs):
        raise InvalidInput(f"{boxed.path}: 第 {number} 行的列数与表头不一致")
    with boxed.at(f"第 {number} 行", f"rule {number}"):
        return model.Rule(
            node.get("id", ""),
            number,
            tuple(
                _cell(boxed, text_of(e) or "-", "unary tests", e, scope, column)
                for e, column in zip(tests, inputs, strict=True)
            ),
            tuple(
                _cell(boxed, _result(text_of(e)), "expression", e, scope, column)
                for e, column in zip(results, outputs, strict=True)
            ),
            tuple(text_of(e) for e in children(node, "annotationEntry")),
        )


def _cell(
    boxed: Boxed,
    text: str,
    kind: str,
    node: etree._Element,
    scope: Scope,
    column: model.Input | model.Output,
) -> Expression:
    with boxed.at(f"“{column.label}”", f"“{column.label}”"):
        return boxed.parse(text, kind, node, scope, column.type)


def _result(text: str) -> str:
    return "null" if text in ("", "-") else text


def _listed(tests: Expression | None) -> tuple[Expression, ...]:
    """The single values of a list of allowed ones, in order."""
    if tests is None or not isinstance(tests.tree, syntax.UnaryTests) or tests.tree.negated:
        return ()
    return tuple(tests.part(node) for node in tests.tree.tests)
