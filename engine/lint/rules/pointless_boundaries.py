"""No timer or message waits on an activity that never waits itself."""

from __future__ import annotations

from collections.abc import Iterable

from engine.lint.finding import Edit, Finding, Fix
from engine.lint.model import Diagram, Node, Release, called, events, local
from engine.lint.rule import rule

_WAITED = frozenset(["timerEventDefinition", "messageEventDefinition", "signalEventDefinition"])


@rule(
    title=("不等待的任务上没有定时器", "No timer on a task that never waits"),
    why=(
        "计算、决策和库内的服务任务一到就做完,附在上面的定时器和消息永远等不到。这是提醒。",
        "A script, a decision or a service task inside the database is done at once; a timer or message on it never comes. A warning.",
    ),
    refuses="""
<bpmn:scriptTask id="Task_Total" name="合计"><bpmn:script>{ total: 1 }</bpmn:script></bpmn:scriptTask>
<bpmn:boundaryEvent id="Event_Late" name="超期" attachedToRef="Task_Total">
  <bpmn:timerEventDefinition id="Timer_Late"><bpmn:timeDuration>P5D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
""",
)
def check(diagram: Diagram, release: Release) -> Iterable[Finding]:
    for node in diagram.find_all("boundaryEvent"):
        host = diagram.flow_nodes.get(node.get("attachedToRef", ""))
        waits_for = {local(definition) for definition in events(node)}
        if host is not None and waits_for & _WAITED and _is_instant(host, release):
            edit = Edit("remove", node.get("id", ""))
            yield diagram.warning(
                node,
                f"“{called(host)}”一到就做完,“{called(node)}”永远等不到",
                f"“{called(host)}” is done at once: “{called(node)}” never comes",
                Fix(f"删除“{called(node)}”", f"Remove “{called(node)}”", (edit,)),
            )


def _is_instant(host: Node, release: Release) -> bool:
    if local(host) == "serviceTask":
        name = host.get("implementation", "")
        return name in release.registry and release.registry.get(name).effect == "database"
    return local(host) in ("scriptTask", "businessRuleTask")
