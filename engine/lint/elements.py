"""The one list of flow nodes: which of them the engine runs, and with which events."""

from __future__ import annotations

NONE = frozenset[str]()
_WAITS = frozenset(["timerEventDefinition", "messageEventDefinition"])

# Flow node → the event definitions that the engine runs on it; None: it does not run the node at all.
FLOW_NODES: dict[str, frozenset[str] | None] = {
    "startEvent": NONE,
    "endEvent": frozenset(["terminateEventDefinition"]),
    "intermediateCatchEvent": _WAITS,
    "boundaryEvent": _WAITS | {"errorEventDefinition"},
    "userTask": NONE,
    "serviceTask": NONE,
    "scriptTask": NONE,
    "businessRuleTask": NONE,
    "receiveTask": NONE,
    "callActivity": NONE,
    "subProcess": NONE,
    "exclusiveGateway": NONE,
    "parallelGateway": NONE,
    "inclusiveGateway": NONE,
    "eventBasedGateway": NONE,
    "task": None,
    "manualTask": None,
    "sendTask": None,
    "intermediateThrowEvent": None,
    "complexGateway": None,
    "transaction": None,
    "adHocSubProcess": None,
}
ACTIVITIES = frozenset(
    [name for name in FLOW_NODES if name.endswith(("Task", "task", "Process"))]
    + ["callActivity", "transaction"]
)
SCOPES = ("process", "subProcess", "transaction", "adHocSubProcess")
# Other BPMN elements that the engine would ignore, and what to do instead.
IGNORED = {
    "dataInputAssociation": ("数据关联不会执行,请用服务任务的参数", "A data association is not executed; use the parameters of a service task"),
    "dataOutputAssociation": ("数据关联不会执行,请用结果变量", "A data association is not executed; use the result variable"),
    "ioSpecification": ("输入输出规范不会执行,请用参数", "An input/output specification is not executed; use parameters"),
    "standardLoopCharacteristics": ("标准循环暂不支持,请用网关画出循环", "A standard loop is not supported; draw the loop with a gateway"),
    "timeCycle": ("循环定时暂不支持,请用多个定时器或画出循环", "A timer cycle is not supported; use several timers or draw a loop"),
    "conditionalEventDefinition": ("条件事件暂不支持,请用网关", "A conditional event is not supported; use a gateway"),
}  # fmt: skip
