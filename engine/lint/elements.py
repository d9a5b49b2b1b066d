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
# BPMN elements that are run, looked at by another rule, or mean nothing to a run.
KNOWN = frozenset(FLOW_NODES) | frozenset(
    [
        "definitions",
        "import",
        "extension",
        "itemDefinition",
        "process",
        "subProcess",
        "sequenceFlow",
        "conditionExpression",
        "script",
        "laneSet",
        "lane",
        "childLaneSet",
        "flowNodeRef",
        "incoming",
        "outgoing",
        "documentation",
        "extensionElements",
        "collaboration",
        "participant",
        "participantMultiplicity",
        "messageFlow",
        "textAnnotation",
        "text",
        "association",
        "group",
        "category",
        "categoryValue",
        "auditing",
        "monitoring",
        "property",
        "dataState",
        "relationship",
        "message",
        "error",
        "signal",
        "escalation",
        "resource",
        "resourceParameter",
        "interface",
        "operation",
        "inMessageRef",
        "outMessageRef",
        "errorRef",
        "endPoint",
        "partnerEntity",
        "partnerRole",
        "dataObject",
        "dataObjectReference",
        "dataStore",
        "dataStoreReference",
        "cancelEventDefinition",
        "compensateEventDefinition",
        "conditionalEventDefinition",
        "errorEventDefinition",
        "escalationEventDefinition",
        "linkEventDefinition",
        "messageEventDefinition",
        "signalEventDefinition",
        "terminateEventDefinition",
        "timerEventDefinition",
        "source",
        "target",
        "timeDate",
        "timeDuration",
        "timeCycle",
        "condition",
        "multiInstanceLoopCharacteristics",
        "loopCardinality",
        "loopDataInputRef",
        "loopDataOutputRef",
        "inputDataItem",
        "outputDataItem",
        "completionCondition",
        "loopCondition",
    ]
)
# Attributes that the engine does not look at → the values that mean nothing.
IGNORED_ATTRIBUTES: dict[str, frozenset[str]] = {
    "isForCompensation": frozenset(["false"]),
    "startQuantity": frozenset(["1"]),
    "completionQuantity": frozenset(["1"]),
    "isInterrupting": frozenset(["true"]),
    "parallelMultiple": frozenset(["false"]),
    "instantiate": frozenset(["false"]),
    "eventGatewayType": frozenset(["Exclusive"]),
    "isImmediate": frozenset(["true"]),
    "operationRef": NONE,
    "method": frozenset(["##Compensate"]),
    "behavior": frozenset(["All"]),
    "noneBehaviorEventRef": NONE,
    "oneBehaviorEventRef": NONE,
}
# Our own extensions: attributes and extension elements by the element they may stand on.
_WAITING = frozenset(["key", "result"])
OWN_ATTRIBUTES: dict[str, frozenset[str]] = {
    "userTask": frozenset(["role", "department", "form", "due"]),
    "serviceTask": frozenset(["result"]),
    "businessRuleTask": frozenset(["decision", "result"]),
    "receiveTask": _WAITING,
    "intermediateCatchEvent": _WAITING,
    "boundaryEvent": _WAITING,
}
OWN_ELEMENTS: dict[str, frozenset[str]] = {
    "userTask": frozenset(["instructions"]),
    "serviceTask": frozenset(["parameter"]),
    "callActivity": frozenset(["input", "output"]),
}
