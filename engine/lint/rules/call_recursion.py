"""No process calls itself, at once or by others."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Finding
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule


@rule(
    title=("流程不调用自己", "No process calls itself"),
    why=(
        "自己调用自己会一层套一层,永远建不完。",
        "A process that calls itself would be built inside of itself without end.",
    ),
    refuses='<bpmn:callActivity id="Call_Self" name="再来" calledElement="sample" />',
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for process in diagram.processes:
        identity = process.get("id", "")
        for node in process.iter("{*}callActivity"):
            if identity in _reached(node.get("calledElement", ""), release):
                yield diagram.error(
                    node,
                    f"“{called(node)}”直接或间接地又调用了本流程“{called(process)}”",
                    f"“{called(node)}” calls its own process “{called(process)}”, at once or by others",
                )


def _reached(start: str, release: Release) -> set[str]:
    found = {start}
    todo = [start]
    while todo:
        callee = release.processes.get(todo.pop())
        if callee is None:
            continue
        for node in callee[1].iter("{*}callActivity"):
            wanted = node.get("calledElement", "")
            if wanted not in found:
                found.add(wanted)
                todo.append(wanted)
    return found
