"""Every expression is FEEL that parses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from engine import feel
from engine.feel import FeelSyntaxError
from engine.feel.temporal import read_any
from engine.lint.model import Diagram, Finding, Release, local
from engine.xml import NAMESPACES, ours

_TEXTS = ("conditionExpression", "script", "loopCardinality", "completionCondition")
_TIMES = ("timeDate", "timeDuration")


def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for owner, text in _expressions(diagram):
        try:
            feel.parse(text)
        except FeelSyntaxError as error:
            yield diagram.error(
                owner, "expressions", f"表达式“{text.strip()}”有误: {error}", f"Bad FEEL: {text}"
            )


def _owner(node: etree._Element) -> etree._Element:
    while not node.get("id"):
        parent = node.getparent()
        if parent is None:
            return node
        node = parent
    return node


def _expressions(diagram: Diagram) -> Iterator[tuple[etree._Element, str]]:
    for node in diagram.find_all(*_TEXTS, *_TIMES):
        text = node.text or ""
        if local(node) in _TIMES and read_any(text.strip()) is not None:
            continue
        yield _owner(node), text
    for kind in ("parameter", "input", "output"):
        for node in diagram.root.iterfind(f".//r:{kind}", NAMESPACES):
            yield _owner(node), node.get("value", "")
    for element in diagram.flow_nodes.values():
        for name in ("role", "department", "form", "decision"):
            text = element.get(ours(name), "")
            if text.startswith("="):
                yield element, text[1:]
        for name in ("due", "key"):
            text = element.get(ours(name), "")
            if text:
                yield element, text.removeprefix("=")
    for texts in diagram.root.iterfind(".//r:instructions", NAMESPACES):
        for part in (texts.text or "").split("{{")[1:]:
            yield _owner(texts), part.partition("}}")[0]
