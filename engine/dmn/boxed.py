"""Reads boxed expressions: tables, contexts, invocations and the others (DMN 1.5, 7 and 10.2)."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine import feel
from engine.dmn import model
from engine.dmn.model import HIT_POLICIES, Fault, Logic, Parameter
from engine.dmn.source import child, children, local, needs_telling, text_of
from engine.dmn.types import ANY, Type, names_in
from engine.errors import InvalidInput
from engine.feel import Expression, FeelSyntaxError, syntax

Names = frozenset[str]
_PLACES = {
    "inputEntry": ("条件", "condition"),
    "outputEntry": ("结果", "result"),
    "inputExpression": ("条件列", "input column"),
    "inputValues": ("条件列的允许值", "allowed values of an input column"),
    "outputValues": ("结果列的允许值", "allowed values of an output column"),
    "defaultOutputEntry": ("默认结果", "default output"),
    "allowedValues": ("类型的允许值", "allowed values of a type"),
    "typeConstraint": ("类型的约束", "constraint of a type"),
}
_OUTSIDE = {"J": "Java", "JAVA": "Java", "P": "PMML", "PMML": "PMML"}


class Boxed:
    """Reads the expressions of one file; what is no FEEL is kept as a fault that answers null."""

    def __init__(self, path: str, type_of: Callable[[str], Type]) -> None:
        self.path, self.type_of = path, type_of
        self.faults: list[Fault] = []
        self.readers: dict[str, Callable[[etree._Element, Names], Logic]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self.function,
            "invocation": self._invocation,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._iterator,
            "every": self._iterator,
            "some": self._iterator,
        }

    def is_logic(self, node: etree._Element) -> bool:
        return local(node) in self.readers

    def logic(self, node: etree._Element, names: Names) -> Logic:
        """An expression, with its type if it declares one."""
        found = self.readers[local(node)](node, names)
        wanted = self.type_of(node.get("typeRef", ""))
        # A function definition's type may be that of the function or, in older files, of its result.
        return found if wanted.is_any else model.Typed(found, wanted)

    def inside(self, node: etree._Element | None, names: Names) -> Logic:
        """The one expression in a wrapper such as `then` or `binding`; null without one."""
        found = next(filter(self.is_logic, node), None) if node is not None else None
        return self.logic(found, names) if found is not None else feel.parse("null")

    def parse(self, text: str, kind: str, node: etree._Element | None, names: Names) -> Expression:
        """An expression; one that is no FEEL answers null and is remembered as a fault."""
        try:
            return feel.parse(text, kind, sorted(names))
        except FeelSyntaxError as error:
            if node is not None:
                place = _where(node)
                self.faults.append(Fault(_owner(node), *place, text, str(error)))
            return _broken(text, kind, str(error))

    # -- one method for each kind of box

    def _literal(self, node: etree._Element, names: Names) -> Logic:
        language = node.get("expressionLanguage", "")
        if language and "feel" not in language.lower():
            return _broken(text_of(node), "expression", f"不支持表达式语言 {language}")
        return self.parse(text_of(node) or "null", "expression", node, names)

    def _context(self, node: etree._Element, names: Names) -> Logic:
        entries: list[tuple[Parameter, Logic]] = []
        result = None
        for entry in children(node, "contextEntry"):
            variable = child(entry, "variable")
            found = self.inside(entry, names)
            if variable is None:
                result = found
                continue
            parameter = self._parameter(variable)
            entries.append((parameter, found))
            names = _with(names, parameter)
        return model.Context(tuple(entries), result)

    def _list(self, node: etree._Element, names: Names) -> Logic:
        return model.ListLogic(tuple(self.logic(c, names) for c in node if self.is_logic(c)))

    def _relation(self, node: etree._Element, names: Names) -> Logic:
        columns = tuple(self._parameter(column) for column in children(node, "column"))
        rows = tuple(
            tuple(self.logic(c, names) for c in row if self.is_logic(c))
            for row in children(node, "row")
        )
        return model.Relation(columns, rows)

    def function(self, node: etree._Element, names: Names) -> model.FunctionLogic:
        """A function definition, or the encapsulated logic of a knowledge model."""
        parameters = tuple(self._parameter(p) for p in children(node, "formalParameter"))
        outside = _OUTSIDE.get(node.get("kind", "FEEL").upper(), "")
        body = next(filter(self.is_logic, node), None)
        if outside or body is None:
            return model.FunctionLogic(parameters, None, outside)
        return model.FunctionLogic(parameters, self.logic(body, _with(names, *parameters)))

    def _invocation(self, node: etree._Element, names: Names) -> Logic:
        called = text_of(child(node, "literalExpression")) or "null"
        bindings = []
        for binding in children(node, "binding"):
            parameter = child(binding, "parameter")
            name = parameter.get("name", "") if parameter is not None else ""
            bindings.append((name, self.inside(binding, names)))
        return model.Invocation(self.parse(called, "expression", node, names), tuple(bindings))

    def _conditional(self, node: etree._Element, names: Names) -> Logic:
        parts = (self.inside(child(node, name), names) for name in ("if", "then", "else"))
        return model.Conditional(*parts)

    def _filter(self, node: etree._Element, names: Names) -> Logic:
        inside = self.inside(child(node, "match"), names)
        return model.FilterLogic(self.inside(child(node, "in"), names), inside)

    def _iterator(self, node: etree._Element, names: Names) -> Logic:
        kind, source = local(node), child(node, "in")
        variable = Parameter(node.get("iteratorVariable", ""))
        body = child(node, "return" if kind == "for" else "satisfies")
        wanted = self.type_of(source.get("typeRef", "")) if source is not None else ANY
        return model.Iterator(
            kind,
            variable.name,
            wanted,
            self.inside(source, names),
            self.inside(body, _with(names, variable)),
        )

    def _parameter(self, node: etree._Element) -> Parameter:
        return Parameter(node.get("name", ""), self.type_of(node.get("typeRef", "")))

    # -- decision tables

    def _table(self, node: etree._Element, names: Names) -> Logic:
        policy = node.get("hitPolicy", "UNIQUE")
        if policy not in HIT_POLICIES:
            raise InvalidInput(f"{self.path}: 不认识的命中策略 {policy}")
        inputs = tuple(self._input(one, names) for one in children(node, "input"))
        outputs = tuple(self._output(one, names) for one in children(node, "output"))
        rules = tuple(
            self._rule(number, one, names) for number, one in enumerate(children(node, "rule"), 1)
        )
        for rule in rules:
            if len(rule.tests) != len(inputs) or len(rule.results) != len(outputs):
                raise InvalidInput(f"{self.path}: 第 {rule.number} 行的列数与表头不一致")
        heads = tuple(one.get("name", "") for one in children(node, "annotation"))
        aggregation = node.get("aggregation", "")
        return model.Table(policy, aggregation, inputs, outputs, rules, heads)

    def _input(self, node: etree._Element, names: Names) -> model.Input:
        expression = child(node, "inputExpression")
        text = text_of(expression)
        listed = child(node, "inputValues")
        return model.Input(
            node.get("label", "") or text,
            self.parse(text or "null", "expression", expression, names),
            self.parse(text_of(listed), "unary tests", listed, names) if text_of(listed) else None,
            expression.get("typeRef", "") if expression is not None else "",
            self.type_of(expression.get("typeRef", "")) if expression is not None else ANY,
        )

    def _output(self, node: etree._Element, names: Names) -> model.Output:
        listed, default = child(node, "outputValues"), child(node, "defaultOutputEntry")
        tests = (
            self.parse(text_of(listed), "unary tests", listed, names) if text_of(listed) else None
        )
        return model.Output(
            node.get("name", ""),
            node.get("label", "") or node.get("name", ""),
            _listed(tests),
            self.parse(text_of(default), "expression", default, names)
            if text_of(default)
            else None,
            self.type_of(node.get("typeRef", "")),
            tests,
        )

    def _rule(self, number: int, node: etree._Element, names: Names) -> model.Rule:
        return model.Rule(
            node.get("id", ""),
            number,
            tuple(
                self.parse(text_of(e) or "-", "unary tests", e, names)
                for e in children(node, "inputEntry")
            ),
            tuple(
                self.parse(_result(text_of(e)), "expression", e, names)
                for e in children(node, "outputEntry")
            ),
            tuple(text_of(e) for e in children(node, "annotationEntry")),
        )


def _result(text: str) -> str:
    return "null" if text in ("", "-") else text


def _with(names: Names, *parameters: Parameter) -> Names:
    found = {p.name for p in parameters} | {n for p in parameters for n in names_in(p.type)}
    return names | {name for name in found if needs_telling(name)}


def _listed(tests: Expression | None) -> tuple[Expression, ...]:
    """The single values of a list of allowed ones, in order."""
    if tests is None or not isinstance(tests.tree, syntax.UnaryTests) or tests.tree.negated:
        return ()
    return tuple(tests.part(node) for node in tests.tree.tests)


def _broken(text: str, kind: str, message: str) -> Expression:
    """An expression that answers null and says why."""
    null = syntax.Literal(0, 0, None)
    tree = syntax.UnaryTests(0, 0, (null,), False) if kind == "unary tests" else null
    return Expression(text, kind, tree, lambda scope: scope.null(message, null))


def _owner(node: etree._Element) -> str:
    """The id of the nearest element that has one."""
    current: etree._Element | None = node
    while current is not None:
        if current.get("id"):
            return str(current.get("id"))
        current = current.getparent()
    return ""


def _where(node: etree._Element) -> tuple[str, str]:
    """The place of a text in words, in Chinese and English: decision, row, column."""
    said: list[str] = []
    english: list[str] = []
    current: etree._Element | None = node
    while current is not None:
        parent, name = current.getparent(), local(current)
        if name in _PLACES:
            number = _number(current, parent) if name in ("inputEntry", "outputEntry") else ""
            said.insert(0, f"{f'第 {number} 个' if number else ''}{_PLACES[name][0]}")
            english.insert(0, f"{_PLACES[name][1]} {number}".strip())
        elif name == "rule":
            said.insert(0, f"第 {_number(current, parent)} 行")
            english.insert(0, f"rule {_number(current, parent)}")
        elif name in ("decision", "businessKnowledgeModel", "itemDefinition"):
            title = current.get("name") or current.get("id", "")
            said.insert(0, f"“{title}”")
            english.insert(0, f"“{title}”")
            break
        current = parent
    return "".join(said), ", ".join(english)


def _number(node: etree._Element, parent: etree._Element | None) -> int:
    return 1 if parent is None else children(parent, local(node)).index(node) + 1
