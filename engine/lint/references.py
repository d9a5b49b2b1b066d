"""Every reference resolves: called process, decision, form, message, error."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.model import Diagram, Finding, Release, called
from engine.xml import ours


def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    messages = {n.get("id"): n.get("name") for n in diagram.find_all("message")}
    errors = {n.get("id") for n in diagram.find_all("error")}
    for node in diagram.find_all("callActivity"):
        if node.get("calledElement") not in release.process_ids:
            yield diagram.error(
                node,
                "references",
                f"“{called(node)}”调用的流程 {node.get('calledElement')} 不存在",
                "The called process does not exist",
            )
    for node in diagram.find_all("businessRuleTask"):
        decision = node.get(ours("decision"), "")
        if not decision.startswith("=") and decision not in release.decision_ids:
            yield diagram.error(
                node,
                "references",
                f"“{called(node)}”引用的决策 {decision or '(空)'} 不存在",
                "The decision does not exist",
            )
    for node in diagram.find_all("userTask"):
        form = node.get(ours("form"), "")
        if form and not form.startswith("=") and form not in release.files:
            yield diagram.error(
                node,
                "references",
                f"“{called(node)}”的表单 {form} 不存在",
                "The form does not exist",
            )
    for node in diagram.find_all("messageEventDefinition", "receiveTask"):
        owner = node if node.get("id") in diagram.flow_nodes else node.getparent()
        assert owner is not None
        if not messages.get(node.get("messageRef")):
            yield diagram.error(
                owner, "references", f"“{called(owner)}”没有指定消息", "No message is referenced"
            )
        if not owner.get(ours("key")):
            yield diagram.error(
                owner, "references", f"“{called(owner)}”的消息没有关联键", "The message needs a key"
            )
    for node in diagram.find_all("errorEventDefinition"):
        if node.get("errorRef") and node.get("errorRef") not in errors:
            owner = node.getparent()
            assert owner is not None
            yield diagram.error(
                owner,
                "references",
                f"“{called(owner)}”引用的错误不存在",
                "The error does not exist",
            )
