"""Applies a fix to a diagram, as the studio's button does."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import InvalidInput
from engine.lint.finding import Edit, Fix
from engine.lint.model import Node, is_bpmn, local
from engine.xml import BPMNDI, bpmn, ours, parse_xml

# Attributes and texts that name another element by its id.
_REFERENCES = frozenset(
    ["sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement", "processRef", "messageRef",
     "errorRef", "signalRef", "escalationRef", "dataObjectRef", "dataStoreRef", "activityRef"]
)  # fmt: skip
_NAMING = frozenset(
    ["incoming", "outgoing", "flowNodeRef", "loopDataInputRef", "loopDataOutputRef"]
)
_FIRST_CHILDREN = ("documentation", "extensionElements")


def apply_fix(content: bytes, fix: Fix) -> bytes:
    """The diagram with the fix's edits made. Raises InvalidInput if an element is gone."""
    root = parse_xml(content)
    for edit in fix.edits:
        _ACTIONS[edit.action](root, _find(root, edit.element), edit)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _find(root: Node, identity: str) -> Node:
    found = root.find(f".//*[@id='{identity}']")
    if found is None:
        raise InvalidInput(f"元素 {identity} 已不在图中,请重新检查")
    return found


def _set(root: Node, node: Node, edit: Edit) -> None:
    name = ours(edit.name[2:]) if edit.name.startswith("r:") else edit.name
    if edit.value is None:
        node.attrib.pop(name, "")
    else:
        node.set(name, edit.value)


def _remove(root: Node, node: Node, edit: Edit) -> None:
    gone = {edit.element}
    for flow in root.iter(bpmn("sequenceFlow")):
        if edit.element in (flow.get("sourceRef"), flow.get("targetRef")):
            gone.add(flow.get("id", ""))
    for other in list(root.iter()):
        if not isinstance(other.tag, str):
            continue
        names = (other.text or "").strip() if local(other) in _NAMING else other.get("bpmnElement")
        if other.get("id") in gone or (names in gone and _points(other)):
            _detach(other)
        elif other.get("default") in gone:
            del other.attrib["default"]


def _points(node: Node) -> bool:
    """Whether a node is there only to point at another: a shape, an edge, an <incoming>."""
    return etree.QName(node).namespace == BPMNDI or local(node) in _NAMING


def _detach(node: Node) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _drop(root: Node, node: Node, edit: Edit) -> None:
    for child in [c for c in node if local(c) == edit.name and is_bpmn(c)]:
        node.remove(child)


def _write(root: Node, node: Node, edit: Edit) -> None:
    child = next(node.iter(bpmn(edit.name)), None)
    if child is None:
        child = etree.SubElement(node, bpmn(edit.name))
    child.text = edit.value


def _rename(root: Node, node: Node, edit: Edit) -> None:
    assert edit.value is not None
    node.set("id", edit.value)
    for other in root.iter():
        if not isinstance(other.tag, str):
            continue
        for name in _REFERENCES & set(map(str, other.attrib)):
            if other.get(name) == edit.element:
                other.set(name, edit.value)
        if local(other) in _NAMING and (other.text or "").strip() == edit.element:
            other.text = edit.value


def _parameter(root: Node, node: Node, edit: Edit) -> None:
    holder = node.find(bpmn("extensionElements"))
    if holder is None:
        holder = etree.Element(bpmn("extensionElements"))
        node.insert(_place(node), holder)
    same = [c for c in holder.iterfind(ours(edit.kind)) if c.get("name") == edit.name]
    if edit.value is None:
        for child in same:
            holder.remove(child)
    elif same:
        same[0].set("value", edit.value)
    else:
        etree.SubElement(holder, ours(edit.kind), name=edit.name, value=edit.value)


def _place(node: Node) -> int:
    """Where extension elements go: after the documentation, as the schema wants it."""
    return sum(1 for _ in _first(node))


def _first(node: Node) -> Iterator[Node]:
    for child in node:
        if local(child) not in _FIRST_CHILDREN:
            return
        yield child


_ACTIONS = {
    "set": _set,
    "remove": _remove,
    "drop": _drop,
    "write": _write,
    "rename": _rename,
    "parameter": _parameter,
}
