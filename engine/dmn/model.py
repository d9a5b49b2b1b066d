"""What a DMN file says, parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from engine import feel
from engine.errors import InvalidInput
from engine.feel import Expression, FeelSyntaxError
from engine.xml import parse_xml

HIT_POLICIES = frozenset(
    ["UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
)
# In both widths; the wide ones by number, since they look alike.
_UNIT = re.compile("(.+?)\\s*[(\uff08]([^(\uff08)\uff09]{1,4})[)\uff09]$")


@dataclass(frozen=True)
class Input:
    """A column of conditions. A unit stands in brackets at the end of its label: `年产值(元)`."""

    label: str
    expression: Expression
    allowed: Expression | None
    type_name: str = ""

    @property
    def unit(self) -> str:
        return _UNIT.sub(r"\2", self.label) if _UNIT.match(self.label) else ""

    @property
    def bare_label(self) -> str:
        """The label without the unit."""
        return _UNIT.sub(r"\1", self.label)


@dataclass(frozen=True)
class Output:
    """A column of results; `allowed` lists the values in order of priority."""

    name: str
    label: str
    allowed: tuple[Expression, ...]
    default: Expression | None


@dataclass(frozen=True)
class Rule:
    """A row. `number` counts from 1."""

    id: str
    number: int
    tests: tuple[Expression, ...]
    results: tuple[Expression, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A decision table."""

    hit_policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Decision:
    """A decision; `logic` is a table or an expression."""

    id: str
    name: str
    variable: str
    requires: tuple[str, ...]
    logic: Table | Expression
    path: str = ""
    input_names: tuple[str, ...] = field(default=())


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _children(node: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in node if _local(child) == name]


def _child(node: etree._Element, name: str) -> etree._Element | None:
    return next(iter(_children(node, name)), None)


def _text(node: etree._Element | None) -> str:
    if node is None:
        return ""
    inner = _child(node, "text")
    return ((inner.text if inner is not None else "") or "").strip()


class Reader:
    """Reads one file; errors name the file and the element."""

    def __init__(self, path: str, content: bytes) -> None:
        self.path = path
        self.root = parse_xml(content, path)
        if _local(self.root) != "definitions":
            raise InvalidInput(f"{path} 不是 DMN 文件")

    def decisions(self) -> list[Decision]:
        return [self._decision(node) for node in self.root if _local(node) == "decision"]

    def _parse(self, text: str, kind: str, node: etree._Element) -> Expression:
        try:
            return feel.parse(text, kind)
        except FeelSyntaxError as error:
            where = node.get("id") or _local(node)
            raise InvalidInput(f"{self.path} 的 {where}: “{text}” {error}") from error

    def _decision(self, node: etree._Element) -> Decision:
        identity, name = node.get("id", ""), node.get("name", "")
        variable = _child(node, "variable")
        requires = tuple(
            reference.get("href", "").removeprefix("#")
            for requirement in _children(node, "informationRequirement")
            for reference in _children(requirement, "requiredDecision")
        )
        table, literal = _child(node, "decisionTable"), _child(node, "literalExpression")
        logic: Table | Expression
        if table is not None:
            logic = self._table(table)
        elif literal is not None:
            logic = self._parse(_text(literal), "expression", literal)
        else:
            raise InvalidInput(f"{self.path} 的决策 {name or identity} 没有决策表或表达式")
        named = variable.get("name", name) if variable is not None else name
        return Decision(identity, name, named, requires, logic, self.path)

    def _table(self, node: etree._Element) -> Table:
        policy = node.get("hitPolicy", "UNIQUE")
        if policy not in HIT_POLICIES:
            raise InvalidInput(f"{self.path}: 不认识的命中策略 {policy}")
        inputs = tuple(self._input(child) for child in _children(node, "input"))
        outputs = tuple(self._output(child) for child in _children(node, "output"))
        rules = tuple(
            self._rule(number, child) for number, child in enumerate(_children(node, "rule"), 1)
        )
        for rule in rules:
            if len(rule.tests) != len(inputs) or len(rule.results) != len(outputs):
                raise InvalidInput(f"{self.path}: 第 {rule.number} 行的列数与表头不一致")
        return Table(policy, node.get("aggregation", ""), inputs, outputs, rules)

    def _input(self, node: etree._Element) -> Input:
        expression = _child(node, "inputExpression")
        assert expression is not None
        allowed = _text(_child(node, "inputValues"))
        return Input(
            node.get("label", "") or _text(expression),
            self._parse(_text(expression), "expression", node),
            self._parse(allowed, "unary tests", node) if allowed else None,
            expression.get("typeRef", ""),
        )

    def _output(self, node: etree._Element) -> Output:
        listed = _text(_child(node, "outputValues"))
        allowed = (
            tuple(self._parse(v, "expression", node) for v in _split(listed)) if listed else ()
        )
        default = _text(_child(node, "defaultOutputEntry"))
        return Output(
            node.get("name", ""),
            node.get("label", "") or node.get("name", ""),
            allowed,
            self._parse(default, "expression", node) if default else None,
        )

    def _rule(self, number: int, node: etree._Element) -> Rule:
        return Rule(
            node.get("id", ""),
            number,
            tuple(
                self._parse(_text(e) or "-", "unary tests", e)
                for e in _children(node, "inputEntry")
            ),
            tuple(
                self._parse(_text(e) or "null", "expression", e)
                for e in _children(node, "outputEntry")
            ),
            tuple(_text(e) for e in _children(node, "annotationEntry")),
        )


def _split(listed: str) -> list[str]:
    """Splits `"a", "b"` at commas outside quotes."""
    parts, quoted, current = [], False, ""
    for character in listed:
        quoted ^= character == '"'
        if character == "," and not quoted:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    return [*parts, current.strip()]
