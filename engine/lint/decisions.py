"""Every decision can be read, and its tables have no dead rows, overlaps or gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from engine import feel
from engine.dmn.coverage import problems_of
from engine.dmn.model import Decision, Table
from engine.dmn.reader import read
from engine.errors import InvalidInput
from engine.feel import FeelSyntaxError
from engine.lint.finding import Finding
from engine.lint.model import local
from engine.xml import parse_xml

_EXPRESSIONS = frozenset(
    ["inputExpression", "outputEntry", "literalExpression", "defaultOutputEntry"]
)
_TESTS = frozenset(["inputEntry", "inputValues"])


def check(path: str, content: bytes) -> Iterable[Finding]:
    """The findings for one .dmn file. Raises InvalidInput if it is no XML."""
    root = parse_xml(content, path)
    found = [*_ids(path, root), *_expressions(path, root), *_shape(path, root)]
    yield from found
    if found:
        return
    try:
        decisions = read({path: content})[0].decisions
    except InvalidInput as error:
        yield Finding("error", path, "", "decision_readable", str(error), "The file is unreadable")
        return
    for decision in decisions:
        yield from _coverage(path, root, decision)


def twice(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Decisions that two files of a release have; unreadable files are reported elsewhere."""
    homes: dict[str, str] = {}
    for path in sorted(path for path in files if path.endswith(".dmn")):
        try:
            root = parse_xml(files[path], path)
        except InvalidInput:
            continue
        for node in _elements(root):
            identity = node.get("id", "")
            if local(node) == "decision" and homes.setdefault(identity, path) != path:
                text = f"决策 {identity} 在 {homes[identity]} 中已有,请改用其他编号"
                yield Finding("error", path, identity, "decision_ids", text, "Duplicate decision")


def _elements(root: etree._Element) -> Iterator[etree._Element]:
    yield from (node for node in root.iter() if isinstance(node.tag, str))


def _ids(path: str, root: etree._Element) -> Iterator[Finding]:
    counts = Counter(node.get("id") for node in _elements(root) if node.get("id"))
    for identity, count in counts.items():
        if count > 1:
            text = f"编号 {identity} 重复了 {count} 次,请改成不同的编号"
            yield Finding("error", path, str(identity), "decision_ids", text, "Duplicate id")
    for node in _elements(root):
        if local(node) == "decision" and not node.get("id"):
            text = f"决策“{node.get('name', '')}”没有编号"
            yield Finding("error", path, "", "decision_ids", text, "The decision has no id")


def _expressions(path: str, root: etree._Element) -> Iterator[Finding]:
    for node in _elements(root):
        name = local(node)
        if name not in _EXPRESSIONS | _TESTS:
            continue
        text = _text(node)
        if not text:
            if name in ("inputExpression", "literalExpression"):
                said = f"{_where(node)}没有填写表达式"
                yield Finding("error", path, _owner(node), "decision_expression", said, "Empty")
            continue
        try:
            feel.parse(text, "unary tests" if name in _TESTS else "expression")
        except FeelSyntaxError as error:
            said = f"{_where(node)}的“{text}”有误: {error}"
            yield Finding(
                "error", path, _owner(node), "decision_expression", said, f"Bad FEEL: {text}"
            )


def _shape(path: str, root: etree._Element) -> Iterator[Finding]:
    for node in _elements(root):
        if local(node) != "decisionTable":
            continue
        wanted = {kind: _count(node, kind) for kind in ("input", "output")}
        if not wanted["output"]:
            yield Finding(
                "error", path, _owner(node), "decision_columns", "决策表没有输出列", "No output"
            )
        for row in (child for child in node if local(child) == "rule"):
            for kind, said in (("input", "条件"), ("output", "结果")):
                given = _count(row, f"{kind}Entry")
                if given != wanted[kind]:
                    text = f"{_where(row)}有 {given} 个{said},而表头有 {wanted[kind]} 个{said}列"
                    yield Finding(
                        "error", path, _owner(row), "decision_columns", text, "Wrong column count"
                    )


def _coverage(path: str, root: etree._Element, decision: Decision) -> Iterator[Finding]:
    if not isinstance(decision.logic, Table):
        return
    node = next(n for n in _elements(root) if n.get("id") == decision.id)
    tables = [child for child in node if local(child) == "decisionTable"]
    rows = [child for child in tables[0] if local(child) == "rule"]
    for problem in problems_of(decision.logic, decision.name or decision.id):
        element = rows[problem.row - 1].get("id", "") if problem.row else ""
        yield Finding(
            problem.severity,
            path,
            element or decision.id,
            problem.rule,
            problem.text,
            problem.english,
        )


def _count(node: etree._Element, name: str) -> int:
    return sum(1 for child in node if isinstance(child.tag, str) and local(child) == name)


def _text(node: etree._Element) -> str:
    inner = next((child for child in node if local(child) == "text"), None)
    return ((inner.text if inner is not None else "") or "").strip()


def _owner(node: etree._Element) -> str:
    """The id of the nearest element that has one."""
    current: etree._Element | None = node
    while current is not None:
        if current.get("id"):
            return str(current.get("id"))
        current = current.getparent()
    return ""


def _where(node: etree._Element) -> str:
    """“decision” 第 n 行, or the decision alone."""
    row = ""
    current: etree._Element | None = node
    while current is not None:
        parent = current.getparent()
        if local(current) == "rule" and parent is not None:
            rules = [child for child in parent if local(child) == "rule"]
            row = f"第 {rules.index(current) + 1} 行"
        if local(current) == "decision":
            return f"决策“{current.get('name') or current.get('id')}”{row}"
        current = parent
    return row
