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
from web.marking import N_

_LAYOUT = (
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "https://www.omg.org/spec/DMN/20191111/DMNDI/",
)
_DRAWN = frozenset(["incoming", "outgoing", "flowNodeRef"])
TYPES = {
    "process": N_("流程"),
    "participant": N_("泳池"),
    "lane": N_("泳道"),
    "startEvent": N_("开始事件"),
    "endEvent": N_("结束事件"),
    "intermediateCatchEvent": N_("等待事件"),
    "boundaryEvent": N_("边界事件"),
    "userTask": N_("用户任务"),
    "serviceTask": N_("服务任务"),
    "scriptTask": N_("计算任务"),
    "businessRuleTask": N_("决策任务"),
    "receiveTask": N_("接收任务"),
    "sendTask": N_("发送任务"),
    "intermediateThrowEvent": N_("抛出事件"),
    "callActivity": N_("调用流程"),
    "subProcess": N_("子流程"),
    "exclusiveGateway": N_("排他网关"),
    "parallelGateway": N_("并行网关"),
    "inclusiveGateway": N_("包容网关"),
    "eventBasedGateway": N_("事件网关"),
    "sequenceFlow": N_("顺序流"),
    "message": N_("消息"),
    "error": N_("错误"),
    "signal": N_("信号"),
    "escalation": N_("升级"),
    "messageEventDefinition": N_("消息设置"),
    "timerEventDefinition": N_("定时设置"),
    "errorEventDefinition": N_("错误设置"),
    "signalEventDefinition": N_("信号设置"),
    "escalationEventDefinition": N_("升级设置"),
    "conditionalEventDefinition": N_("条件设置"),
    "linkEventDefinition": N_("链接设置"),
    "terminateEventDefinition": N_("终止设置"),
    "decision": N_("决策"),
    "decisionTable": N_("决策表"),
    "input": N_("条件列"),
    "output": N_("结果列"),
    "rule": N_("规则"),
    "inputEntry": N_("条件单元格"),
    "outputEntry": N_("结果单元格"),
    "inputExpression": N_("条件公式"),
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
