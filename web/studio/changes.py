"""What changed between two versions of a file, element by element; layout does not count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.errors import InvalidInput
from engine.forms import walk
from engine.lint import kind_of
from engine.xml import parse_xml

_LAYOUT = (
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "https://www.omg.org/spec/DMN/20191111/DMNDI/",
)
_DRAWN = frozenset(["incoming", "outgoing", "flowNodeRef"])
TYPES = {
    "process": "流程",
    "participant": "泳池",
    "lane": "泳道",
    "startEvent": "开始事件",
    "endEvent": "结束事件",
    "intermediateCatchEvent": "等待事件",
    "boundaryEvent": "边界事件",
    "userTask": "用户任务",
    "serviceTask": "服务任务",
    "scriptTask": "计算任务",
    "businessRuleTask": "决策任务",
    "receiveTask": "接收任务",
    "callActivity": "调用流程",
    "subProcess": "子流程",
    "exclusiveGateway": "排他网关",
    "parallelGateway": "并行网关",
    "inclusiveGateway": "包容网关",
    "eventBasedGateway": "事件网关",
    "sequenceFlow": "顺序流",
    "message": "消息",
    "error": "错误",
    "messageEventDefinition": "消息设置",
    "timerEventDefinition": "定时设置",
    "errorEventDefinition": "错误设置",
    "decision": "决策",
    "decisionTable": "决策表",
    "input": "条件列",
    "output": "结果列",
    "rule": "规则",
    "inputEntry": "条件单元格",
    "outputEntry": "结果单元格",
    "inputExpression": "条件公式",
}


@dataclass(frozen=True)
class Change:
    """One element added, removed or changed."""

    kind: str
    element: str
    name: str
    type: str


def changes(path: str, before: bytes | None, after: bytes | None) -> list[Change]:
    """The changes from one version of a file to another; None is a file that is not there."""
    old, new = _parts(path, before), _parts(path, after)
    found = []
    for key in [*new, *(k for k in old if k not in new)]:
        kind = "added" if key not in old else "removed" if key not in new else "changed"
        if kind == "changed" and old[key][0] == new[key][0]:
            continue
        _, name, type_name = new.get(key) or old[key]
        found.append(Change(kind, key, name, type_name))
    return found


def _parts(path: str, content: bytes | None) -> dict[str, tuple[str, str, str]]:
    """Element id → (everything it says, name, type)."""
    if content is None:
        return {}
    try:
        if kind_of(path) == "form":
            return dict(_components(json.loads(content)))
        return dict(_elements(parse_xml(content, path)))
    except (ValueError, InvalidInput):
        return {path: (content.decode(errors="replace"), path, "file")}


def _components(schema: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    for number, component in enumerate(walk(schema)):
        own = {k: v for k, v in component.items() if k not in ("components", "layout")}
        key = component.get("key") or component.get("id") or str(number)
        name = component.get("label") or str(component.get("text", ""))[:40]
        yield key, (json.dumps(own, sort_keys=True), name, component.get("type", ""))


def _elements(root: etree._Element) -> Iterator[tuple[str, tuple[str, str, str]]]:
    for node in root.iter():
        if not isinstance(node.tag, str) or not node.get("id"):
            continue
        name = etree.QName(node)
        if name.namespace in _LAYOUT or node is root:
            continue
        yield node.get("id", ""), (_says(node), _called(node), name.localname)


def _called(node: etree._Element) -> str:
    """The element's name, or its owner's for a part without one."""
    owner = node.getparent()
    return node.get("name") or (owner.get("name") if owner is not None else "") or ""


def _says(node: etree._Element) -> str:
    """Attributes, text, and children without an id of their own."""
    parts = [str(node.tag), repr(sorted(node.attrib.items())), (node.text or "").strip()]
    for child in node:
        if not isinstance(child.tag, str) or etree.QName(child).localname in _DRAWN:
            continue
        if not child.get("id"):
            parts.append(_says(child))
    return "|".join(parts)
