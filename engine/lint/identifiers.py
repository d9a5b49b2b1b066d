"""Ids: none reserved by the engine, none twice in a release."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.model import Diagram, Finding, Release, local
from engine.xml import bpmn

RESERVED = frozenset(["Start", "End", "Root", "StartEventSplit", "StartEventJoin"])
_SCOPED = ("process", "subProcess")


def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    seen: set[str] = set()
    for node in diagram.root.iter():
        identity = node.get("id") if isinstance(node.tag, str) else None
        if identity is None:
            continue
        if identity in RESERVED:
            yield diagram.error(
                node, "identifiers", f"编号 {identity} 是引擎保留的,请改用其他编号", "Reserved id"
            )
        if identity in seen:
            yield diagram.error(node, "identifiers", f"编号 {identity} 重复", "Duplicate id")
        seen.add(identity)
    for other in release.diagrams:
        if other.path >= diagram.path:
            continue
        theirs = {n.get("id") for n in other.root.iter(*map(bpmn, _SCOPED))}
        for node in diagram.find_all(*_SCOPED):
            if node.get("id") in theirs:
                yield diagram.error(
                    node,
                    "identifiers",
                    f"{local(node)} 的编号 {node.get('id')} 与 {other.path} 中的重复",
                    f"The id is also used in {other.path}",
                )
