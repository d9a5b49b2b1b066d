"""A diagram has a process, and the process is meant to run."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Release, called
from engine.lint.rule import rule
from engine.xml import bpmn


@rule(
    title=("流程要可执行", "The process is executable"),
    why=(
        "标为不可执行的流程引擎不会启动;没有流程的图没有可发布的内容。",
        "The engine does not start a process that is marked as not executable; a diagram without one has nothing to publish.",
    ),
    refuses="""
</bpmn:process>
<bpmn:process id="described" name="只供说明" isExecutable="false">
  <bpmn:startEvent id="Event_Start" />
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    if diagram.root.tag != bpmn("definitions") or not diagram.processes:
        yield diagram.error(
            diagram.root.get("id", ""), "图中没有流程", "The diagram holds no process"
        )
    for process in diagram.processes:
        if process.get("isExecutable") == "false":
            edit = Edit("set", process.get("id", ""), "isExecutable", "true")
            yield diagram.error(
                process,
                f"流程“{called(process)}”标为不可执行",
                f"The process “{called(process)}” is marked as not executable",
                Fix("改为可执行", "Make it executable", (edit,)),
            )
    known = {process.get("id") for process in diagram.processes}
    for pool in diagram.find_all("participant"):
        wanted = pool.get("processRef")
        if wanted and wanted not in known:
            yield diagram.error(
                pool,
                f"泳池“{called(pool)}”指向的流程 {wanted} 不存在",
                f"The pool “{called(pool)}” points to the process {wanted}, which does not exist",
            )
