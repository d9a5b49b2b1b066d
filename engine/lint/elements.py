"""The one list of flow nodes: which of them the engine runs, and with which events."""

from __future__ import annotations

NONE = frozenset[str]()
_WAITS = frozenset(
    [f"{kind}EventDefinition" for kind in ("timer", "message", "signal", "conditional")]
)
_CAUGHT = frozenset(["errorEventDefinition", "escalationEventDefinition"])
_TOLD = frozenset([f"{kind}EventDefinition" for kind in ("message", "signal", "escalation")])
LINK, UNDO, CANCEL = "linkEventDefinition", "compensateEventDefinition", "cancelEventDefinition"
# What may start a process, beside somebody who does.
PROCESS_STARTS = _WAITS
# What the start event of an event sub-process may wait for.
SUB_PROCESS_STARTS = _WAITS | _CAUGHT

# Flow node → the event definitions that the engine runs on it; None: it does not run the node at all.
FLOW_NODES: dict[str, frozenset[str] | None] = {
    "startEvent": SUB_PROCESS_STARTS | {UNDO},
    "endEvent": _TOLD | {"terminateEventDefinition", "errorEventDefinition", CANCEL, UNDO},
    "intermediateCatchEvent": _WAITS | {LINK},
    "intermediateThrowEvent": _TOLD | {LINK, UNDO},
    "boundaryEvent": _WAITS | _CAUGHT | {CANCEL, UNDO},
    "transaction": NONE,
    "userTask": NONE,
    "serviceTask": NONE,
    "scriptTask": NONE,
    "businessRuleTask": NONE,
    "receiveTask": NONE,
    "sendTask": NONE,
    "callActivity": NONE,
    "subProcess": NONE,
    "exclusiveGateway": NONE,
    "parallelGateway": NONE,
    "inclusiveGateway": NONE,
    "eventBasedGateway": NONE,
    "task": NONE,
    "manualTask": None,
    "complexGateway": NONE,
    "adHocSubProcess": NONE,
}
# What the engine runs, but a rule of the house does not let be published.
UNPUBLISHED = frozenset(["task"])
ACTIVITIES = frozenset(
    [name for name in FLOW_NODES if name.endswith(("Task", "task", "Process"))]
    + ["callActivity", "transaction"]
)
SCOPES = ("process", "subProcess", "transaction", "adHocSubProcess")
# What sends messages and signals.
SENDERS = ("sendTask", "intermediateThrowEvent", "endEvent")
# Tasks outside of any process, which call activities call.
GLOBAL_TASKS = (
    "globalTask",
    "globalUserTask",
    "globalManualTask",
    "globalScriptTask",
    "globalServiceTask",
    "globalBusinessRuleTask",
)
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
        "dataInputAssociation",
        "dataOutputAssociation",
        "ioSpecification",
        "dataInput",
        "dataOutput",
        "inputSet",
        "outputSet",
        "dataInputRefs",
        "dataOutputRefs",
        "sourceRef",
        "targetRef",
        "transformation",
        "assignment",
        "from",
        "to",
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
        "complexBehaviorDefinition",
        "event",
        "loopCondition",
        "activationCondition",
        "standardLoopCharacteristics",
        "eventDefinitionRef",
        "operationRef",
        "interfaceRef",
        *GLOBAL_TASKS,
    ]
)
# Attributes that the engine does not look at → the values that mean nothing.
IGNORED_ATTRIBUTES: dict[str, frozenset[str]] = {
    "waitForCompletion": frozenset(["true"]),
    "instantiate": frozenset(["false"]),
    "eventGatewayType": frozenset(["Exclusive"]),
    "isImmediate": frozenset(["true"]),
    "method": frozenset(["##Compensate"]),
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
    "startEvent": _WAITING | {"form"},
    **{name: frozenset(["key"]) for name in SENDERS},
    "globalServiceTask": frozenset(["result"]),
}
OWN_ELEMENTS: dict[str, frozenset[str]] = {
    "userTask": frozenset(["instructions"]),
    "serviceTask": frozenset(["parameter"]),
    "globalServiceTask": frozenset(["parameter"]),
    **{name: frozenset(["parameter"]) for name in SENDERS},
    "callActivity": frozenset(["input", "output"]),
}
